"""One source: how it is doing, how its records arrive, what became of them and what they show."""

from dataclasses import replace
from datetime import date
from typing import Any

from markupsafe import Markup

from vaultmeter.app import connector_named
from vaultmeter.console.acts import Act
from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.page import Block, Page, Row, one
from vaultmeter.console.pages.settings.forms import instant
from vaultmeter.console.pages.source.acts import drop, make_key, read_again
from vaultmeter.console.pages.source.rejects import rejects_block
from vaultmeter.console.pages.sources import EVERY, calendar_facts, seconds
from vaultmeter.console.pages.sources.books import (
    BECAME,
    Book,
    book_of,
    books,
    ledger,
    lines,
    may_see_ledger,
)
from vaultmeter.console.pages.sources.health import health_of, receiving
from vaultmeter.console.pages.sources.known import IGNORES, REPORT, Known, last_events, source_of
from vaultmeter.console.pages.sources.sights import SHAPES, title_of
from vaultmeter.console.rendering import render
from vaultmeter.console.table import Column, paged
from vaultmeter.console.unseen import RULES, UNSEEN
from vaultmeter.model.collecting import in_words
from vaultmeter.model.visibility import EVERYTHING
from vaultmeter.views.pages import page_named
from vaultmeter.views.view import Filter

_GAPS = "coverage-gaps"
_MISSING = 10
"""What may be missing, the newest so many."""
_DAYS = (
    Column("day", "Received on (UTC)", can_sort=False),
    Column("received", "Received", is_number=True, can_sort=False),
    Column("stored", "Stored", is_number=True, can_sort=False, priority=2),
    Column("duplicates", "Duplicates", is_number=True, can_sort=False, priority=2),
    Column("conflicts", "Conflicts", is_number=True, can_sort=False, priority=2),
    Column("rejected", "Rejected", is_number=True, can_sort=False),
    Column("filtered", "Left out", is_number=True, can_sort=False, priority=2),
    Column("expired", "Expired", is_number=True, can_sort=False, priority=3),
    Column("pending", "Pending", is_number=True, can_sort=False, priority=2),
    Column("balanced", "Balances", is_number=True, can_sort=False),
)


def own_rows(asking: Asking, source: Known, report: str = REPORT) -> list[dict[str, Any]]:
    """The rows of a report that are about a source."""
    # A filter is a pattern, and a name may hold what means something in one.
    view = replace(asking.view, filters=(), account=())
    rows = asking.rows(report, view=view, filters={"source": [source.name]})
    return [row for row in rows if row["source"] == source.name]


def _every(asking: Asking, source: Known) -> dict[str, Any]:
    """What is told of all events of a source; nothing of one that has told nothing."""
    rows = own_rows(asking, source)
    return next((row for row in rows if row["measure"] == EVERYTHING), {})


def _head(asking: Asking) -> dict[str, Any]:
    source = source_of(asking)
    health = health_of(asking, source, last_events(asking).get(source.name))
    status = render("pages/source/status.html", {"health": health, "words": asking.words})
    return {
        "title": source.name,
        "subtitle": f"{connector_named(source.connector).title}, account {source.account}",
        "crumbs": [{"url": asking.view.at("/sources").url(), "title": "Sources and coverage"}],
        "status": Markup(status),  # noqa: S704  made by a template, which escapes
        "exported": replace(
            asking.view, filters=(Filter("source", "is", (source.name,)),), account=()
        ),
    }


def _sentence(asking: Asking) -> dict[str, Any]:
    source = source_of(asking)
    row = _every(asking, source)
    last = last_events(asking).get(source.name)
    own = {"source": source.name, **EVERY}
    return {
        "source": source,
        "health": health_of(asking, source, last),
        "last": last,
        "last_url": evidence_url(asking, REPORT, "last_event", own),
        "events": row.get("events") or 0,
        "events_url": evidence_url(asking, REPORT, "events", own),
        "book": books(asking).get(source.name, Book()),
        "days": asking.words.days(asking.first_day, asking.last_day),
    }


def _health(asking: Asking) -> dict[str, Any]:
    """How its receivers are doing, and what may be missing."""
    source = source_of(asking)
    row = _every(asking, source)
    shown = asking.sources.show(asking.who, source.name) if source.is_managed else None
    return {
        "source": source,
        "receivers": receiving(asking, source),
        "shown": shown,
        "arrived": shown and instant(shown["last_received"]),
        "missing": [] if shown is None else _missing(shown["gaps"]),
        "more_missing": 0 if shown is None else max(0, len(shown["gaps"]) - _MISSING),
        "first": row.get("first_event"),
        "last": row.get("last_event"),
        "lag": seconds(row.get("lag_median")),
        "lag_most": seconds(row.get("lag_most")),
        "proves": row.get("proves_idleness"),
    }


def _missing(gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    newest = reversed(gaps[-_MISSING:])
    return [{"at": instant(gap["at"]), "words": gap["words"]} for gap in newest]


def _settings(asking: Asking) -> dict[str, Any]:
    """How its records arrive; no secret is kept of it that could be shown."""
    source = source_of(asking)
    if not source.is_managed:
        return {"source": source, "shown": None}
    shown = asking.sources.show(asking.who, source.name)
    key = shown["key"]
    return {
        "source": source,
        "shown": shown,
        "added": instant(shown["added"]),
        "key_made": key and instant(key["made"]),
        "every": shown["poll"] and in_words(shown["poll"]["every"]),
        "new_key": asking.shown.get("key", ""),
    }


def _days(asking: Asking) -> dict[str, Any]:
    source = source_of(asking)
    return {**calendar_facts(asking, source.name), "gaps": own_rows(asking, source, _GAPS)}


def _ledger(asking: Asking) -> dict[str, Any]:
    """The days on which lines were received, the newest first; or what became of all of them."""
    source = source_of(asking)
    if not may_see_ledger(asking):
        found = books(asking).get(source.name, Book(dict.fromkeys(BECAME, 0)))
        return {"source": source, "book": found, "table": None}
    days = ledger(asking, source.name)[::-1]
    table = asking.view.table
    page = days[table.offset : table.offset + table.size]
    rows = [{"on": date.fromisoformat(day.day), "of": day} for day in page]
    return {
        "source": source,
        "book": book_of(days),
        "table": paged(asking, "ledger", _DAYS, rows, len(days), ""),
    }


def _codes(asking: Asking) -> dict[str, Any]:
    source = source_of(asking)
    rows = [row for row in lines(asking) if row["source"] == source.name]
    return {"codes": [row for row in rows if row["became"] == "unknown"]}


def _sights(asking: Asking) -> dict[str, Any]:
    source = source_of(asking)
    rows = [row for row in own_rows(asking, source) if row["measure"] != EVERYTHING]
    return {
        "measures": [
            {
                **row,
                "title": title_of(row["measure"]),
                "url": evidence_url(
                    asking, REPORT, "events", {"source": source.name, "measure": row["measure"]}
                ),
            }
            for row in rows
        ],
        "counts": [(shape, sum(row["visible"] == shape for row in rows)) for shape in SHAPES],
    }


PAGE = Page(
    "source",
    "/sources/{id}",
    "Source",
    (
        one(Block("sentence", "pages/source/sentence.html", _sentence, "", "line", is_plain=True)),
        Row(
            "two-one",
            (
                Block("health", "pages/source/health.html", _health, "How it is doing"),
                Block("settings", "pages/source/settings.html", _settings, "How records arrive"),
            ),
        ),
        one(Block("days", "pages/sources/calendar.html", _days, "Coverage by day")),
        Row(
            "two-one",
            (
                Block("rejects", "pages/source/rejects.html", rejects_block, "Rejected lines"),
                Block("codes", "pages/source/codes.html", _codes, "Unknown codes"),
            ),
        ),
        one(Block("ledger", "pages/source/ledger.html", _ledger, "What became of every line")),
        one(Block("sights", "pages/source/sights.html", _sights, "What it can show", "table")),
        one(UNSEEN),
        one(RULES),
    ),
    rail="sources",
    extra=page_named("source").words,
    ignores={**IGNORES, **dict.fromkeys(("source", "account"), "This page is about one source.")},
    head=_head,
    exports=page_named("source").reports,
)
ACTS = (
    Act("source-key", "/sources/{id}/key", make_key, PAGE),
    Act("source-remove", "/sources/{id}/remove", drop, PAGE),
    Act("source-read-again", "/sources/{id}/read-again", read_again, PAGE),
)
