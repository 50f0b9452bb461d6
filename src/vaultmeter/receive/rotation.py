"""Which files a source follows, and what they are called once they are rotated.

The file that is written to has a *live* name: a configured path, or a match of a pattern. Rotation
moves it to another name beside it, and may compress it there. Names known: the live name and more
behind `.`, `-` or `_` (logrotate: `audit.log.1`, `audit.log-20261122.gz`), and a number or date
before its ending (logrotate's `extension`: `audit-20261122.log`).
"""

import glob
import os
import re
from collections.abc import Iterable
from pathlib import Path

_NOT_LOGS = (".swp", ".swo", ".tmp", ".lock", ".part", ".filepart")
"""Endings of what editors and copying programs put beside a file for a while."""


def live_names(patterns: Iterable[str]) -> list[Path]:
    """The live names that paths and patterns mean now; a path is one also while it is missing."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        if not glob.has_magic(pattern) or os.path.lexists(pattern):
            found[Path(pattern)] = None
            continue
        matches = [Path(path) for path in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207  absolute patterns too
        found |= dict.fromkeys(
            path for path in matches if not _is_rotated_of_any(path, matches) and not path.is_dir()
        )
    return list(found)


def rotated_names(live: Path, others: Iterable[Path]) -> list[Path]:
    """The files beside a live name that were rotated from it, oldest first.

    `others` are live names, which are none of them. A folder that cannot be read has none.
    """
    try:
        with os.scandir(live.parent) as entries:
            names = [entry.name for entry in entries if is_rotated(entry.name, live.name)]
    except OSError:
        return []
    live_ones = set(others)
    return sorted({live.parent / name for name in names} - live_ones, key=_age)


def is_rotated(name: str, live: str) -> bool:
    """Whether rotation may have made this name of a live one."""
    if name == live or name.endswith(_NOT_LOGS):
        return False
    if name.startswith(live):
        return name[len(live)] in "._-"
    stem, dot, ending = live.rpartition(".")
    dated = rf"{re.escape(stem)}[-._]\d[\dTZ:._-]*{re.escape(dot + ending)}(\.\w+)?"
    return bool(stem) and re.fullmatch(dated, name) is not None


def _is_rotated_of_any(path: Path, matches: Iterable[Path]) -> bool:
    return any(
        path.parent == other.parent
        and path.name.startswith(other.name)
        and is_rotated(path.name, other.name)
        for other in matches
    )


def _age(path: Path) -> tuple[float, str]:
    try:
        return path.stat().st_mtime, str(path)
    except OSError:
        return 0.0, str(path)
