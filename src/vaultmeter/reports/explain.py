"""Explains a number of a report, for every surface: finds its cell, rule, statement and events."""

from dataclasses import replace
from typing import Any

from vaultmeter import __version__
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.model.errors import Invalid
from vaultmeter.model.period import Period
from vaultmeter.reports.cells import Cell, cell_named
from vaultmeter.reports.declared import Counting
from vaultmeter.reports.evidence import Evidence, Sought
from vaultmeter.reports.head import Report
from vaultmeter.reports.recount import Recount
from vaultmeter.reports.run import Ask
from vaultmeter.store import Store

SIZE_AT_MOST = 10_000
"""How many events a page may hold."""
_ADDED_UP = ("requests", "weight", "glances", "identities")


def explain(store: Store, inbox: Inbox, report: Report, ask: Ask, sought: Sought) -> Evidence:
    """The evidence of a cell; raises `NotFound` and `Invalid` where there is no such cell."""
    if sought.page < 1 or not 1 <= sought.size <= SIZE_AT_MOST:
        raise Invalid(
            f"There is no page {sought.page} of {sought.size} events.",
            f"Give --page 1 or more, and --size 1 to {SIZE_AT_MOST}.",
        )
    cell = cell_named(store, report, ask, sought.column, sought.row)
    return explain_cell(store, inbox, report, ask, cell, sought)


def explain_cell(
    store: Store, inbox: Inbox, report: Report, ask: Ask, cell: Cell, sought: Sought
) -> Evidence:
    """The evidence of a cell that was found; raises `Invalid` where it is no number."""
    counting = counting_of(report, cell)
    told = _told(report, cell, counting)
    if counting.derived:
        return told
    recount = recount_of(store, inbox, report, ask, cell)
    if recount is None:
        return replace(told, rule="There is no period it is compared with.")
    return recount.shown(told, sought)


def counting_of(report: Report, cell: Cell) -> Counting:
    """How the number in a cell is counted; raises `Invalid` where it is none."""
    counting = report.evidence.counting(cell.column.name, cell.row)
    if counting is None:
        raise _no_number(report, cell)
    return counting


def recount_of(store: Store, inbox: Inbox, report: Report, ask: Ask, cell: Cell) -> Recount | None:
    """What counts a cell again; `None` where nothing is compared and so nothing counted."""
    period: Period | None = cell.table.period
    if cell.column.name == report.evidence.compared:
        period = cell.table.period.compared(ask.compare)
    if period is None:
        return None
    return Recount(store, inbox, report, ask, cell, counting_of(report, cell), period)


def _no_number(report: Report, cell: Cell) -> Invalid:
    name, rows = cell.column.name, report.evidence.rows
    if name in rows or name == report.evidence.by:
        return Invalid(f"{name!r} names the row; it is no number.", "Name a column of numbers.")
    if cell.column.type in ("text", "boolean"):
        return Invalid(f"{name!r} is no number.", "Name a column of numbers or dates.")
    return Invalid(
        f"The report {report.name!r} does not say how {name!r} follows from events.",
        "Add it to [evidence.cells] in the head of the report.",
    )


def _told(report: Report, cell: Cell, counting: Counting) -> Evidence:
    """What can be said of a number without looking at events."""
    keys = [*report.evidence.rows, *([report.evidence.by] if report.evidence.by else [])]
    name = str(cell.row[report.evidence.by]) if report.evidence.by else cell.column.name
    definitions = cell.table.definitions
    words = [word for word in (name, cell.column.name, *counting.measures) if word in definitions]
    notes = []
    if len(cell.twins) > 1:
        notes.append(f"{len(cell.twins)} rows have this name; this is about them together.")
    if counting.filters is not None:
        others = [name for name in cell.table.filters if name not in counting.filters]
        notes += [f"It is of the whole row, whatever the filter says: {n}." for n in others]
    title = name if cell.column.name == report.evidence.value else cell.column.title
    return Evidence(
        report=report.name,
        title=title,
        column=cell.column,
        row={key: cell.row[key] for key in keys},
        period=cell.table.period,
        filters=cell.table.filters,
        value=_together(cell, counting),
        rule=counting.rule(),
        definitions={word: definitions[word] for word in dict.fromkeys(words)},
        version=f"vaultmeter {__version__}",
        counts=counting.counts,
        notes=tuple(notes),
    )


def _together(cell: Cell, counting: Counting) -> Any:  # noqa: ANN401  a cell is of any type
    """The value of the rows that bear one name."""
    values = [row[cell.column.name] for row in cell.twins]
    if len(values) == 1:
        return values[0]
    there = [value for value in values if value is not None]
    if counting.counts in _ADDED_UP:
        return sum(there)
    if counting.counts in ("latest", "earliest"):
        return (max if counting.counts == "latest" else min)(there, default=None)
    raise Invalid(f"{len(values)} rows have this name, and share what they count.")
