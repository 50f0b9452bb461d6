"""Writes a document as a file that appears whole or not at all, with its signed manifest.

Files are in the folder `exports` of the data folder, for nobody else's eyes.
"""

import errno
import json
import os
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import file_digest
from pathlib import Path
from shutil import disk_usage, rmtree
from threading import Event
from time import monotonic
from typing import BinaryIO

from vaultmeter.access.secret_key import SecretKey
from vaultmeter.exporting.manifest import SUFFIX, Written, manifest_of
from vaultmeter.exporting.signing import signed
from vaultmeter.exports import Export, Options
from vaultmeter.failpoints import reach
from vaultmeter.lock import sync_folder
from vaultmeter.model.document import Document
from vaultmeter.model.errors import Full, Unavailable
from vaultmeter.model.totals import control_totals
from vaultmeter.state.exporting import FOLDER

_PARTIAL = ".partial"
_LOOK = 0.5
"""Seconds between two looks at the room that is left."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_SLUG = 80


class Ended(Exception):
    """The making was to end: it was cancelled, or the program ends."""


@dataclass
class Progress:
    """How far a file is, for other threads to see, and whether it is to end."""

    rows: int = 0
    stop: Event = field(default_factory=Event)
    is_left: bool = False
    """Whether it is left as it is, because the server ends, to be begun anew by the next one."""
    told: Callable[[int], None] = lambda _: None

    def step(self, rows: int) -> None:
        """Take note of how many rows are written; raises `Ended`."""
        self.rows = rows
        self.told(rows)
        if self.stop.is_set():
            raise Ended


@dataclass(frozen=True)
class Place:
    """Where a file is to be: its number, its format, and how many bytes of the disk stay free."""

    data: Path
    number: int
    format: str
    export: Export
    reserve: int

    @property
    def folder(self) -> Path:
        """The folder of all files."""
        return self.data / FOLDER


@dataclass(frozen=True)
class Made:
    """A file that was written: its name in the folder, and what there is to know of it."""

    stored: str
    written: Written
    rows: int


def write_file(
    document: Document, place: Place, options: Options, key: SecretKey, progress: Progress
) -> Made:
    """Write a document and its manifest.

    Raises `Ended`, `Full` where the disk has no room, `Unavailable`, and what reports raise.
    Nothing is left then.
    """
    suffix = place.export.suffix_of(document)
    name, stored = name_of(document, place.format, place.export), f"{place.number}{suffix}"
    partial = place.folder / f"{stored}{_PARTIAL}"
    told = place.folder / f"{stored}{SUFFIX}"
    counted, tallies = control_totals(document)
    try:
        make_folder(place.data)
        reach("export-begun")
        with _opened(partial) as out:
            place.export.write(counted, out, _watched(options, progress, place))
            out.flush()
            os.fsync(out.fileno())
        progress.step(sum(each.rows for each in tallies))
        reach("export-written")
        media_type = place.export.media_type_of(document)
        size, digest = partial.stat().st_size, sha256_of(partial)
        written = Written(name, place.format, media_type, size, digest)
        _write_text(told, signed(key, manifest_of(document, tallies, written)))
        partial.rename(place.folder / stored)
        sync_folder(place.folder)
        reach("export-renamed")
    except BaseException as error:
        for each in (partial, told, place.folder / stored):
            with suppress(OSError):
                each.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _in_words(error) from error
        raise
    return Made(stored, written, sum(each.rows for each in tallies))


def make_folder(data: Path) -> None:
    """Make the folder of files, where it is missing."""
    (data / FOLDER).mkdir(mode=0o700, exist_ok=True)


def name_of(document: Document, format_: str, export: Export) -> str:
    """What the file of a document is downloaded as, in a format."""
    suffix = export.suffix_of(document)
    # Several formats become archives: their names tell which one is inside.
    return file_name(document, f"-{format_}{suffix}" if suffix != export.suffix else suffix)


def file_name(document: Document, suffix: str) -> str:
    """What the file is downloaded as: the title, the days of its first table, and the ending."""
    title = document.view or document.title
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_SLUG] or "export"
    period = document.parts[0].about.period
    first = period.start.astimezone(period.zone).date()
    last = (period.end - timedelta(microseconds=1)).astimezone(period.zone).date()
    return f"{slug}-{first}-to-{last}{suffix}"


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sweep(data: Path, kept: set[str]) -> list[str]:
    """Delete what is in the folder and none of the files `kept` by name; answers what it was."""
    folder = data / FOLDER
    if not folder.is_dir():
        return []
    known = kept | {f"{name}{SUFFIX}" for name in kept}
    gone = [path for path in folder.iterdir() if path.name not in known]
    for path in gone:
        if path.is_dir():
            rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return sorted(path.name for path in gone)


def _watched(options: Options, progress: Progress, place: Place) -> Options:
    """The options with steps that look at the room on the disk now and then."""
    last = [0.0]

    def step(rows: int) -> None:
        progress.step(rows)
        if monotonic() - last[0] >= _LOOK:
            last[0] = monotonic()
            if disk_usage(place.folder).free < place.reserve:
                raise _full("Less is free on the disk than is kept for records.")

    step(0)
    return replace(options, scratch=place.folder, step=step)


def _opened(path: Path) -> BinaryIO:
    path.unlink(missing_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
    return os.fdopen(os.open(path, flags, 0o600), "w+b")


def _write_text(path: Path, told: dict[str, object]) -> None:
    with _opened(path) as out:
        out.write(json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())


def _in_words(error: OSError) -> Exception:
    if error.errno in _NO_ROOM:
        return _full("The disk is full.")
    return Unavailable(
        f"The file cannot be written: {error.strerror or error}.",
        "Check the folder exports of the data folder.",
        inside=True,
    )


def _full(why: str) -> Full:
    return Full(
        f"There is no room for the file. {why}", "Remove kept files, or free space, and try again."
    )
