"""An Excel workbook: a summary, then a sheet for each table, with typed cells and a chart.

Instants are local times of the period's zone, which the header names. Text is text: no cell is a
formula or a link. What a spreadsheet cannot hold is written otherwise, and the summary says so:
text beyond 32,767 characters is cut, numbers of more than fifteen digits are text, and more rows
than a sheet has go on in the next. With a password the workbook is encrypted with AES.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from zoneinfo import ZoneInfo

from vaultmeter.charts.chosen import LOOKED_AT, Chosen, chosen
from vaultmeter.charts.theme import TONES, tokens
from vaultmeter.exports import Export, Options, Row, with_rows
from vaultmeter.model.document import Document, Part
from vaultmeter.model.facts import facts, limited_text
from vaultmeter.model.printable import printable
from vaultmeter.model.table import Column
from vaultmeter.model.totals import Tally

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576
"""Rows of a sheet, by the format."""
_MOST_TEXT = 32_767
_MOST_EXACT = 10**15
"""Beyond, a number of a spreadsheet loses its last digits."""
_FIRST_YEAR = 1900
_IN_MEMORY = 8 * 1024 * 1024
_NAME = 31
_WIDEST, _NARROWEST = 60, 8
_FORMATS = {
    "integer": "#,##0",
    "number": "#,##0.0##",
    "instant": "yyyy-mm-dd hh:mm:ss",
    "date": "yyyy-mm-dd",
}


@dataclass
class _Book:
    """A workbook that is being written."""

    book: "Workbook"
    formats: dict[str, Any]
    names: set[str] = field(default_factory=lambda: {"summary", "history"})
    """Those that are taken, in lower case."""
    listed: list[tuple[str, Tally]] = field(default_factory=list)
    """The sheets, with what they hold."""
    notes: list[str] = field(default_factory=list)

    def sheet(self, title: str) -> "Worksheet":
        """A new sheet, under a name that a spreadsheet allows and no other sheet has."""
        plain = "".join(" " if sign in "[]:*?/\\" else sign for sign in printable(title))
        plain = plain.strip(" '") or "Table"
        name, number = plain[:_NAME], 1
        while name.lower() in self.names:
            number += 1
            ending = f" ({number})"
            name = plain[: _NAME - len(ending)] + ending
        self.names.add(name.lower())
        return cast("Worksheet", self.book.add_worksheet(name))


def _write(document: Document, out: BinaryIO, options: Options) -> None:
    if options.password is None:
        _fill(document, out, options)
        return
    from msoffcrypto.format.ooxml import OOXMLFile  # noqa: PLC0415  only for encryption

    with _laid_down(options) as plain, _laid_down(options) as sealed:
        _fill(document, plain, options)
        plain.seek(0)
        OOXMLFile(plain).encrypt(options.password, sealed)
        sealed.seek(0)
        shutil.copyfileobj(sealed, out)


@contextmanager
def _laid_down(options: Options) -> Iterator[BinaryIO]:
    """A file for what lies between; in memory while it is small."""
    folder = None if options.scratch is None else str(options.scratch)
    with SpooledTemporaryFile(_IN_MEMORY, dir=folder) as file:
        yield cast("BinaryIO", file)


def _fill(document: Document, out: BinaryIO, options: Options) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415  what writes no workbook does not load it

    settings = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": None if options.scratch is None else str(options.scratch),
    }
    with Workbook(out, settings) as book:
        book.set_properties(
            {
                "title": printable(document.title),
                "author": printable(document.made_by),
                "created": document.made.replace(tzinfo=None),
            }
        )
        filled = _Book(book, _formats(book))
        summary = book.add_worksheet("Summary")
        for part, rows in with_rows(document, options):
            _part(filled, part, rows)
        _summary(filled, summary, document)


def _formats(book: "Workbook") -> dict[str, Any]:
    made = {name: book.add_format({"num_format": text}) for name, text in _FORMATS.items()}
    sunken = tokens()["surface-sunken"]
    return {
        **made,
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format(
            {"bold": True, "bg_color": sunken, "bottom": 1, "text_wrap": True, "valign": "top"}
        ),
        "label": book.add_format({"bold": True, "valign": "top"}),
        "told": book.add_format({"text_wrap": True, "valign": "top"}),
        "loud": book.add_format({"bold": True, "font_color": tokens()["bad"]}),
    }


def _part(filled: _Book, part: Part, rows: Iterator[Row]) -> None:
    """Write a table into one sheet, or into several where it has more rows than one holds."""
    tally = Tally(Part(part.about, rows, part.row_count, part.skipped))
    passing = tally.passing()
    first = next(passing, None)
    while True:
        sheet = _Sheet(filled, part)
        room = MOST_ROWS - sheet.top
        left = () if first is None else (first,)
        sheet.write(chain(left, islice(passing, room - len(left))))
        filled.listed.append((sheet.sheet.get_name(), tally))
        first = next(passing, None)
        if first is None:
            break


class _Sheet:
    """One sheet of rows: header, cells, and what stands around them."""

    def __init__(self, filled: _Book, part: Part) -> None:
        self.filled, self.part = filled, part
        self.zone = part.about.period.zone
        self.columns = part.about.columns
        self.sheet = filled.sheet(part.about.title)
        self.widths = [len(_title(column, self.zone)) for column in self.columns]
        self.cut = self.as_text = 0
        self.top = 2 if part.is_limited else 1
        """The place of the first row: below the header, and below what is said above it."""

    def write(self, rows: Iterator[Row]) -> None:
        """Write the header and the rows."""
        formats = self.filled.formats
        if self.part.is_limited:
            self.sheet.write_string(0, 0, limited_text(self.part).upper(), formats["loud"])
        for place, column in enumerate(self.columns):
            self.sheet.write_string(self.top - 1, place, _title(column, self.zone), formats["head"])
        looked_at: list[Row] = []
        last = self.top - 1
        for last, row in enumerate(rows, self.top):
            if len(looked_at) < LOOKED_AT:
                looked_at.append(row)
                self._measure(row)
            self._row(last, row)
        self._finish(last)
        if drawn := chosen(self.columns, looked_at, last + 1 - self.top):
            self._chart(drawn)

    def _row(self, place: int, row: Row) -> None:
        sheet, formats = self.sheet, self.filled.formats
        for number, (column, value) in enumerate(zip(self.columns, row, strict=True)):
            if value is None:
                continue
            kind = column.type
            if kind in {"integer", "number"} and _fits(value):
                sheet.write_number(place, number, value, formats[kind])
            elif isinstance(value, bool):
                sheet.write_boolean(place, number, value)
            elif isinstance(value, datetime) and value.year > _FIRST_YEAR:
                local = value.astimezone(self.zone).replace(tzinfo=None)
                sheet.write_datetime(place, number, local, formats["instant"])
            elif type(value) is date and value.year > _FIRST_YEAR:
                sheet.write_datetime(place, number, value, formats["date"])
            else:
                sheet.write_string(place, number, self._text(value))

    def _text(self, value: Any) -> str:  # noqa: ANN401  a cell is of any type
        if not isinstance(value, str):
            self.as_text += 1
            return str(value)
        text = value if value.isprintable() else "\n".join(map(printable, value.split("\n")))
        if len(text) <= _MOST_TEXT:
            return text
        self.cut += 1
        ending = f" … [cut: {len(text):,} characters]"
        return text[: _MOST_TEXT - len(ending)] + ending

    def _measure(self, row: Row) -> None:
        for place, value in enumerate(row):
            if value is not None:
                wide = 19 if isinstance(value, datetime) else len(str(value))
                self.widths[place] = max(self.widths[place], wide)

    def _finish(self, last: int) -> None:
        """Set what the sheet has beside its cells."""
        self.sheet.freeze_panes(self.top, 1)
        self.sheet.autofilter(self.top - 1, 0, max(last, self.top), len(self.columns) - 1)
        for place, wide in enumerate(self.widths):
            self.sheet.set_column(place, place, min(_WIDEST, max(_NARROWEST, wide + 3)))
        self.sheet.set_landscape()
        self.sheet.repeat_rows(self.top - 1)
        self.sheet.fit_to_pages(1, 0)
        name, notes = self.sheet.get_name(), self.filled.notes
        if self.cut:
            notes.append(
                f"{name}: {self.cut} cells are longer than a spreadsheet allows and are cut. "
                "CSV, JSON and Parquet have them whole."
            )
        if self.as_text:
            notes.append(f"{name}: {self.as_text} values that no cell can hold are text.")

    def _chart(self, drawn: Chosen) -> None:
        """Put the chart beside the rows."""
        is_line = drawn.kind == "lines"
        chart = self.filled.book.add_chart({"type": "line" if is_line else "bar"})
        name, last = self.sheet.get_name(), self.top + drawn.rows - 1
        for place, tone in zip(drawn.values, TONES, strict=False):
            colour = {"color": tokens()[tone]}
            looks = {"line": {**colour, "width": 2}} if is_line else {"fill": colour, "gap": 60}
            chart.add_series(
                {
                    "name": [name, self.top - 1, place],
                    "categories": [name, self.top, drawn.names, last, drawn.names],
                    "values": [name, self.top, place, last, place],
                    **looks,
                }
            )
        chart.set_title({"name": printable(self.part.about.title), "overlay": False})
        grid = {"visible": True, "line": {"color": tokens()["chart-grid"]}}
        if is_line:
            chart.set_x_axis({"date_axis": True, "num_format": "yyyy-mm-dd"})
            chart.set_y_axis({"num_format": "#,##0", "major_gridlines": grid})
        else:
            chart.set_y_axis({"reverse": True})
            chart.set_x_axis({"num_format": "#,##0", "major_gridlines": grid})
        chart.set_legend({"position": "bottom"} if len(drawn.values) > 1 else {"none": True})
        chart.set_size({"width": 760, "height": 380})
        self.sheet.insert_chart(
            self.top,
            len(self.columns) + 1,
            chart,
            {"description": f"Chart of the first {drawn.rows} rows of this sheet."},
        )


def _title(column: Column, zone: ZoneInfo) -> str:
    """A header: the title, its unit, and of instants the zone."""
    unit = zone.key if column.type == "instant" else column.unit
    return f"{column.title} ({unit})" if unit else column.title


def _fits(value: Any) -> bool:  # noqa: ANN401  a cell is of any type
    """Whether a spreadsheet keeps a number as it is."""
    return not isinstance(value, str | bool) and abs(value) < _MOST_EXACT


def _summary(filled: _Book, sheet: "Worksheet", document: Document) -> None:
    """Write the first sheet: what the file is, what is in it, and what its words mean."""
    formats = filled.formats
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 90)
    sheet.set_column(2, 3, 18)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, printable(document.title), formats["title"])
    for place, (label, text, number) in enumerate(_lines(filled, document), 2):
        is_loud = text.startswith(("FIRST ", "ROWS "))
        if label:
            sheet.write_string(place, 0, label, formats["label"])
        if text:
            sheet.write_string(place, 1, text, formats["loud" if is_loud else "told"])
        if number is not None and _fits(number):
            kind = "integer" if isinstance(number, int) else "number"
            sheet.write_number(place, 2, number, formats[kind])
        elif number is not None:
            sheet.write_string(place, 2, str(number))


def _lines(filled: _Book, document: Document) -> Iterator[tuple[str, str, Any]]:
    """The lines of the summary: a label, a text and a number, of which any may be missing."""
    for part in document.parts:
        for label, text in facts(document, part):
            yield label, text[:_MOST_TEXT], None
        yield "", "", None
    yield "Sheets", "Control totals: what the rows and each column of numbers add up to", None
    before: Tally | None = None
    for name, tally in filled.listed:
        if tally is before:
            yield name, "Goes on with the rows of the sheet before it", None
            continue
        before = tally
        yield name, "Rows", tally.rows
        titles = {column.name: column.title for column in tally.part.about.columns}
        for column, total in tally.sums.items():
            yield "", f"Sum of {titles[column]} ({column})", total
    yield "", "", None
    for note in filled.notes:
        yield "Note", note, None
    for word, text in _definitions(document).items():
        yield f"Definition: {word}", text[:_MOST_TEXT], None


def _definitions(document: Document) -> dict[str, str]:
    """The definitions of all tables, each once."""
    return {word: text for part in document.parts for word, text in part.about.definitions.items()}


EXPORT = Export(
    "an Excel workbook, for spreadsheets",
    ".xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    _write,
    encrypts=True,
    binary=True,
)
