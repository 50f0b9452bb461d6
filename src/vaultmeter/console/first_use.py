"""The first use: what a report page shows while there is no event at all, and what to do next.

It looks after itself: when something has come, the page is loaded again.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from starlette.responses import Response

from vaultmeter import __version__
from vaultmeter.console.asking import Asking
from vaultmeter.console.kept_for import kept_for
from vaultmeter.console.page import Block, Page, Row, one
from vaultmeter.console.parts import Part
from vaultmeter.model.access import Permission
from vaultmeter.reports.run import bounds

_SHOWN_ON = frozenset({"overview", "product-usage", "items", "password-manager", "clients"})
"""The report pages, by their entries in the rail."""
_SYSTEMS = "Audit logs of OpenBao or HashiCorp Vault, or the events of any other"
_PATH = "/first-use"
_NO_CONTENT = 204


@dataclass(frozen=True)
class Step:
    """One step: what it is, how far it is, and a line about it."""

    title: str
    text: str
    state: str
    """done, now, or nothing where it is not its turn yet."""


def is_first_use(asking: Asking) -> bool:
    """Whether there is no event at all, whoever may see it."""
    return kept_for(asking, "first use", lambda: asking.reading(bounds) is None)


def rows_of(asking: Asking, page: Page) -> tuple[Row, ...]:
    """The rows of a page; while there is no event, a report page has the first use instead."""
    if page.entry in _SHOWN_ON and is_first_use(asking):
        return (one(FIRST_USE),)
    return tuple(page.rows)


def _first_use(asking: Asking) -> dict[str, Any]:
    """The steps, and what the reader may do."""
    names, lines = _arrived(asking)
    return {
        "steps": _steps(asking, names, lines),
        "may_connect": asking.may(Permission.SOURCES),
        "connected": bool(names),
        "state": _state(asking),
        "path": _PATH,
    }


def _arrived(asking: Asking) -> tuple[list[str], int]:
    """The sources there are, and how many lines have come from them."""
    inbox = asking.app.inbox
    names, lines = [], 0
    for source in inbox.sources():
        names.append(source.name)
        lines += inbox.arrived(source, 0)[1]
    return names, lines


def _steps(asking: Asking, names: list[str], lines: int) -> list[Step]:
    words = asking.words
    # Whoever does not manage sources is told how many there are, not which.
    own = ", ".join(names) if asking.may(Permission.SOURCES) else words.count(len(names), "source")
    connect = Step("Connect a source", _SYSTEMS, "now")
    if names:
        connect = Step("Connect a source", own, "done")
    record = Step("See the first record arrive", "This page shows it as it comes", "")
    if lines:
        text = f"{words.count(lines, 'line')} came; none has made an event yet"
        record = Step("See the first record arrive", text, "now")
    elif names:
        record = Step(record.title, f"{record.text}; nothing has come yet", "now")
    return [
        Step("Installed", f"Version {__version__}", "done"),
        connect,
        record,
        Step("Read the first report", "It stands here a minute after the first record", ""),
    ]


def _state(asking: Asking) -> str:
    """How far it is, so that a page knows when it is out of date."""
    names, lines = _arrived(asking)
    told = f"{is_first_use(asking)} {sorted(names)} {lines}"
    return blake2b(told.encode(), digest_size=6).hexdigest()


def _poll(asking: Asking) -> Response:
    """Nothing while the page is up to date; else the browser loads it again."""
    if asking.given.get("state") == _state(asking):
        return Response(status_code=_NO_CONTENT, headers={"cache-control": "no-store"})
    return Response(headers={"hx-refresh": "true", "cache-control": "no-store"})


FIRST_USE = Block("first-use", "parts/first_use.html", _first_use, "Start by connecting a vault")
PART = Part(_PATH, _poll)
