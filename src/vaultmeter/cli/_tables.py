"""The table of a report, from the object that a server answers."""

from datetime import date, datetime
from typing import Any

from vaultmeter.cli._options import told_period
from vaultmeter.model.table import Column, Table


def table_of(document: dict[str, Any]) -> Table:
    """The table that the object was made of."""
    columns = tuple(Column(**column) for column in document["columns"])
    complete_to = document["complete_to"].items()
    return Table(
        document["report"],
        document["title"],
        told_period(document),
        document["filters"],
        document["definitions"],
        columns,
        [tuple(_read(column, row[column.name]) for column in columns) for row in document["rows"]],
        document["total"],
        {name: datetime.fromisoformat(text) for name, text in complete_to},
        tuple(document["notes"]),
        document["as_of"],
    )


def _read(column: Column, value: Any) -> Any:  # noqa: ANN401  a cell is of any type
    if value is None:
        return None
    if column.type == "instant":
        return datetime.fromisoformat(value)
    if column.type == "date":
        return date.fromisoformat(value)
    return value
