"""Comma-separated values by RFC 4180: a header of column names, one row a line, instants in UTC."""

import csv
from datetime import UTC, date, datetime
from typing import Any, TextIO

from vaultmeter.exports import Export
from vaultmeter.model.instants import text_of
from vaultmeter.model.table import Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a formula begins, also in full-width forms, which some spreadsheets read the same."""


def _write(table: Table, out: TextIO) -> None:
    writer = csv.writer(out)
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)


def _cell(value: Any) -> Any:  # noqa: ANN401  a cell is of any type
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return text_of(value.astimezone(UTC))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA):
        # A spreadsheet would run it; numbers are no text and stay as they are.
        return "'" + value
    return value


EXPORT = Export("comma-separated values, for spreadsheets", ".csv", _write)
