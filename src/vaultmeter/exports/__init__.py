"""Out, on request. One file, one format, named as users type it; each declares `EXPORT`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from vaultmeter.model.document import Document, Part
from vaultmeter.model.table import Table

Row = tuple[Any, ...]
STEP = 1_000
"""After how many rows it is told that they are written."""
_ZIP = (".zip", "application/zip")


@dataclass(frozen=True)
class Options:
    """How a document is written."""

    password: str | None = None
    """Encrypt the file with it, where the format can."""
    bare: bool = False
    """Rows alone: no lines about the document, no byte order mark (CSV); one plain object (JSON).

    A bare file has one table."""
    scratch: Path | None = None
    """The folder for what is laid down meanwhile; the machine's own where none is given."""
    step: Callable[[int], None] = lambda _: None
    """Told now and then how many rows are written; what it raises ends the writing."""


@dataclass(frozen=True)
class Export:
    """A format a document can be written in."""

    title: str
    """What it is for, in a few words."""
    suffix: str
    """The ending of its files, with the dot."""
    media_type: str
    """What it is called over HTTP."""
    write: Callable[[Document, BinaryIO, Options], None]
    """Write a document, with all that is needed to read it rightly; row by row as they come."""
    encrypts: bool = False
    """Whether a password can be given."""
    bundles: bool = False
    """Whether a file has one table, so that several leave as a ZIP archive of files."""
    binary: bool = False
    """Whether files are nothing to print on a terminal."""

    def suffix_of(self, document: Document) -> str:
        """The ending of the file that a document becomes."""
        return _ZIP[0] if self._is_bundle(document) else self.suffix

    def media_type_of(self, document: Document) -> str:
        """What the file that a document becomes is called over HTTP."""
        return _ZIP[1] if self._is_bundle(document) else self.media_type

    def _is_bundle(self, document: Document) -> bool:
        return self.bundles and len(document.parts) != 1


def with_rows(document: Document, options: Options) -> Iterator[tuple[Part, Iterator[Row]]]:
    """Each part with its rows, as they come; `options.step` is told while they are read."""
    done = 0

    def read(part: Part) -> Iterator[Row]:
        nonlocal done
        for done, row in enumerate(part.rows, done + 1):  # noqa: B020  it goes on from there
            yield row
            if not done % STEP:
                options.step(done)
        options.step(done)

    for part in document.parts:
        yield part, read(part)


def bare(export: Export, table: Table) -> bytes:
    """One table in a format that says nothing of who made it: what answers over HTTP are."""
    out = BytesIO()
    export.write(Document.of(table, table.period.end, ""), out, Options(bare=True))
    return out.getvalue()


def cell_text(value: Any, zone: ZoneInfo, words: Callable[[str], str]) -> str:  # noqa: ANN401
    """A cell for people: local time, separators; `words` is how text of strangers is shown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,}" if isinstance(value, int | float) else words(str(value))


@contextmanager
def as_text(out: BinaryIO) -> Iterator[TextIO]:
    """A file that text is written to, in UTF-8 and with the line ends that are written."""
    text = TextIOWrapper(out, encoding="utf-8", newline="")
    try:
        yield text
        text.flush()
    finally:
        text.detach()


def bundled(
    document: Document,
    out: BinaryIO,
    options: Options,
    suffix: str,
    write: Callable[[Document, BinaryIO, Options], None],
) -> None:
    """Write each table as a file of its own into one ZIP archive, one after the other."""
    before = 0
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for number, part in enumerate(document.parts, 1):
            named = f"{number:02}-{part.about.report}{suffix}"
            entry = ZipInfo(named, document.made.timetuple()[:6])
            entry.compress_type = ZIP_DEFLATED
            own = replace(options, step=_beyond(options.step, before))
            with archive.open(entry, "w", force_zip64=True) as file:
                write(replace(document, parts=(part,)), cast("BinaryIO", file), own)
            before += part.row_count


def _beyond(step: Callable[[int], None], before: int) -> Callable[[int], None]:
    """The same step, told of rows that come after so many others."""
    return lambda rows: step(before + rows)
