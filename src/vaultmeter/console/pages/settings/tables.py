"""Tables of the settings: short enough to be searched and ordered here, a page at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.table import Column, Paged, order_of, paged

Row = Mapping[str, Any]


def page_of_rows(
    asking: Asking,
    id_: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    words: Callable[[Row], Iterable[str]] = lambda row: [row["name"]],
) -> Paged:
    """One page of rows that have a name: those that `words` of hold what is searched for.

    They are ordered by the column that is asked for, and of equals by name.
    """
    table = asking.view.table
    wanted = table.q.casefold()
    found = [row for row in rows if any(wanted in word.casefold() for word in words(row))]
    sorted_by = order_of(asking, columns, "name")
    by, is_down = sorted_by.removeprefix("-"), sorted_by.startswith("-")
    found.sort(key=lambda row: row["name"].casefold())
    found.sort(key=lambda row: _place(row[by]), reverse=is_down)
    shown = found[table.offset : table.offset + table.size]
    return paged(asking, id_, columns, shown, len(found), sorted_by)


def _place(value: Any) -> tuple[bool, Any]:  # noqa: ANN401  a cell of any column
    """Where a cell stands: nothing comes first, lists stand by their length, texts by letters."""
    if isinstance(value, list | tuple):
        return True, len(value)
    return value is not None, value.casefold() if isinstance(value, str) else value or 0
