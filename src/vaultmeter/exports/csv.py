"""Comma-separated values by RFC 4180: a header of column names, one row a line, instants in UTC.

Above the header stand rows of one cell that begins with `#`, in quotes where it has a comma, and
say what the file is; the file begins with a byte order mark, by which spreadsheets know UTF-8. A
bare file has neither: it is for programs.
Text that a spreadsheet would run as a formula has an apostrophe in front; numbers never have one.
Several tables leave as a ZIP archive of such files.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, BinaryIO

from vaultmeter.exports import STEP, Export, Options, Row, as_text, bundled, with_rows
from vaultmeter.model.document import Document, Part
from vaultmeter.model.facts import facts
from vaultmeter.model.instants import text_of
from vaultmeter.model.table import Column, ColumnType

Cells = Sequence[Any]
"""Those of one column."""
_MARK = "\ufeff"
_FORMULA = frozenset("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20")
"""How a formula begins, also in full-width forms, which some spreadsheets read the same."""


def _write(document: Document, out: BinaryIO, options: Options) -> None:
    if len(document.parts) == 1:
        _one(document, out, options)
    else:
        bundled(document, out, options, ".csv", _one)


def _one(document: Document, out: BinaryIO, options: Options) -> None:
    """Write a document of one table."""
    with as_text(out) as text:
        writer = csv.writer(text)
        for part, rows in with_rows(document, options):
            if not options.bare:
                text.write(_MARK)
                writer.writerows(_heading(document, part))
            writer.writerow([column.name for column in part.about.columns])
            writer.writerows(_cells(part.about.columns, rows))


def _heading(document: Document, part: Part) -> Iterator[list[str]]:
    """The lines above the header; the sign in front keeps each from being a formula."""
    yield [f"# {document.title}"]
    for label, text in facts(document, part):
        yield [f"# {label}: {text}"]


def _cells(columns: tuple[Column, ...], rows: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
    """The rows as they are written: some at once, column by column, which takes half the time."""
    written = [_WRITTEN[column.type] for column in columns]
    while some := list(islice(rows, STEP)):
        values = zip(*some, strict=True)
        yield from zip(
            *(write(cells) for write, cells in zip(written, values, strict=True)), strict=True
        )


def _texts(cells: Cells) -> Cells:
    # A spreadsheet would run it; numbers are no text and stay as they are.
    return [f"'{cell}" if type(cell) is str and cell[:1] in _FORMULA else cell for cell in cells]


def _numbers(cells: Cells) -> Cells:
    return cells


def _instants(cells: Cells) -> Cells:
    return [None if cell is None else _instant(cell) for cell in cells]


def _instant(cell: datetime) -> str:
    # Nearly all of them are in UTC already, and this is half of the time of a file.
    return f"{cell.isoformat()[:-6]}Z" if cell.tzinfo is UTC else text_of(cell.astimezone(UTC))


def _dates(cells: Cells) -> Cells:
    return [None if cell is None else cell.isoformat() for cell in cells]


def _booleans(cells: Cells) -> Cells:
    return [None if cell is None else str(cell).lower() for cell in cells]


_WRITTEN: Mapping[ColumnType, Callable[[Cells], Cells]] = {
    "text": _texts,
    "integer": _numbers,
    "number": _numbers,
    "instant": _instants,
    "date": _dates,
    "boolean": _booleans,
}
"""How the cells of a column are written, by its type."""

EXPORT = Export(
    "comma-separated values, for spreadsheets",
    ".csv",
    "text/csv; charset=utf-8",
    _write,
    bundles=True,
)
