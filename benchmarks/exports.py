"""Measures the formats: how long a document takes to write, and the memory of a process that does.

Each is written by a process of its own, rows coming one by one, as they do from the store.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from measure import Figure, children_megabytes, peak_megabytes

from vaultmeter.exports import Export, Options
from vaultmeter.model.document import Document, Part
from vaultmeter.model.period import Period
from vaultmeter.model.table import Column, Table

_START = datetime(2026, 10, 1, tzinfo=UTC)
_PERIOD = Period(_START, _START + timedelta(days=31), ZoneInfo("Europe/Berlin"))
_COLUMNS = (
    Column("user", "User"),
    Column("account", "Account"),
    Column("requests", "Requests", "integer"),
    Column("secrets_read", "Secrets read", "integer"),
    Column("share", "Share", "number", "%"),
    Column("last_active", "Last active", "instant"),
    Column("is_new", "New", "boolean"),
)
_DAYS = (
    Column("start", "From", "instant"),
    Column("requests", "Requests", "integer"),
    Column("denied", "Denied", "integer"),
)
_SOME = 10_000
"""Rows that differ; more are these again."""
_CASES = (
    ("csv", 1_000_000, "under 5 s, under 500 MB"),
    ("json", 1_000_000, "under 500 MB"),
    ("parquet", 1_000_000, "under 500 MB"),
    ("xlsx", 100_000, "under 12 s, under 500 MB"),
    ("pdf", 2_000, "with three charts under 3 s, under 500 MB"),
)


def figures(_folder: Path) -> list[Figure]:
    """One line for each format."""
    return [_figure(name, rows, wanted) for name, rows, wanted in _CASES]


def _figure(name: str, rows: int, wanted: str) -> Figure:
    done = subprocess.run(
        [sys.executable, __file__, name, str(rows)], check=True, capture_output=True, text=True
    )
    seconds, work, memory, size = map(float, done.stdout.split())
    what = f"export of {rows:,} rows of {len(_COLUMNS)} columns as {name}"
    if name == "pdf":
        what += ", three charts"
    told = f"{seconds:.1f} s ({work:.1f} s of work), {memory:.0f} MB; a file of {size:.1f} MB"
    return Figure(what, told, wanted)


def _rows(count: int) -> Iterator[tuple[object, ...]]:
    """Rows that are there already: what is measured is how they are written."""
    some = list(_made(min(count, _SOME)))
    return islice(cycle(some), count)


def _made(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(count):
        last = _START + timedelta(seconds=number)
        name = f"person{number:07}@example.org"
        yield name, "acme/finance", _SOME - number, number, number % 1000 / 10, last, not number % 2


def _table(columns: tuple[Column, ...], total: int) -> Table:
    complete_to = {"openbao": _PERIOD.end}
    meanings = {"status": "Version 1 (vaultmeter): whoever used something."}
    return Table("users", "Users", _PERIOD, {}, meanings, columns, (), total, complete_to)


def _document(name: str, rows: int) -> Document:
    parts = [Part(_table(_COLUMNS, rows), _rows(rows), rows)]
    if name == "pdf":
        days = [(_START + timedelta(days=day), 1000 + day * 7 % 31, day) for day in range(31)]
        parts += [Part(_table(_DAYS, len(days)), days, len(days)) for _ in range(2)]
    return Document("Usage of the vaults", tuple(parts), _PERIOD.end, "ada")


def _measure(name: str, rows: int) -> None:
    """Write one file and print seconds, those of work, megabytes of memory and of the file."""
    export: Export = import_module(f"vaultmeter.exports.{name}").EXPORT
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"file{export.suffix}"
        started = time.perf_counter()
        with path.open("wb") as file:
            export.write(_document(name, rows), file, Options(scratch=Path(folder)))
        seconds = time.perf_counter() - started
        memory = peak_megabytes() + children_megabytes()
        print(seconds, _work(), memory, path.stat().st_size / 1e6)


def _work() -> float:
    """The seconds that a processor worked for this process and those it waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


if __name__ == "__main__":
    _measure(sys.argv[1], int(sys.argv[2]))
