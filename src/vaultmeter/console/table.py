"""Tables of a page: which columns are shown, how they are ordered, and where the other pages are.

Order, page, search and columns are made on the server and stand in the address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.views.view import SIZES, TableView, View


@dataclass(frozen=True)
class Column:
    """A column: of which name in the report, and how it is shown."""

    name: str
    title: str
    is_number: bool = False
    can_sort: bool = True
    priority: int = 1
    """1 is always shown, 2 not on a phone, 3 not on a small laptop either."""
    is_usual: bool = True
    """Whether it is shown until the reader chooses."""
    down_first: bool = False
    """Whether the first click orders from the highest down."""

    @property
    def css(self) -> str:
        """Its classes."""
        names = ("num" if self.is_number else "", f"p{self.priority}" if self.priority > 1 else "")
        return " ".join(name for name in names if name)


@dataclass(frozen=True)
class Header:
    """The head of a column: where a click leads, and how it is ordered now."""

    column: Column
    url: str
    order: str
    """ascending, descending, or nothing."""


@dataclass(frozen=True)
class Paged:
    """One page of a table, with everything its controls need."""

    id: str
    """Of the block that is swapped."""
    prefix: str
    view: View
    columns: tuple[Column, ...]
    every_column: tuple[Column, ...]
    rows: Sequence[Any]
    total: int
    sorted_by: str
    """The column it is ordered by, `-` before it from the highest down."""

    @property
    def table(self) -> TableView:
        """How it stands."""
        return self.view.table_of(self.prefix)

    @property
    def first(self) -> int:
        """The number of the first row that is shown; 0 without any."""
        return self.table.offset + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last one."""
        return self.table.offset + len(self.rows)

    @property
    def headers(self) -> list[Header]:
        """The heads of the columns that are shown."""
        return [self._header(column) for column in self.columns]

    def _header(self, column: Column) -> Header:
        by, is_down = self.sorted_by.removeprefix("-"), self.sorted_by.startswith("-")
        is_own = by == column.name
        down = not is_down if is_own else column.down_first
        order = ("descending" if is_down else "ascending") if is_own else ""
        url = self.with_(sort=f"-{column.name}" if down else column.name)
        return Header(column, url, order)

    def with_(self, **changes: Any) -> str:  # noqa: ANN401  a field of the table
        """The address of the same table otherwise."""
        return self.view.with_table(self.prefix, **changes).url()

    @property
    def earlier(self) -> str:
        """The page before; nothing on the first."""
        return self.with_(page=self.table.page - 1) if self.table.page > 1 else ""

    @property
    def later(self) -> str:
        """The page after; nothing on the last."""
        return self.with_(page=self.table.page + 1) if self.last < self.total else ""

    @property
    def sizes(self) -> list[tuple[int, str]]:
        """Rows a page may have, each with its address."""
        return [(size, self.with_(size=size)) for size in SIZES]

    def name_of(self, field: str) -> str:
        """What a field of the table is called in the address."""
        return f"{self.prefix}.{field}" if self.prefix else field

    def fields_but(self, *left_out: str) -> list[tuple[str, str]]:
        """What else the address says: hidden fields of a form that changes some of the table's."""
        gone = {self.name_of(field) for field in (*left_out, "page")}
        return [pair for pair in self.view.pairs() if pair[0] not in gone]


def shown_columns(
    asking: Asking, columns: Sequence[Column], prefix: str = ""
) -> tuple[Column, ...]:
    """The columns a reader chose, in their order; else the usual ones."""
    chosen = asking.view.table_of(prefix).cols
    by_name: Mapping[str, Column] = {column.name: column for column in columns}
    found = tuple(by_name[name] for name in chosen if name in by_name)
    return found or tuple(column for column in columns if column.is_usual)


def order_of(asking: Asking, columns: Sequence[Column], usual: str, prefix: str = "") -> str:
    """The column to order by: the one asked for where it can be ordered by, else the usual one."""
    asked = asking.view.table_of(prefix).sort
    can = {column.name for column in columns if column.can_sort}
    return asked if asked.removeprefix("-") in can else usual


def paged(
    asking: Asking,
    id_: str,
    columns: Sequence[Column],
    rows: Sequence[Any],
    total: int,
    sorted_by: str,
    prefix: str = "",
) -> Paged:
    """A page of a table in the block `id_`: `rows` are those of this page."""
    shown = shown_columns(asking, columns, prefix)
    return Paged(id_, prefix, asking.view, shown, tuple(columns), rows, total, sorted_by)
