"""Kept files as the page shows them: what each is, who had it made, up to when it is complete."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl

from vaultmeter import exporting
from vaultmeter.console.asking import Asking
from vaultmeter.console.delivered import span_title
from vaultmeter.console.words import Words
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Forbidden, NotFound
from vaultmeter.model.period import DAYS
from vaultmeter.state.exporting import CANCELLED, FAILED, MADE, MAKING, WAITING

OPEN = (WAITING, MAKING)
"""States of what is not over."""
STATES: Mapping[str, str] = {
    WAITING: "Waiting",
    MAKING: "Being made",
    MADE: "Made",
    FAILED: "Failed",
    CANCELLED: "Cancelled",
}
_MANY = 1_000_000
"""More files than are kept."""
_SHORT = 12
_UNIT = 1_000
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_DIGITS = 18


@dataclass(frozen=True)
class File:
    """A file that was made, is being made, or could not be."""

    id: int
    state: str
    title: str
    name: str
    format: str
    rows: int
    bytes: int
    sha256: str
    complete_to: datetime | None
    """Up to when the source that is furthest behind had told."""
    error: str
    made_by: str
    asked: datetime
    made: datetime | None
    kept_until: datetime | None
    schedule_run: int | None
    of: Mapping[str, Any]
    can_end: bool
    """Whether the reader may cancel or remove it."""
    total: int
    """How many rows it will have; 0 where that is not known yet."""

    @property
    def is_made(self) -> bool:
        """Whether it can be downloaded."""
        return self.state == MADE

    @property
    def short_sum(self) -> str:
        """The beginning of its checksum."""
        return self.sha256[:_SHORT]

    @property
    def format_title(self) -> str:
        """Its format as people write it."""
        return "Parquet" if self.format == "parquet" else self.format.upper()

    @property
    def size(self) -> str:
        """Its size in words: 1.2 MB."""
        return size_in_words(self.bytes)


def files_of(asking: Asking) -> list[File]:
    """Every file that the reader may see, the newest first."""
    told = exporting.listed(asking.app, asking.who, limit=_MANY)
    return [file_of(asking, row) for row in told["rows"]]


def file_of(asking: Asking, row: Mapping[str, Any]) -> File:
    """A file as the services tell it."""
    complete = [instant(each) for each in row["complete_to"].values()]
    return File(
        row["id"],
        row["state"],
        row["title"],
        row["name"],
        row["format"],
        row["rows"],
        row["bytes"],
        row["sha256"],
        min(complete, default=None),
        row["error"],
        row["made_by"],
        instant(row["asked"]),
        instant(row["made"]) if row["made"] else None,
        instant(row["kept_until"]) if row["kept_until"] else None,
        row["schedule_run"],
        row["of"],
        row["made_by"] == asking.who.name or _may_end_any(asking),
        row["total"],
    )


def number_of(asking: Asking) -> int:
    """The number in the address; raises `NotFound` for what is none."""
    text = asking.parameters.get("id", "")
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS:
        raise NotFound(
            "There is no such file that you can see.",
            "It may have been removed, or kept long enough.",
        )
    return int(text)


def instant(text: str) -> datetime:
    """An instant as services tell it."""
    return datetime.fromisoformat(text)


def size_in_words(bytes_: int) -> str:
    """A number of bytes: 312 bytes, 48.2 kB, 1.2 MB."""
    size, unit = float(bytes_), 0
    while size >= _UNIT and unit < len(_UNITS) - 1:
        size, unit = size / _UNIT, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{bytes_} bytes"


def span_of(file: File, words: Words) -> str:
    """The range of the page that a file is of: last 30 days, 9 Nov – 15 Nov; empty for none."""
    word = dict(parse_qsl(str(file.of.get("query", "")))).get("range", "")
    first, dots, last = word.partition(DAYS)
    if not dots:
        return span_title(word) if word else ""
    return words.days(date.fromisoformat(first), date.fromisoformat(last))


def _may_end_any(asking: Asking) -> bool:
    if asking.who.kind == "operator":
        return True
    try:
        asking.who.require_everywhere(Permission.SCHEDULES)
    except Forbidden:
        return False
    return True
