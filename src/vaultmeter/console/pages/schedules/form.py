"""The form of a schedule, and what would leave by it: told while it is typed, and not saved."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vaultmeter.console.asking import Asking
from vaultmeter.console.delivered import FIELD, Source, choices_of, span_title, standing
from vaultmeter.console.exporting import EVERYTHING
from vaultmeter.console.pages.exports.making import url_of
from vaultmeter.console.pages.schedules.fields import Fields
from vaultmeter.console.pages.schedules.words import (
    CATCH_UP,
    EVERY,
    WEEKDAYS,
    due_words,
    period_words,
)
from vaultmeter.exporting.formats import export_named
from vaultmeter.exporting.writing import name_of
from vaultmeter.forwarding import usable
from vaultmeter.model.document import Document, Part
from vaultmeter.model.errors import Invalid, VaultmeterError
from vaultmeter.model.instants import text_of
from vaultmeter.model.period import RANGES, Period
from vaultmeter.model.table import Table
from vaultmeter.schedules.span import query_at, span_of_query
from vaultmeter.schedules.timing import next_runs

_ROWS, _COLUMNS = 5, 5
"""Of the first table, so much is shown before a schedule is saved."""
_RUNS = 5
_FIRST = 3
"""Columns that say what a row is of: a user, an account, a kind."""
_SILENT = (None, "", 0)
_NUMBERS = frozenset({"integer", "number"})


def form_facts(asking: Asking, fields: Fields) -> dict[str, Any]:
    """What the form's template shows besides the fields."""
    with asking.app.state.reading() as connection:
        known = [(each.name, each.kind) for each in usable(connection, asking.who)]
    return {
        "fields": fields,
        "choices": choices_of(asking, fields.text(FIELD)),
        "every": EVERY,
        "weekdays": WEEKDAYS,
        "catch_up": CATCH_UP,
        "formats": EVERYTHING,
        "spans": {name: span_title(name) for name in RANGES},
        "forwarders": known,
    }


def effect_facts(
    asking: Asking, fields: Fields, report: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The next runs with their periods, the names of the files, and the first rows.

    `report` are the words of a report that the schedule is of, where it is of no page.
    """
    facts: dict[str, Any] = {"wrong": None, "runs": [], "preview": None, "is_of_report": False}
    try:
        timing = fields.timing
        due = next_runs(timing, asking.now, _RUNS)
        if not due:
            raise Invalid(f"{timing.text()} is never due.", "Change its timing.")
        facts["zone"] = timing.zone
        if not fields.text(FIELD) and report is not None:
            runs = [_run(asking, each, timing.zone, None) for each in due]
            return {**facts, "runs": runs, "is_of_report": True}
        source = fields.source(asking)
        runs = [_run(asking, each, timing.zone, source) for each in due]
        preview = _preview(asking, fields, source, due[0])
    except VaultmeterError as error:
        return {**facts, "wrong": error}
    return {**facts, "runs": runs, "preview": preview}


def _run(asking: Asking, due: datetime, zone: str, source: Source | None) -> dict[str, Any]:
    told = {**due_words(text_of(due), zone, asking.words), "span": ""}
    if source is not None:
        span = span_of_query(source.query, ZoneInfo(zone), due, source.path)
        told["span"] = _span(asking, span, zone)
    return told


def _span(asking: Asking, span: Period | None, zone: str) -> str:
    if span is None:
        return "all there is"
    return period_words((span.start, span.end), ZoneInfo(zone), asking.words)


def _preview(asking: Asking, fields: Fields, source: Source, due: datetime) -> dict[str, Any]:
    """The first table as it would be if it left now, and what the files of the next run are."""
    zone = ZoneInfo(fields.timing.zone)
    span = span_of_query(source.query, zone, asking.now, source.path)
    ends = None if span is None else (span.start, span.end)
    query = query_at(source.query, zone, ends, source.path)
    found = standing(asking, Source(source.path, query))
    asked = replace(found.questions[0], limit=_ROWS)
    table = asking.answers.table(asking.viewer, asked, asking.until)
    next_span = span_of_query(source.query, zone, due, source.path)
    return {
        "title": source.view.name if source.view else found.title,
        "url": url_of(source),
        "span": _span(asking, span, zone.key),
        "tables": len(found.questions),
        "names": _names(asking, fields, source, table, next_span, len(found.questions)),
        **_rows(table),
    }


def _names(
    asking: Asking,
    fields: Fields,
    source: Source,
    table: Table,
    span: Period | None,
    count: int,
) -> list[str]:
    """What the files of the next run are called."""
    over = table if span is None else replace(table, period=span)
    name = source.view.name if source.view else fields.text("name") or source.name
    document = Document(name, (Part.of(over),) * count, asking.now, asking.who.name, name)
    exports = {each: export_named(each) for each in fields.lists["format"]}
    return [name_of(document, each, export) for each, export in exports.items()]


def _rows(table: Table) -> dict[str, Any]:
    """The columns that tell most, and the first rows of them."""
    shown = sorted(sorted(range(len(table.columns)), key=_telling(table))[:_COLUMNS])
    return {
        "table": table.title,
        "columns": [table.columns[place] for place in shown],
        "more_columns": len(table.columns) - len(shown),
        "rows": [[row[place] for place in shown] for row in table.rows],
        "total": table.total,
    }


def _telling(table: Table) -> Callable[[int], tuple[bool, bool, int]]:
    """How early a column is chosen: what a row is of, then numbers, then all else."""

    def place_of(place: int) -> tuple[bool, bool, int]:
        is_of, is_number = place < _FIRST, table.columns[place].type in _NUMBERS
        is_silent = all(row[place] in _SILENT for row in table.rows)
        return is_silent and place > 0, not (is_of or is_number), place

    return place_of
