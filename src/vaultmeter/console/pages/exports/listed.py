"""What is being made, looked at anew while it lasts, and the files that are kept."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.exports.files import OPEN, STATES, File, files_of
from vaultmeter.console.table import Column, order_of, paged

RUNNING_WORD = "running"
"""The word of the address that has the files that were being made a moment ago."""
_COLUMNS = (
    Column("title", "Name"),
    Column("format", "Format", priority=2),
    Column("rows", "Rows", is_number=True, down_first=True),
    Column("made_by", "Made by", priority=2),
    Column("made", "Made", down_first=True, priority=2),
    Column("complete_to", "Complete to", down_first=True, priority=3),
    Column("bytes", "Size", is_number=True, down_first=True, priority=2),
    Column("sha256", "Checksum", can_sort=False, priority=3),
)
_USUAL = "-made"


def _running(asking: Asking) -> dict[str, Any]:
    found = [file for file in files_of(asking) if file.state in OPEN]
    before = asking.view.extra.get(RUNNING_WORD, "").split(",")
    now = [str(file.id) for file in found]
    return {
        "running": found,
        "state_words": STATES,
        "numbers": ",".join(now),
        "has_ended": any(each and each not in now for each in before),
        # Whoever came with one running is told when none is left.
        "is_watched": bool(before[0]),
    }


def _kept(asking: Asking) -> dict[str, Any]:
    found = [file for file in files_of(asking) if file.state not in OPEN]
    table = asking.view.table
    wanted = table.q.casefold()
    fitting = [file for file in found if wanted in _words(file)]
    sorted_by = order_of(asking, _COLUMNS, _USUAL)
    by, is_down = sorted_by.removeprefix("-"), sorted_by.startswith("-")
    fitting.sort(key=lambda file: -file.id)
    fitting.sort(key=lambda file: _place(file, by), reverse=is_down)
    shown = fitting[table.offset : table.offset + table.size]
    return {
        "table": paged(asking, "kept", _COLUMNS, shown, len(fitting), sorted_by),
        "is_any": bool(found),
    }


def _words(file: File) -> str:
    return f"{file.title} {file.name} {file.format} {file.made_by}".casefold()


def _place(file: File, by: str) -> tuple[bool, Any]:
    """Where a cell stands: those without stand first; what was not made, by when it was asked."""
    value = (file.made or file.asked) if by == "made" else getattr(file, by)
    return value is not None, value.casefold() if isinstance(value, str) else value or 0


RUNNING = Block(
    "running", "pages/exports/running.html", _running, "Being made", "heading", is_plain=True
)
KEPT = Block("kept", "pages/exports/kept.html", _kept, "Kept files", "table")
