"""Names that strangers chose are names in every file: no formula, markup, link or command."""

import io
import json
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import openpyxl
import pypdf
import pytest
from tests.exports.conftest import TYPED, document_of, file_of, table_of

from vaultmeter.exports import Options
from vaultmeter.exports.pdf import MEMORY, _rendered, _told
from vaultmeter.model.document import Document
from vaultmeter.model.errors import Unavailable

HOSTILE = (
    "=1+1",
    "{=SUM(A1:A9)}",
    "@SUM(1)",
    "+49 30 1234",
    "-2+3",
    '=cmd|"/c calc"!A1',
    '=HYPERLINK("https://example.org","x")',
    "https://example.org/x",
    "mailto:ada@example.org",
    "internal:Sheet2!A1",
    "\tx",
    "\rx",
    "\0x",
    "\uff1d1+1",
    '#read("/etc/passwd")',
    '#eval("1+1")',
    '#import "@preview/x:1.0.0"',
    "$ x^2 $ *bold* _it_ `raw` <label> @ref // gone",
    "#while true {}",
    "<script>alert(1)</script>",
    "<image href='file:///etc/passwd'/>",
    "&amp; ]]> &#x41; _x0041_",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe\u202c",
    "a\u0007c\ufffe",
    "two\nlines\r\nthree",
    "漢字 🔑",
    "x" * 40_000,
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d")


def _document() -> Document:
    """A document that is hostile in its title, names, filters, sources and notes."""
    rows = [(name, len(HOSTILE) - number) for number, name in enumerate(HOSTILE)]
    table = replace(
        table_of(*rows, columns=TYPED[:2]),
        filters={"user": list(HOSTILE[:-1])},
        complete_to={name: datetime(2026, 11, 1, tzinfo=UTC) for name in HOSTILE[:-1]},
        notes=HOSTILE[:-1],
        title="=1+1 [a]:*?/\\ 'b' and a title that is long",
    )
    return document_of(table, table, title='=#read("/etc/passwd")')


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the PDF of the hostile document."""
    path = tmp_path_factory.mktemp("hostile") / "hostile.pdf"
    path.write_bytes(file_of("pdf", _document()))
    return path


def test_no_line_of_a_csv_file_begins_a_formula(tmp_path: Path) -> None:
    """In the heading, the header and the cells, read as a spreadsheet reads them."""
    with ZipFile(io.BytesIO(file_of("csv", _document()))) as archive:
        path = Path(archive.extract(archive.namelist()[0], tmp_path))
    with duckdb.connect() as store:
        rows = store.execute(
            "select column0 from read_csv($path, header = false, all_varchar = true, delim = ',', "
            "quote = '\"', escape = '\"', null_padding = true, parallel = false, "
            "strict_mode = false, max_line_size = 1000000)",
            {"path": str(path)},
        ).fetchall()
    assert len(rows) > 2 * len(HOSTILE)
    assert not [cell for (cell,) in rows if cell and cell.startswith(FORMULA)]


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    """Text is text, illegal signs are shown as their codes, and what is too long is cut loudly."""
    content = file_of("xlsx", _document())
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    names = [row[0] for row in book.worksheets[1].iter_rows(2, values_only=True)]
    assert len(names) == len(HOSTILE)
    assert names[:10] == list(HOSTILE[:10])
    assert names[22] == r"\x1b[31mred\x1b[0m"
    assert names[23] == r"\u202egnp.exe\u202c"
    assert str(names[-1]).endswith(" … [cut: 40,000 characters]")
    assert len(str(names[-1])) == 32_767
    told = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert [text for text in told if "1 cells are longer than a spreadsheet allows" in text]
    assert len({sheet.title.lower() for sheet in book.worksheets}) == 3
    with ZipFile(io.BytesIO(content)) as archive:
        parts = "".join(
            archive.read(name).decode(errors="replace")
            for name in archive.namelist()
            if "worksheets" in name
        )
    assert "<f>" not in parts
    assert "hyperlink" not in parts


def test_other_formats_have_names_as_they_are() -> None:
    """JSON and Parquet lose no sign of them."""
    document = document_of(_document().parts[0].about)
    names = [row["text"] for row in json.loads(file_of("json", document))["rows"]]
    assert names == list(HOSTILE)


def test_markup_in_names_is_text_in_a_pdf(pdf: Path) -> None:
    """Nothing is read, run, loaded or typeset; a very long name is cut loudly."""
    words = ["pdftotext", "-layout", str(pdf), "-"]
    done = subprocess.run(words, capture_output=True, check=True)  # noqa: S603  a known program
    text = "".join(done.stdout.decode().replace("\u200b", "").split())
    assert "root:x" not in text
    for name in ('#read("/etc/passwd")', "#whiletrue{}", "*bold*_it_`raw`<label>@ref//gone"):
        assert name in text
    for name in ("<script>alert(1)</script>", r"\u202egnp.exe\u202c", r"\x1b[31mred\x1b[0m"):
        assert name in text
    assert "[cut:40,000characters]" in text


def test_a_pdf_links_nowhere_and_runs_nothing(pdf: Path) -> None:
    """There is no action, no link, no script and no file in it."""
    read = pypdf.PdfReader(pdf)
    assert all(
        annotation.get_object()["/Subtype"] != "/Link" or "/A" not in annotation.get_object()
        for page in read.pages
        for annotation in page.get("/Annots") or ()
    )
    root: Any = read.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/AcroForm"} & root.keys()
    assert not read.attachments


def test_whoever_sets_a_pdf_cannot_take_all_memory_or_time() -> None:
    """The limits end the process that sets, and whoever waits for it is told."""
    told = json.dumps(_told(_document(), Options())).encode()
    with pytest.raises(Unavailable, match="The PDF could not be made"):
        _rendered(told, memory=60 * 1024**2)
    with pytest.raises(Unavailable, match="The PDF could not be made"):
        _rendered(b'{"made_at": "2026-11-01T00:00:00+00:00"}', memory=MEMORY)


def test_whoever_sets_a_pdf_has_no_network() -> None:
    """A server on this machine is not reached from there, where the system allows that."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        program = (
            "import socket; from vaultmeter.exports._pdf.render import leave_network; "
            f"print(leave_network()); socket.create_connection(('127.0.0.1', {port}), 5)"
        )
        done = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-c", program], capture_output=True, check=False
        )
    is_alone = done.stdout == b"True\n"
    assert is_alone or done.stdout == b"False\n"
    assert (done.returncode != 0) == is_alone
    assert (b"OSError" in done.stderr) == is_alone
