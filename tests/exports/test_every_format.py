"""Walks the folder of formats: each writes every report, and what is read back is the table."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.exports.conftest import (
    BERLIN,
    PERIOD,
    STRANGE,
    TYPED,
    document_of,
    export_named,
    file_of,
    table_of,
)

from vaultmeter.exports import bare
from vaultmeter.exports.json import document as json_document
from vaultmeter.model.table import Table
from vaultmeter.plugins import names_in

FORMATS = names_in("vaultmeter.exports")
TEXTS = [name for name in FORMATS if not export_named(name).binary]


def written(name: str, table: Table) -> str:
    """What a format makes of a table."""
    return bare(export_named(name), table).decode()


def test_each_format_says_what_it_is_for() -> None:
    """Every file of the folder declares a format with a title and the ending of its files."""
    assert set(FORMATS) == {"csv", "json", "parquet", "pdf", "table", "xlsx"}
    for name in FORMATS:
        export = export_named(name)
        assert export.title
        assert export.suffix.startswith(".")
        assert "/" in export.media_type


def test_several_tables_leave_as_one_file() -> None:
    """Formats that have one table a file make an archive of several, and say so in its ending."""
    one, two = document_of(table_of()), document_of(table_of(), table_of())
    assert [export_named(name).suffix_of(one) for name in FORMATS] == [
        export_named(name).suffix for name in FORMATS
    ]
    assert {name for name in FORMATS if export_named(name).suffix_of(two) == ".zip"} == {
        "csv",
        "parquet",
    }
    assert export_named("csv").media_type_of(two) == "application/zip"


@pytest.mark.parametrize("name", TEXTS)
def test_every_report_can_be_written(tables: list[Table], name: str) -> None:
    """Each format of text takes every report, with rows and without."""
    for table in tables:
        assert table.rows
        assert written(name, table).endswith("\n")
        assert written(name, table_of(columns=table.columns)).endswith("\n")


def test_json_read_back_is_the_table(tables: list[Table]) -> None:
    """The rows of the JSON document are the rows of the table, cell by cell."""
    for table in tables:
        document = json.loads(written("json", table))
        names = [column.name for column in table.columns]
        assert [column["name"] for column in document["columns"]] == names
        assert all(list(row) == names for row in document["rows"])
        read = [
            tuple(from_text(row[column.name], column.type) for column in table.columns)
            for row in document["rows"]
        ]
        assert read == list(table.rows), table.report


def test_json_is_the_object_byte_by_byte(tables: list[Table]) -> None:
    """Written row by row it is what the whole object would be, also where nothing is in it."""
    for table in (*tables, table_of(), table_of((None, 1, 0.5, None, None, True))):
        whole = json.dumps(json_document(table), ensure_ascii=False, indent=2) + "\n"
        assert written("json", table) == whole
    nothing = json.loads(file_of("json", document_of()))
    assert nothing["reports"] == []


def test_csv_read_back_is_the_table(tables: list[Table]) -> None:
    """A header of column names, then the rows of the table, cell by cell."""
    for table in tables:
        header, *rows = csv.reader(io.StringIO(written("csv", table), newline=""))
        assert header == [column.name for column in table.columns]
        read = [
            tuple(
                from_csv(cell, column.type) for cell, column in zip(row, table.columns, strict=True)
            )
            for row in rows
        ]
        expected = [tuple("" if cell is None else cell for cell in row) for row in table.rows]
        assert read == expected, table.report


def test_the_table_for_people_shows_the_same_figures(tables: list[Table]) -> None:
    """In a file every column that is not empty is shown, with the figures of other formats."""
    for table in tables:
        lines = written("table", table).splitlines()
        for row in table.rows:
            shown = [f"{cell:,}" for cell in row if isinstance(cell, int) and cell > 999]
            first = str(row[0])
            if shown and first.isprintable():
                assert any(all(cell in line for cell in shown) for line in lines), (
                    table.report,
                    row,
                )


def from_text(cell: Any, kind: str) -> Any:  # noqa: ANN401  a cell is of any type
    """A cell of JSON as the table holds it."""
    if cell is not None and kind == "instant":
        return datetime.fromisoformat(cell)
    return date.fromisoformat(cell) if cell is not None and kind == "date" else cell


def from_csv(cell: str, kind: str) -> Any:  # noqa: ANN401  a cell is of any type
    """A cell of CSV as the table holds it."""
    if cell == "":
        return ""
    if kind == "text" and cell[0] == "'" and cell[1:2] and cell[1] in "=+-@\t\r\n":
        return cell[1:]
    read: dict[str, Callable[[str], Any]] = {
        "integer": int,
        "number": float,
        "instant": datetime.fromisoformat,
        "date": date.fromisoformat,
        "boolean": lambda text: {"true": True, "false": False}[text],
        "text": str,
    }
    return read[kind](cell)


@pytest.mark.parametrize("text", [text for text in STRANGE if text[:1] and text[0] in "=+-@\t\r\n"])
def test_csv_keeps_spreadsheets_from_running_text(text: str) -> None:
    """A text that a spreadsheet would run as a formula is written as text."""
    row = next(
        iter(
            csv.reader(
                io.StringIO(written("csv", table_of((text,), columns=TYPED[:1]))[6:], newline="")
            )
        )
    )
    assert row == ["'" + text]


@pytest.mark.parametrize("number", [-1, -12345, 0, 10**15])
def test_csv_leaves_numbers_alone(number: int) -> None:
    """A negative number is a number and no formula."""
    table = table_of((number, number / 4), columns=(TYPED[1], TYPED[2]))
    assert written("csv", table).splitlines()[1] == f"{number},{number / 4}"


@pytest.mark.parametrize("text", STRANGE)
def test_strange_text_survives(text: str) -> None:
    """Quotes, commas, line breaks and markup come back from JSON and CSV as they were."""
    table = table_of((text, 1), columns=TYPED[:2])
    assert json.loads(written("json", table))["rows"] == [{"text": text, "integer": 1}]
    (_, row) = csv.reader(io.StringIO(written("csv", table), newline=""))
    assert row[0].removeprefix("'") == text.removeprefix("'")
    assert row[1] == "1"


def test_markup_in_names_is_not_run() -> None:
    """A name in square brackets is shown as it is in a terminal, in the title and filters too."""
    table = Table(
        "made",
        "A [red]title[/red]",
        PERIOD,
        {"user": ["[bold]ada[/bold]"]},
        {},
        TYPED[:1],
        [("[/]",)],
        1,
        {"so[u]rce": PERIOD.start},
        ("[link=x]note[/link]",),
    )
    text = written("table", table)
    for shown in (
        "A [red]title[/red]",
        "[bold]ada[/bold]",
        "[/]",
        "so[u]rce",
        "[link=x]note[/link]",
    ):
        assert shown in text


def test_csv_by_rfc_4180() -> None:
    """Lines end with CR LF, instants are in UTC, booleans are words, and nothing is empty."""
    instant = datetime(2026, 10, 25, 0, 30, 0, 5, tzinfo=UTC).astimezone(BERLIN)
    full = ("a", 1, 2.5, instant, date(2026, 11, 1), True)
    text = written("csv", table_of(full, (None,) * 6, ("", 0, 0.0, instant, date.min, False)))
    assert text.split("\r\n") == [
        "text,integer,number,instant,date,boolean",
        "a,1,2.5,2026-10-25T00:30:00.000005Z,2026-11-01,true",
        ",,,,,",
        ",0,0.0,2026-10-25T00:30:00.000005Z,0001-01-01,false",
        "",
    ]


def test_json_has_one_shape() -> None:
    """The document holds rows, columns, and all the answer rests on; times say their offset."""
    table = Table(
        "made",
        "Made",
        PERIOD,
        {"user": ["a*"]},
        {"word": "It means that."},
        TYPED[2:4],
        [(None, PERIOD.start)],
        1,
        {"bao": PERIOD.start},
        ("A note.",),
        "0f3a",
    )
    assert json.loads(written("json", table)) == {
        "report": "made",
        "title": "Made",
        "period": {
            "from": "2026-10-01T02:00:00+02:00",
            "to": "2026-12-01T01:00:00+01:00",
            "time_zone": "Europe/Berlin",
        },
        "filters": {"user": ["a*"]},
        "definitions": {"word": "It means that."},
        "columns": [
            {"name": "number", "title": "Number", "type": "number", "unit": "%"},
            {"name": "instant", "title": "Instant", "type": "instant", "unit": ""},
        ],
        "rows": [{"number": None, "instant": "2026-10-01T00:00:00Z"}],
        "total": 1,
        "complete_to": {"bao": "2026-10-01T00:00:00Z"},
        "as_of": "0f3a",
        "notes": ["A note."],
    }


def test_the_table_for_people_shows_local_times() -> None:
    """In a terminal instants are in the report's zone, and an empty answer says so."""
    text = written("table", table_of(("a", 1234567, -2.5, PERIOD.start, date(2026, 11, 1), True)))
    for shown in ("2026-10-01 02:00", "1,234,567", "-2.5", "2026-11-01", "yes", "Europe/Berlin"):
        assert shown in text
    assert "Nothing in this range." in written("table", table_of())


def test_a_table_of_zeros_shows_them() -> None:
    """Where no number is other than zero the zeros are shown, and else columns of zeros are not."""
    columns = TYPED[:3]
    zeros = written("table", table_of(("a", 0, 0.0), columns=columns))
    other = written("table", table_of(("a", 0, 0.5), columns=columns))

    assert zeros.splitlines()[2].split() == ["a", "0", "0.0"]
    assert other.splitlines()[2].split() == ["a", "0.5"]
