"""What files say of themselves, that they are loud where rows miss, passwords, and streaming."""

import csv
import io
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import msoffcrypto
import openpyxl
import pypdf
import pytest
from msoffcrypto.exceptions import InvalidKeyError
from pyarrow import parquet
from tests.exports.conftest import (
    BERLIN,
    MADE,
    PERIOD,
    TYPED,
    document_of,
    export_named,
    file_of,
    limited,
    table_of,
)

from vaultmeter.exports import Options
from vaultmeter.exports import xlsx as xlsx_format
from vaultmeter.model.document import Document, Part
from vaultmeter.model.facts import facts
from vaultmeter.model.table import Column

ROWS = tuple((f"name {number}", number) for number in range(9, 0, -1))
SMALL = table_of(*ROWS, columns=TYPED[:2])


def _text_of(pdf: bytes, tmp_path: Path, *words: str) -> str:
    path = tmp_path / "read.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(  # noqa: S603  a known program
        ["pdftotext", *words, str(path), "-"],  # noqa: S607  the same
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def test_a_file_says_what_it_is() -> None:
    """Title, range, comparison, filters, who made it and when, how whole, and until when."""
    table = replace(
        SMALL,
        filters={"account": ["acme/*", "b"]},
        compared="2026-09-01 to 2026-09-30 (Europe/Berlin)",
        definitions={"status": "Version 3 (2026-10-01): active is ..."},
        complete_to={"bao": PERIOD.start},
        as_of="0f3a",
        notes=("A note.",),
    )
    document = replace(document_of(table), view="Monday")
    assert facts(document, document.parts[0]) == [
        ("Report", "Made (made)"),
        ("View", "Monday"),
        ("Period", "2026-10-01 to 2026-12-01 (Europe/Berlin)"),
        ("Compared with", "2026-09-01 to 2026-09-30 (Europe/Berlin)"),
        ("Filter account", "acme/* or b"),
        ("Status definition", "version 3 (2026-10-01)"),
        ("Made", "2026-11-22 13:00:00+01:00 (Europe/Berlin) by ada"),
        ("Rows", "9"),
        ("Data of bao complete to", "2026-10-01 02:00:00+02:00 (Europe/Berlin)"),
        ("As of", "0f3a"),
        ("Note", "A note."),
    ]


def test_csv_has_the_facts_above_its_header() -> None:
    """A byte order mark, lines that begin with #, and then what a bare file has."""
    document = document_of(SMALL)
    whole, bare = file_of("csv", document), file_of("csv", document, bare=True)
    assert whole.startswith(b"\xef\xbb\xbf# All of it\r\n# Report: Made (made)\r\n")
    assert whole.endswith(bare)
    assert bare.startswith(b"text,integer\r\nname 9,9\r\n")


def test_json_says_who_made_it_behind_the_answer() -> None:
    """A file has all that the bare answer has, the same, and whose it is."""
    document = document_of(SMALL)
    whole, bare = (json.loads(file_of("json", document, bare=each)) for each in (False, True))
    assert whole == bare | {"view": "", "made": "2026-11-22T12:00:00Z", "made_by": "ada"}


def test_a_pdf_says_measures_in_words(tmp_path: Path) -> None:
    """People read words where programs read names, and no sum of different things."""
    columns = (Column("measure", "Measure"), Column("value", "Value", "integer"))
    rows = (("total_requests", 12), ("unique_users", 3))
    text = _text_of(file_of("pdf", document_of(table_of(*rows, columns=columns))), tmp_path)
    assert "Total requests" in text
    assert "Unique users" in text
    assert "total_requests" not in text
    assert "Control totals: 2 rows." in text


def test_limited_rows_are_loud_in_each_format(tmp_path: Path) -> None:
    """Whoever sees only a part of the rows is told how many there are."""
    document = limited(SMALL, 1_000_000)
    loud = "FIRST 9 OF 1000000 ROWS"
    assert f"# Rows: {loud}" in file_of("csv", document).decode()
    told = json.loads(file_of("json", document))
    assert told["rows_limited"] == {"rows": 9, "total": 1_000_000}
    book = openpyxl.load_workbook(io.BytesIO(file_of("xlsx", document)))
    assert book.worksheets[1]["A1"].value == loud
    assert any(str(row[1]).startswith(loud) for row in book.worksheets[0].values)
    metadata = parquet.read_schema(io.BytesIO(file_of("parquet", document))).metadata
    assert metadata[b"Rows"].decode().startswith(loud)
    assert "First 9 of 1000000 rows. The others are not in this document." in _text_of(
        file_of("pdf", document), tmp_path
    )
    page = Document("A page", (Part.of(replace(SMALL, total=30), skipped=10),), MADE, "ada")
    assert "ROWS 11 TO 19 OF 30" in file_of("csv", page).decode()


_SECRET, _WRONG = "correct horse", "battery staple"


@pytest.mark.parametrize("name", ["xlsx", "pdf"])
def test_a_file_opens_with_its_password_alone(name: str, tmp_path: Path) -> None:
    """With it the rows are there; without it, or with another, nothing is."""
    sealed = file_of(name, document_of(SMALL), password=_SECRET, scratch=tmp_path)
    assert b"name 9" not in sealed
    assert not list(tmp_path.iterdir())
    if name == "pdf":
        read = pypdf.PdfReader(io.BytesIO(sealed))
        assert not read.decrypt(_WRONG)
        assert not read.decrypt("")
        assert read.decrypt(_SECRET)
        assert "name 9" in "".join(page.extract_text() for page in read.pages)
        encryption: Any = read.trailer["/Encrypt"]
        assert encryption["/V"] == 5
        return
    office = msoffcrypto.OfficeFile(io.BytesIO(sealed))
    opened = io.BytesIO()
    office.load_key(password=_WRONG)
    with pytest.raises(InvalidKeyError):
        office.decrypt(opened)
    office.load_key(password=_SECRET)
    office.decrypt(opened)
    assert openpyxl.load_workbook(opened).worksheets[1]["A2"].value == "name 9"


def test_a_pdf_is_tagged_and_says_whose_it_is() -> None:
    """Title, author, language, tags, and pictures with words for who cannot see them."""
    read = pypdf.PdfReader(io.BytesIO(file_of("pdf", document_of(SMALL))))
    root: Any = read.trailer["/Root"]
    assert read.metadata is not None
    assert (read.metadata.title, read.metadata.author) == ("All of it", "ada")
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode()
    kinds, words = set(), []
    seen = [root["/StructTreeRoot"]]
    while seen:
        element = seen.pop().get_object()
        if isinstance(element, list):
            seen += element
        elif isinstance(element, dict):
            kinds.add(str(element.get("/S")))
            words += [str(element["/Alt"])] if "/Alt" in element else []
            seen += [element["/K"]] if "/K" in element else []
    assert {"/H1", "/Table", "/TH", "/TD", "/Figure"} <= kinds
    assert any("Bars of the first 9 rows" in text for text in words)


def test_a_table_that_runs_over_pages_repeats_its_header(tmp_path: Path) -> None:
    """Each page has the titles, and says which of how many it is."""
    many = table_of(*((f"name {n}", n) for n in range(120)), columns=TYPED[:2])
    pages = _text_of(file_of("pdf", document_of(many)), tmp_path, "-layout").split("\f")[:-1]
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
    assert all("Integer" in page for page in pages[:-1])


def test_a_workbook_is_one_to_work_with() -> None:
    """Headers stand still, can be filtered, and a chart stands beside what it shows."""
    days = tuple((PERIOD.start.replace(day=day), day, day * 2) for day in range(1, 9))
    columns = (Column("start", "From", "instant"), TYPED[1], Column("b", "B", "integer"))
    content = file_of("xlsx", document_of(SMALL, table_of(*days, columns=columns), table_of()))
    _, bars, lines, empty = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    assert (bars.title, lines.title) == ("Made", "Made (2)")
    assert (bars.freeze_panes, bars.auto_filter.ref) == ("B2", "A1:B10")
    assert lines["A1"].value == "From (Europe/Berlin)"
    assert lines["A2"].value == PERIOD.start.astimezone(BERLIN).replace(tzinfo=None)
    assert empty.max_row == 1
    with ZipFile(io.BytesIO(content)) as archive:
        charts = [
            archive.read(name).decode() for name in archive.namelist() if "charts/chart" in name
        ]
    assert ["barChart" in chart for chart in charts] == [True, False]
    assert "'Made (2)'!$B$2:$B$9" in charts[1]


def test_more_rows_than_a_sheet_has_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is lost, and the totals count them together."""
    monkeypatch.setattr(xlsx_format, "MOST_ROWS", 5)
    book = openpyxl.load_workbook(io.BytesIO(file_of("xlsx", document_of(SMALL))))
    _, *sheets = book.worksheets
    found = [row for sheet in sheets for row in sheet.iter_rows(2, values_only=True)]
    assert [sheet.max_row for sheet in sheets] == [5, 5, 2]
    assert found == list(ROWS)
    told = [row[:3] for row in book.worksheets[0].values if row[1] == "Rows" and row[2]]
    assert told == [("Made", "Rows", 9)]


def test_numbers_that_a_spreadsheet_would_round_are_text() -> None:
    """Sixteen digits are kept as they are."""
    big = table_of(("a", 1234567890123456789), ("b", float("inf")), columns=TYPED[:2])
    cells = openpyxl.load_workbook(io.BytesIO(file_of("xlsx", document_of(big)))).worksheets[1]
    assert cells["B2"].value == "1234567890123456789"
    assert cells["B3"].value == "inf"


class _Stopped(Exception):
    """Somebody cancelled."""


def _endless(taken: list[int]) -> Iterator[tuple[str, int]]:
    for number in count():
        taken.append(number)
        yield f"name {number}", number


@pytest.mark.parametrize("name", ["csv", "json", "xlsx", "parquet", "pdf"])
def test_writing_can_be_stopped_and_does_not_read_ahead(name: str) -> None:
    """Rows are taken as they are written: a source of a million waits in no memory."""
    taken: list[int] = []

    def stop(rows: int) -> None:
        if rows >= 3000:
            raise _Stopped

    part = Part(replace(SMALL, rows=(), total=10**6), _endless(taken), 10**6)
    with pytest.raises(_Stopped):
        export_named(name).write(
            Document("All", (part,), MADE, "ada"), io.BytesIO(), Options(step=stop)
        )
    assert len(taken) <= 3001


def test_a_csv_file_grows_while_rows_come() -> None:
    """What was read is written, but for what a buffer holds."""
    out, sizes = io.BytesIO(), []

    def rows() -> Iterator[tuple[str, int]]:
        for number in range(5000):
            sizes.append(len(out.getvalue()))
            yield f"name {number}", number

    part = Part(replace(SMALL, rows=()), rows(), 5000)
    export_named("csv").write(Document("All", (part,), MADE, "ada"), out, Options())
    assert sizes[4000] > sizes[2500] > sizes[1200] > 0


def test_steps_count_over_all_tables() -> None:
    """Progress goes on from table to table, in an archive too."""
    table = table_of(*((f"n{n}", n) for n in range(1500)), columns=TYPED[:2])
    for name in ("csv", "json"):
        told: list[int] = []
        file_of(name, document_of(table, table), step=told.append)
        assert told == [1000, 1500, 2500, 3000] if name == "csv" else [1000, 1500, 2000, 3000]


def test_the_heading_of_csv_is_one_cell_a_line() -> None:
    """A comma in a filter does not begin a cell."""
    table = replace(SMALL, filters={"user": ["a,=1+1", 'say "x"']})
    read = csv.reader(io.StringIO(file_of("csv", document_of(table)).decode(), newline=""))
    assert ['# Filter user: a,=1+1 or say "x"'] in list(read)
