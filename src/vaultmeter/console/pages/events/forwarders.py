"""Forwarders of the Event Center: where notices go, how that works, and what was given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vaultmeter import forwarding
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block, Page, one
from vaultmeter.console.pages.events.forwarder_acts import acts
from vaultmeter.console.pages.events.forwarder_fields import (
    HOURS,
    LABELS,
    fields_of,
    typed_of,
    types_offered,
)
from vaultmeter.console.pages.events.forwarder_named import known_forwarders, name_of
from vaultmeter.console.pages.events.sent import STATES as DELIVERY_STATES
from vaultmeter.console.pages.events.tabs import CENTER, ENTRY, FORWARDERS, TABS, type_words
from vaultmeter.console.pages.settings.forms import instant
from vaultmeter.console.pages.settings.sections import FORWARDERS as SECTION
from vaultmeter.console.pages.settings.sections import settings_page
from vaultmeter.forwarders import kind_named, kinds
from vaultmeter.model.access import Permission
from vaultmeter.views.view import View

FIELDS = ("forwarder", "kind", "state", "after")
"""Words of the address: the forwarder that is open, the kind to add, and of its deliveries."""
_BLANK: Mapping[str, Any] = {
    "name": "",
    "settings": {},
    "types": [],
    "accounts": None,
    "every_hours": None,
    "per_minute": 60,
    "description": "",
}
_DEAD_SHOWN = 20


@dataclass(frozen=True)
class Line:
    """One forwarder in the list."""

    id: int
    name: str
    kind: str
    endpoint: str
    types: list[str]
    accounts: list[str] | None
    every_hours: int | None
    is_on: bool
    why_off: str
    waiting: int
    dead: int
    last: datetime | None
    rests_until: datetime | None
    """Until when nothing is sent, because it failed too often; `None` while all is well."""
    url: str


@dataclass(frozen=True)
class Letter:
    """One delivery in a list."""

    id: int
    place: str
    subject: str
    notices: list[tuple[int, str]]
    """Numbers of notices, each with its address."""
    files: list[str]
    state: str
    title: str
    attempts: int
    due: datetime | None
    at: datetime | None
    error: str
    can_again: bool


def _list(asking: Asking) -> dict[str, Any]:
    ids = known_forwarders(asking)
    rows = forwarding.listed(asking.app, asking.who)["rows"]
    return {
        "lines": [_line(asking, row, ids[row["name"]]) for row in rows if row["name"] in ids],
        "kinds": [(kind.title, _adding(asking, name)) for name, kind in kinds().items()],
        "type_words": type_words,
        "tried": asking.shown.get("tried"),
    }


def _adding(asking: Asking, kind: str) -> str:
    return f"{_here(asking).with_extra(kind=kind).url()}#forwarder"


def _here(asking: Asking) -> View:
    """The page of forwarders with none of them open, from wherever the list stands."""
    return asking.view.at(FORWARDERS)


def _line(asking: Asking, row: Mapping[str, Any], id_: int) -> Line:
    view = _here(asking).with_extra(forwarder=str(id_))
    return Line(
        id_,
        row["name"],
        kind_named(row["kind"]).title,
        row["endpoint"],
        row["types"],
        row["accounts"],
        row["every_hours"],
        row["is_enabled"],
        row["disabled_why"],
        row["waiting"],
        row["dead"],
        instant(row["last_delivered"]),
        instant(row["rests_until"]),
        f"{view.url()}#forwarder",
    )


def _forwarder(asking: Asking) -> dict[str, Any]:
    """The forwarder that is open, or the form of a new one."""
    made = [(LABELS.get(name, name), text) for name, text in asking.shown.get("made", {}).items()]
    if not asking.view.extra.get("forwarder"):
        return {"adding": _new(asking), "held": None, "made": made}
    name = name_of(asking, asking.view.extra["forwarder"])
    held = forwarding.show(asking.app, asking.who, name)
    return {
        "adding": None,
        "made": made,
        "held": held,
        "number": asking.view.extra["forwarder"],
        "form": _form(asking, held["kind"], "forwarder-change", held),
        "log": _log(asking, name),
        "can_renew": any(each.make for each in kind_named(held["kind"]).settings),
        "words_of_type": type_words,
    }


def _new(asking: Asking) -> dict[str, Any] | None:
    refused = asking.refused
    is_again = refused is not None and refused.act == "forwarder-add"
    kind = refused.form.get("kind", "") if refused and is_again else asking.view.extra.get("kind")
    if not kind:
        return None
    return _form(asking, kind, "forwarder-add", {**_BLANK, "kind": kind})


def _form(asking: Asking, kind: str, act: str, held: Mapping[str, Any]) -> dict[str, Any]:
    declared = kind_named(kind)
    typed = typed_of(asking, act, held)
    return {
        "kind": kind,
        "title": declared.title,
        "typed": typed,
        "fields": fields_of(declared, typed["settings"]),
        "types": types_offered(held["types"]),
        "hours": HOURS,
        "is_new": act == "forwarder-add",
        "needs_mail": kind == "email" and not asking.app.settings.smtp_url,
    }


def _log(asking: Asking, name: str) -> dict[str, Any]:
    """A page of what was sent and is to be sent to a forwarder, the newest first."""
    extra = asking.view.extra
    state = extra.get("state", "")
    found = forwarding.deliveries(
        asking.app,
        asking.who,
        state=state if state in DELIVERY_STATES else None,
        forwarder=name,
        limit=asking.view.table.size,
        cursor=extra.get("after") or None,
    )
    view = asking.view
    return {
        "letters": [_letter(asking, row) for row in found["rows"]],
        "older": view.with_extra(after=found["next"]).url() if found["next"] else "",
        "newest": view.with_extra(after="").url() if extra.get("after") else "",
        "states": [
            (title, view.with_extra(state=word, after="").url(), word == state)
            for word, title in (("", "All"), *_LOG_STATES)
        ],
    }


_LOG_STATES = tuple((name, DELIVERY_STATES[name]) for name in ("waiting", "delivered", "dead"))


def _letter(asking: Asking, row: Mapping[str, Any]) -> Letter:
    center = asking.view.at(CENTER).with_table(status="all")
    return Letter(
        row["id"],
        row["forwarder"] or row["address"] or "",
        row["subject"],
        [(id_, center.with_extra(notice=str(id_)).url()) for id_ in row["notices"] if id_],
        row["files"],
        row["state"],
        DELIVERY_STATES.get(row["state"], row["state"]),
        row["attempts"],
        instant(row["due"]),
        instant(row["last_attempt"]),
        row["last_error"],
        row["state"] in {"dead", "cancelled", "waiting"} and row["forwarder"] != "(removed)",
    )


def _dead(asking: Asking) -> dict[str, Any]:
    """What was given up, to whatever destination."""
    found = forwarding.deliveries(asking.app, asking.who, state="dead", limit=_DEAD_SHOWN)
    return {
        "letters": [_letter(asking, row) for row in found["rows"]],
        "has_more": bool(found["next"]),
    }


PAGE = Page(
    "event-forwarders",
    FORWARDERS,
    "Event Center",
    (
        one(TABS),
        one(Block("forwarders", "pages/events/forwarders.html", _list, "Forwarders", "table")),
        one(Block("forwarder", "pages/events/forwarder.html", _forwarder, "Forwarder")),
        one(Block("dead", "pages/events/dead.html", _dead, "Dead letters", "table")),
    ),
    subtitle="Where notices go; what leaves is tried for two days, in order, at least once",
    rail=ENTRY,
    permission=Permission.FORWARDERS,
    extra=FIELDS,
    has_bar=False,
)
IN_SETTINGS = settings_page(
    SECTION,
    "Where notices go. Each opens in the Event Center, with its settings and deliveries",
    Block("forwarders", "pages/events/forwarders.html", _list, "Forwarders", "table"),
)
"""The same list as a section of the settings, where people look for it."""
ACTS = acts(PAGE)
