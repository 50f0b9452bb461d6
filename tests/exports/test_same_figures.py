"""Every report in every format, read back by other programs: the same figures everywhere."""

import io
import json
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import openpyxl
import pytest
from tests.exports.conftest import BERLIN, document_of, file_of

from vaultmeter.exports.pdf import _same
from vaultmeter.model.document import Part
from vaultmeter.model.printable import printable
from vaultmeter.model.table import Column, Table
from vaultmeter.model.totals import control_totals

Rows = list[tuple[Any, ...]]


def _unpacked(name: str, tables: Sequence[Table], folder: Path) -> list[Path]:
    """The files of an archive, one a table, in their order."""
    with ZipFile(io.BytesIO(file_of(name, document_of(*tables)))) as archive:
        names = archive.namelist()
        archive.extractall(folder)
    assert names == [f"{number:02}-{table.report}.{name}" for number, table in enumerate(tables, 1)]
    return [folder / name for name in names]


def _from_text(cell: str | None, column: Column) -> Any:  # noqa: ANN401  a cell is of any type
    if cell is None or (cell == "" and column.type != "text"):
        return None
    if column.type == "text":
        return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in "=+-@\t\r\n" else cell
    read: dict[str, Callable[[str], Any]] = {
        "integer": int,
        "number": float,
        "instant": datetime.fromisoformat,
        "date": date.fromisoformat,
        "boolean": "true".__eq__,
    }
    return read[column.type](cell)


def _rows(table: Table, *, empty: bool) -> Rows:
    """The rows; `empty`: without a difference between no text and an empty one."""
    return [tuple(None if empty and cell == "" else cell for cell in row) for row in table.rows]


def test_csv_as_duckdb_reads_it(tables: list[Table], tmp_path: Path) -> None:
    """Below as many lines as begin with # stands the table."""
    for table, path in zip(tables, _unpacked("csv", tables, tmp_path), strict=True):
        lines = path.read_bytes().split(b"\r\n")
        heading = next(
            number for number, line in enumerate(lines) if line == _header(table).encode()
        )
        assert all(line.lstrip(b'"\xef\xbb\xbf').startswith(b"# ") for line in lines[:heading])
        rest = tmp_path / "rest.csv"
        rest.write_bytes(b"\r\n".join(lines[heading:]))
        found = _asked(
            "select * from read_csv($path, header = true, all_varchar = true, delim = ',', "
            "quote = '\"', escape = '\"', strict_mode = false, parallel = false)",
            rest,
        )
        read = [
            tuple(_from_text(cell, column) for cell, column in zip(row, table.columns, strict=True))
            for row in found
        ]
        assert read == _rows(table, empty=True), table.report


def _asked(sql: str, path: Path) -> Rows:
    """What another program answers about a file."""
    with duckdb.connect() as store:
        return store.execute(sql, {"path": str(path)}).fetchall()


def _header(table: Table) -> str:
    return ",".join(column.name for column in table.columns)


def test_parquet_as_duckdb_reads_it(tables: list[Table], tmp_path: Path) -> None:
    """Types and values are those of the table, and the facts stand in the metadata."""
    for table, path in zip(tables, _unpacked("parquet", tables, tmp_path), strict=True):
        chosen = ", ".join(
            f'epoch_us("{column.name}")' if column.type == "instant" else f'"{column.name}"'
            for column in table.columns
        )
        found = _asked(f"select {chosen} from read_parquet($path)", path)
        told = _asked("select decode(key), decode(value) from parquet_kv_metadata($path)", path)
        assert found == [tuple(map(_microseconds, row)) for row in table.rows], table.report
        facts: dict[str, str] = dict(told)
        assert facts["Title"] == "All of it"
        assert str(len(table.rows)) in facts["Rows"]
        assert facts["Made"] == "2026-11-22 13:00:00+01:00 (Europe/Berlin) by ada"


def _microseconds(value: Any) -> Any:  # noqa: ANN401  a cell is of any type
    """A value as the query answers it."""
    if isinstance(value, datetime):
        return (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return value


def test_json_as_jq_reads_it(tables: list[Table]) -> None:
    """Each table is one object of the list, with the rows as objects."""
    done = subprocess.run(
        ["jq", "-c", ".reports[] | [.report, [.rows[] | [.[]]]]"],  # noqa: S607  jq itself
        input=file_of("json", document_of(*tables)),
        capture_output=True,
        check=True,
    )
    for table, line in zip(tables, done.stdout.decode().splitlines(), strict=True):
        report, rows = json.loads(line)
        assert report == table.report
        read = [
            tuple(
                _from_text(cell, column) if column.type in {"instant", "date"} else cell
                for cell, column in zip(row, table.columns, strict=True)
            )
            for row in rows
        ]
        assert read == list(table.rows), table.report


def test_xlsx_as_openpyxl_reads_it(tables: list[Table]) -> None:
    """Cells are numbers, local times, days and texts, below a header; the summary counts them."""
    content = io.BytesIO(file_of("xlsx", document_of(*tables)))
    book = openpyxl.load_workbook(content, read_only=True)
    summary, *sheets = book.worksheets
    counted = [
        (row[0], row[2])
        for row in summary.iter_rows(values_only=True)
        if row[1] == "Rows" and row[2] is not None
    ]
    assert counted == [
        (sheet.title, len(table.rows)) for sheet, table in zip(sheets, tables, strict=True)
    ]
    for table, sheet in zip(tables, sheets, strict=True):
        is_limited = len(table.rows) < table.total
        header, *rows = sheet.iter_rows(1 + is_limited, values_only=True)
        assert [str(title).partition(" (")[0] for title in header] == [
            column.title.partition(" (")[0] for column in table.columns
        ]
        assert len(rows) == len(table.rows)
        for read, row in zip(rows, table.rows, strict=True):
            assert all(map(_is_alike, read, map(_as_cell, row))), (table.report, read, row)


def _is_alike(read: Any, expected: Any) -> bool:  # noqa: ANN401  a cell is of any type
    """Whether a cell holds a value; the format keeps milliseconds."""
    if isinstance(read, datetime) and isinstance(expected, datetime):
        return abs(read - expected) <= timedelta(milliseconds=1)
    return bool(read == expected) and isinstance(read, bool) is isinstance(expected, bool)


def _as_cell(value: Any) -> Any:  # noqa: ANN401  a cell is of any type
    """A value as openpyxl answers it."""
    if isinstance(value, datetime):
        return value.astimezone(BERLIN).replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  a day has no zone
    if isinstance(value, str):
        return "\n".join(map(printable, value.split("\n"))) or None
    return value


def test_pdf_as_pdftotext_reads_it(tables: list[Table], tmp_path: Path) -> None:
    """Every number of the first rows stands on a page as often as in the table."""
    tables = [replace(table, rows=table.rows[:100]) for table in tables]
    path = tmp_path / "all.pdf"
    path.write_bytes(file_of("pdf", document_of(*tables)))
    words = ["pdftotext", "-raw", str(path), "-"]
    done = subprocess.run(words, capture_output=True, check=True)  # noqa: S603  a known program
    text = done.stdout.decode()
    shown = Counter(text.replace("\u200b", "").split())
    expected = Counter(
        f"{cell:,}"
        for table in tables
        for row in table.rows
        for place, cell in enumerate(row)
        if type(cell) is int and place not in _same(Part.of(table), table.rows)
    )
    assert expected.total() > 1000
    assert not expected - shown
    for table in tables:
        assert table.title in text.replace("\n", " ")


def test_control_totals_are_what_a_second_count_finds(tables: list[Table]) -> None:
    """Rows and sums are gathered while a file is written, in any format alike."""
    document, tallies = control_totals(document_of(*tables))
    file_of("csv", document)
    for table, tally in zip(tables, tallies, strict=True):
        told = tally.plain()
        assert (told["rows"], told["total"]) == (len(table.rows), table.total)
        for place, column in enumerate(table.columns):
            if column.type in {"integer", "number"}:
                counted = sum(row[place] for row in table.rows if row[place] is not None)
                assert float(told["sums"].pop(column.name)) == pytest.approx(counted)
        assert not told["sums"]


def test_totals_know_a_table_that_is_one_row_short(tables: list[Table]) -> None:
    """A row that is gone changes them."""
    table = next(each for each in tables if each.report == "users")
    whole, short = (
        control_totals(document_of(each)) for each in (table, replace(table, rows=table.rows[1:]))
    )
    for document, _ in (whole, short):
        file_of("json", document)
    assert whole[1][0].plain() != short[1][0].plain()
