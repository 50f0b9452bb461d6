"""Control totals: how many rows a table has and what its numbers add up to.

They are gathered while rows pass by, so that a file of millions needs no second reading. Whoever
has the file adds up the same columns and knows whether a row is missing or was changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from vaultmeter.model.document import Document, Part

NUMERIC = ("integer", "number")
"""The types of columns that are added up."""


@dataclass
class Tally:
    """The control totals of one table: complete when its rows were read to the end.

    Integers are added as integers, other numbers as the decimals that files show, so that sums are
    exact and do not depend on the order.
    """

    part: Part
    rows: int = 0
    sums: dict[str, int | Decimal] = field(default_factory=dict)
    """By the name of the column; every numeric column has one."""

    def passing(self) -> Iterator[tuple[Any, ...]]:
        """The rows, counted as they pass."""
        columns = self.part.about.columns
        whole = [place for place, column in enumerate(columns) if column.type == "integer"]
        broken = [place for place, column in enumerate(columns) if column.type == "number"]
        found: list[Any] = [0] * len(columns)
        try:
            for row in self.part.rows:
                for place in whole:
                    if (value := row[place]) is not None:
                        found[place] += value
                for place in broken:
                    if (value := row[place]) is not None:
                        found[place] += Decimal(str(value))
                self.rows += 1
                yield row
        finally:
            self.sums = {columns[place].name: found[place] for place in sorted((*whole, *broken))}

    def plain(self) -> dict[str, Any]:
        """The totals as JSON has them: decimals are text, which is exact."""
        sums = {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in self.sums.items()
        }
        about = self.part.about
        return {"report": about.report, "rows": self.rows, "total": about.total, "sums": sums}


def control_totals(document: Document) -> tuple[Document, list[Tally]]:
    """The document to be written in its place, and the tallies that fill while it is."""
    tallies = [Tally(part) for part in document.parts]
    parts = (replace(tally.part, rows=tally.passing()) for tally in tallies)
    return replace(document, parts=tuple(parts)), tallies
