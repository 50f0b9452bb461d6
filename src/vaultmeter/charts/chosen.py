"""Which chart a table gets in a file, by what its columns and rows are: the first rule that fits.

PDF draws it from a spec of this folder, a spreadsheet with its own means: the same choice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal

from vaultmeter.model.table import Column
from vaultmeter.model.terms import ORGANISATION

Row = tuple[Any, ...]
LOOKED_AT = 1_000
"""Rows that a choice is made by, the first ones of a table. A line of more has no chart."""
MOST_LINES, MOST_BARS = 4, 12
MEASURE = "measure"
"""The column of a table whose rows are measures, each of another thing."""
_LEAST = 3
"""Points that make a line, and bars that make a ranking."""


@dataclass(frozen=True)
class Chosen:
    """A chart of a table's first `rows` rows."""

    kind: Literal["lines", "bars"]
    names: int
    """The place of the column of instants, dates or names."""
    values: tuple[int, ...]
    """The places of the columns that are drawn."""
    rows: int


def chosen(columns: Sequence[Column], rows: Sequence[Row], total: int) -> Chosen | None:
    """The chart of a table with so many rows in all, given the first of them; `None` for none."""
    for rule in RULES:
        if found := rule(columns, rows, total):
            return found
    return None


def _over_time(columns: Sequence[Column], rows: Sequence[Row], total: int) -> Chosen | None:
    """A time in the first column that rises from row to row, and only numbers beside it."""
    first, *others = columns
    if first.type not in {"instant", "date"} or not _LEAST <= total <= len(rows):
        return None
    if any(column.type not in {"integer", "number"} for column in others):
        return None
    if not _rises([row[0] for row in rows]):
        return None
    drawn = _busiest(columns, rows)
    return Chosen("lines", 0, drawn, len(rows)) if drawn else None


def _ranked(columns: Sequence[Column], rows: Sequence[Row], _total: int) -> Chosen | None:
    """Names that differ in the first column, and a number that falls from row to row."""
    shown = rows[:MOST_BARS]
    if len(shown) < _LEAST or columns[0].type != "text" or columns[0].name == MEASURE:
        return None
    names = [row[0] for row in shown]
    # The whole organisation is no rival of its accounts.
    if None in names or ORGANISATION in names or len(set(names)) < len(names):
        return None
    for place, column in enumerate(columns):
        if column.type == "integer" and _falls([row[place] for row in shown]):
            return Chosen("bars", 0, (place,), len(shown))
    return None


RULES: tuple[Callable[[Sequence[Column], Sequence[Row], int], Chosen | None], ...] = (
    _over_time,
    _ranked,
)
"""In the order they are tried."""


def _busiest(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[int, ...]:
    """The integer columns with the highest sums, in their order; those of zeros are left out."""
    sums = {
        place: sum(row[place] or 0 for row in rows)
        for place, column in enumerate(columns)
        if column.type == "integer"
    }
    most = sorted((place for place in sums if sums[place] > 0), key=lambda place: -sums[place])
    return tuple(sorted(most[:MOST_LINES]))


def _rises(times: Sequence[datetime | date | None]) -> bool:
    told = [time for time in times if time is not None]
    return len(told) == len(times) and all(one < other for one, other in pairwise(told))


def _falls(numbers: Sequence[int | None]) -> bool:
    """Whether numbers go down from the first, and are not all the same."""
    told = [number for number in numbers if number is not None]
    if len(told) < len(numbers) or told[0] <= told[-1] or told[-1] < 0:
        return False
    return all(one >= other for one, other in pairwise(told))
