"""What leaves as one file: the tables of a view under one title, and who had it made and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vaultmeter.model.table import Table


@dataclass(frozen=True)
class Part:
    """One table of a document. Its rows may be read once, and need not be in memory at once."""

    about: Table
    """Everything but the rows; `about.total` is how many there are in all."""
    rows: Iterable[tuple[Any, ...]]
    row_count: int
    """How many rows `rows` has; fewer than `about.total` where they were limited."""
    skipped: int = 0
    """How many rows were left out before the first one."""

    @classmethod
    def of(cls, table: Table, skipped: int = 0) -> "Part":
        """A table whose rows are there already."""
        return cls(table, table.rows, len(table.rows), skipped)

    @property
    def is_limited(self) -> bool:
        """Whether there are more rows than the document has."""
        return self.row_count < self.about.total


@dataclass(frozen=True)
class Document:
    """Tables that leave together, in the order of their page."""

    title: str
    parts: tuple[Part, ...]
    made: datetime
    """When it was asked for, UTC."""
    made_by: str
    """The name of who asked."""
    view: str = ""
    """The name of the saved view it is of, where it is of one."""

    @classmethod
    def of(cls, table: Table, made: datetime, made_by: str, skipped: int = 0) -> "Document":
        """A document of one table whose rows are there already."""
        return cls(table.title, (Part.of(table, skipped),), made, made_by)
