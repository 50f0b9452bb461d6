"""Connect a source: choose how its records arrive, do what the steps say, see the first one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block, Page, one
from vaultmeter.console.pages.connect.arrival import arrival_block, connected, instant_word
from vaultmeter.console.pages.sources.known import known_sources
from vaultmeter.console.pages.sources.ways import (
    WAYS,
    Way,
    command,
    is_on_machine,
    wanted,
    way_named,
    why_closed,
)
from vaultmeter.model.access import Permission

_PATH = "/sources/new"
_NO_KEY = "KEY"
"""Stands where the key would: it was shown once."""


def _way(asking: Asking) -> Way | None:
    name = asking.view.extra.get("way")
    return None if name is None else way_named(name)


def _choose(asking: Asking) -> dict[str, Any]:
    current = _way(asking)
    systems: dict[str, list[dict[str, Any]]] = {}
    for way in WAYS:
        view = replace(asking.view, extra={"way": way.name})
        told = {"way": way, "url": view.url(), "closed": why_closed(way, asking.who)}
        systems.setdefault(way.system, []).append(told)
    return {
        "systems": systems,
        "current": current,
        "is_done": _is_set_up(asking),
        "again_url": _PATH,
    }


def _is_set_up(asking: Asking) -> bool:
    """Whether the form was sent: what comes now is in the vault, or at the machine."""
    extra = asking.view.extra
    return "source" in extra or "since" in extra


def _setup(asking: Asking) -> dict[str, Any]:
    way = _way(asking)
    if way is None or _is_set_up(asking):
        return {"way": None}
    refused = asking.refused.form if asking.refused else {}
    taken = {each.name for each in known_sources(asking)}
    return {
        "way": way,
        "fields": [
            (field, refused.get(field.name, _usual(field.name, field.usual, taken)))
            for field in way.fields
        ],
        "is_on_machine": is_on_machine(way, asking.app.settings),
        "closed": why_closed(way, asking.who),
    }


def _usual(name: str, usual: str, taken: set[str]) -> str:
    """What stands in a field at first: of the name, one that no source has."""
    if name != "name":
        return usual
    numbered = (f"{usual}-{n}" for n in range(2, len(taken) + 3))
    return next(each for each in (usual, *numbered) if each not in taken)


def _steps(asking: Asking) -> dict[str, Any]:
    """What is to be done outside, with the names that were chosen."""
    way = _way(asking)
    if way is None or not _is_set_up(asking):
        return {"way": None}
    given = asking.shown.get("given") or _given(asking, way)
    return {
        "way": way,
        "given": given,
        "key": asking.shown.get("key", ""),
        "shown_key": asking.shown.get("key", _NO_KEY),
        "command": asking.shown.get("command", ""),
        "origin": _origin(asking),
        "is_public": bool(asking.app.settings.public_url),
        "now": asking.now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "source": connected(asking),
    }


def _given(asking: Asking, way: Way) -> Mapping[str, str]:
    """The names of a source that is there; else what is usual."""
    usual = {field.name: field.usual for field in way.fields}
    source = connected(asking)
    if source is None:
        return usual
    shown = asking.sources.show(asking.who, source.name)
    poll = shown["poll"] or {}
    told = {
        "name": shown["name"],
        "account": shown["account"],
        "path": next(iter(shown["files"]), ""),
        "socket": shown["socket"] or "",
        "address": poll.get("address", ""),
        "token_file": poll.get("token_file", ""),
    }
    return {**usual, **{name: text for name, text in told.items() if text}}


def _origin(asking: Asking) -> str:
    """Where this server is reached, as far as it knows."""
    settings = asking.app.settings
    if settings.public_url:
        return settings.public_url.rstrip("/")
    scheme = "http" if settings.tls_certificate is None else "https"
    return f"{scheme}://{settings.listen}"


def _connect(asking: Asking, form: Form) -> Done:
    """Add the source; or make the command that does, where files are for those at the machine."""
    way = way_named(form.text("way"))
    asking.view = replace(asking.view, extra={"way": way.name})
    given = {field.name: form.text(field.name) for field in way.fields}
    asked = wanted(way, given)
    if is_on_machine(way, asking.app.settings):
        asking.view = asking.view.with_extra(since=instant_word(asking.now))
        return Done(shown={"given": given, "command": command(asked)})
    asking.sources.add(asking.who, asked)
    shown: dict[str, Any] = {"given": given}
    if way.pushes:
        shown["key"] = asking.sources.key(asking.who, asked.name)["key"]
    id_ = next(each.id for each in known_sources(asking) if each.name == asked.name)
    asking.view = asking.view.with_extra(source=str(id_))
    return Done(told=f"{asked.name} is added.", shown=shown)


PAGE = Page(
    "connect",
    _PATH,
    "Connect a source",
    (
        one(Block("choose", "pages/connect/choose.html", _choose, "How records arrive")),
        one(Block("setup", "pages/connect/setup.html", _setup, "Names")),
        one(Block("steps", "pages/connect/steps.html", _steps, "What to do")),
        one(Block("arrival", "pages/connect/arrival.html", arrival_block, "The first record")),
    ),
    subtitle="vaultmeter reads what your vaults already write down",
    rail="sources",
    permission=Permission.SOURCES,
    extra=("way", "source", "since", "looked"),
    has_bar=False,
)
ACTS = (Act("connect", _PATH, _connect, PAGE),)
