"""Sources and coverage: where all numbers come from, up to when, and what they cannot show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.page import Block, Page, one
from vaultmeter.console.pages.sources.books import BECAME, Book, books, may_see_ledger
from vaultmeter.console.pages.sources.days import calendar_of, day_url
from vaultmeter.console.pages.sources.health import Health, health_of
from vaultmeter.console.pages.sources.known import (
    IGNORES,
    REPORT,
    Known,
    coverage,
    known_sources,
    last_events,
    today_events,
)
from vaultmeter.console.pages.sources.sights import SHAPES, sights_of
from vaultmeter.console.unseen import RULES, UNSEEN
from vaultmeter.model.access import Permission
from vaultmeter.model.visibility import EVERYTHING
from vaultmeter.views.pages import page_named

_TABLE = "table"
EVERY = {"measure": EVERYTHING}
"""The row of a source that is about all its events."""


@dataclass(frozen=True)
class Line:
    """One source in the list."""

    source: Known
    url: str
    health: Health
    last: datetime | None
    last_url: str
    lag: timedelta | None
    lag_most: timedelta | None
    today: int
    today_url: str
    book: Book
    rejected: int
    unknown: int


def lines_of(asking: Asking) -> list[Line]:
    """The sources that fit the filters, in order of their names."""
    rows = {row["source"]: row for row in coverage(asking).dicts() if row["measure"] == EVERYTHING}
    is_narrowed = bool(asking.view.account) or any(
        each.dimension not in IGNORES for each in asking.view.filters
    )
    shown = [
        each
        for each in known_sources(asking)
        if each.name in rows or (each.is_managed and not is_narrowed)
    ]
    today, found, last = today_events(asking), books(asking), last_events(asking)
    return [
        _line(
            asking,
            each,
            rows.get(each.name, {}),
            last.get(each.name),
            today.get(each.name, 0),
            found.get(each.name, Book()),
        )
        for each in shown
    ]


def _line(
    asking: Asking,
    source: Known,
    row: Mapping[str, Any],
    last: datetime | None,
    today: int,
    book: Book,
) -> Line:
    own = {"source": source.name, **EVERY}
    day = asking.words.today.isoformat()
    return Line(
        source,
        asking.view.at(source.path).url(),
        health_of(asking, source, last),
        last,
        evidence_url(asking, REPORT, "last_event", own),
        seconds(row.get("lag_median")),
        seconds(row.get("lag_most")),
        today,
        evidence_url(asking, REPORT, "events", own, from_=day, to=day, tz=asking.view.zone),
        book,
        row.get("rejected") or 0,
        row.get("unknown") or 0,
    )


def seconds(value: int | None) -> timedelta | None:
    """A lag as a length of time."""
    return None if value is None else timedelta(seconds=value)


def _sentence(asking: Asking) -> dict[str, Any]:
    lines = lines_of(asking)
    well = [line for line in lines if line.health.state == "well"]
    last = [line.last for line in well if line.last is not None]
    ill = [line for line in lines if line.health.state != "well"]
    return {
        "total": len(lines),
        "well": len(well),
        "complete_to": min(last, default=None),
        "ill": ill,
        "received": _received(lines),
        "rejecting": [line for line in lines if line.rejected],
        "unbalanced": [line for line in lines if not line.book.is_balanced],
    }


def _received(lines: list[Line]) -> int | None:
    counts = [line.book.received for line in lines if line.book.received is not None]
    return sum(counts) if counts else None


def _list(asking: Asking) -> dict[str, Any]:
    return {
        "lines": lines_of(asking),
        "may_connect": asking.may(Permission.SOURCES),
        "has_ledger": may_see_ledger(asking),
    }


def _books(asking: Asking) -> dict[str, Any]:
    lines = [line for line in lines_of(asking) if line.book.became]
    has_ledger = may_see_ledger(asking)
    return {
        "lines": lines,
        "has_ledger": has_ledger,
        "became": [name for name in BECAME if name != "expired" or _any(lines, name)],
        "balanced": all(line.book.is_balanced for line in lines),
    }


def _any(lines: list[Line], name: str) -> bool:
    return any(line.book.became[name] for line in lines)


def _calendar(asking: Asking) -> dict[str, Any]:
    return calendar_facts(asking)


def calendar_facts(asking: Asking, *sources: str) -> dict[str, Any]:
    """What the calendar's template shows, as blocks or as a table; of some sources or of all."""
    is_table = asking.view.extra.get("days") == _TABLE
    other = asking.view.with_extra(days="" if is_table else _TABLE)
    known = {each.name: asking.view.at(each.path).url() for each in known_sources(asking)}
    return {
        "calendar": calendar_of(asking, sources or None),
        "is_table": is_table,
        "other_url": other.url(),
        "day_url": lambda source, day: day_url(asking, source, day),
        "events_url": lambda source: evidence_url(
            asking, REPORT, "events", {"source": source, **EVERY}
        ),
        "source_urls": known,
    }


def _sights(asking: Asking) -> dict[str, Any]:
    known = {each.name: asking.view.at(each.path).url() for each in known_sources(asking)}
    return {
        "sights": sights_of(coverage(asking).dicts()),
        "shapes": SHAPES,
        "source_urls": known,
    }


def _head(asking: Asking) -> dict[str, Any]:
    may = asking.may(Permission.SOURCES)
    return {"actions": "pages/sources/actions.html"} if may else {}


PAGE = Page(
    "sources",
    "/sources",
    "Sources and coverage",
    (
        one(Block("sentence", "pages/sources/sentence.html", _sentence, "", "line", is_plain=True)),
        one(Block("list", "pages/sources/list.html", _list, "Sources")),
        one(Block("calendar", "pages/sources/calendar.html", _calendar, "Coverage by day")),
        one(Block("books", "pages/sources/books.html", _books, "What became of every line")),
        one(Block("sights", "pages/sources/sights.html", _sights, "What each source can show")),
        one(UNSEEN),
        one(RULES),
    ),
    subtitle="Where the numbers come from, up to when, and what they cannot show",
    extra=page_named("sources").words,
    ignores=IGNORES,
    head=_head,
    exports=page_named("sources").reports,
)
