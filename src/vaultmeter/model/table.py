"""The answer of a report: typed columns, rows, and all that is needed to read them rightly."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from vaultmeter.model.period import Period

ColumnType = Literal["text", "integer", "number", "instant", "date", "boolean"]


@dataclass(frozen=True)
class Column:
    """One column: the name programs use, the title people read, its type and unit."""

    name: str
    title: str
    type: ColumnType = "text"
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """What a report answers. Rows are tuples in column order; instants are aware and in UTC."""

    report: str
    title: str
    period: Period
    filters: dict[str, list[str]]
    definitions: dict[str, str]
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Any, ...]]
    total: int
    """How many rows there are in all, whatever was asked of them."""
    complete_to: dict[str, datetime]
    notes: tuple[str, ...] = field(default=())
    as_of: str = ""
    """The state of the data and of what was decided: equal ones mean equal answers."""
    unseen: tuple[str, ...] = ()
    """Those of the notes that tell what the sources cannot show, lack or refused."""
    compared: str = ""
    """The range it is compared with, in words; empty where it is compared with none."""

    def dicts(self) -> list[dict[str, Any]]:
        """The rows as objects keyed by column name."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]
