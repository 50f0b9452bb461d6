"""Checks that killed processes and a damaged store lose nothing and count nothing twice."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from itertools import cycle
from pathlib import Path
from random import Random

import pytest
from tests.conftest import Folder, NewFolder, Row, run, sample_lines, seeded, started
from tests.warm import Process

from vaultmeter.books import Day
from vaultmeter.demo.scale import Scale
from vaultmeter.demo.simulate import simulate
from vaultmeter.failpoints import FAILPOINTS

DAMAGES = ("overwritten", "log", "deleted")
"""What happens to the store before every third restart, in turn."""


@dataclass(frozen=True)
class Kill:
    """One process and its end: at a named place for the n-th time, or at a random moment."""

    place: str | None = None
    damage: str | None = None

    def environment(self) -> dict[str, str]:
        """Give the settings with which a process passes the place; sealing needs small segments."""
        added = {"VAULTMETER_CHUNK_BYTES": "20000"}
        if self.place:
            added["VAULTMETER_KILL_AT"] = self.place
            if self.place.startswith("se"):
                added["VAULTMETER_SEGMENT_BYTES"] = "1"
        return added

    def words(self, log: Path, connector: str) -> tuple[Path | str, ...]:
        """Give the command: only a rebuild passes the places of a rebuild."""
        is_rebuild = self.place is not None and self.place.startswith("rebuild")
        return ("rebuild",) if is_rebuild else ("ingest", connector, log)


def plans() -> list[list[Kill]]:
    """Make six series of ten kills: each place twice, as many random moments, damage among them."""
    random = seeded(60)
    places: list[str | None] = [*FAILPOINTS, *FAILPOINTS, *[None] * 30]
    assert len(places) == 60
    random.shuffle(places)
    damages = cycle(DAMAGES)
    kills = [
        Kill(place, next(damages) if number % 3 == 2 else None)
        for number, place in enumerate(places)
    ]
    return [kills[start : start + 10] for start in range(0, 60, 10)]


@cache
def lines_of(connector: str) -> tuple[bytes, ...]:
    """Take the lines that a series of kills ingests."""
    if connector == "openbao":
        return tuple(sample_lines(160))
    scale = Scale(1_000, 40, 60, 12, 7, datetime(2026, 11, 20, tzinfo=UTC))
    return tuple(b"".join(simulate(scale)).splitlines(keepends=True))


@dataclass(frozen=True)
class Undisturbed:
    """What a run without kills comes to."""

    reports: dict[str, list[Row]]
    ids: list[int]
    total: Day


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Undisturbed]:
    """Ingest the same lines without kills, for each connector."""
    return {
        connector: run_undisturbed(Folder(tmp_path_factory.mktemp(connector) / "data"), connector)
        for connector in ("openbao", "events")
    }


def run_undisturbed(folder: Folder, connector: str) -> Undisturbed:
    """Ingest all lines at once."""
    try:
        folder.take(connector, b"".join(lines_of(connector)))
        return held_by(folder)
    finally:
        folder.close()


def held_by(folder: Folder) -> Undisturbed:
    """Read what a folder comes to."""
    return Undisturbed(folder.reports(), folder.event_ids(), folder.totals())


@pytest.mark.parametrize("turn", range(3))
def test_twenty_kills_change_nothing(
    new_folder: NewFolder, undisturbed: dict[str, Undisturbed], turn: int
) -> None:
    """After kills, and damage to the store, all numbers are those of a run without either."""
    folders = {connector: new_folder(connector) for connector in ("openbao", "events")}
    series = plans()[2 * turn : 2 * turn + 2]

    with ThreadPoolExecutor(2) as at_once:
        deaths = list(at_once.map(ten_kills, folders.values(), folders, series))

    assert deaths == [10, 10]
    for connector, folder in folders.items():
        # Damage may lie where nothing has read since: whoever finds it rebuilds the store.
        assert folder.app.recovering(partial(held_by, folder)) == undisturbed[connector]


def ten_kills(folder: Folder, connector: str, kills: list[Kill]) -> int:
    """Ingest a growing file by processes that are killed, then to its end; answers the deaths."""
    log, random = folder.path.parent / "audit.log", seeded(len(connector))
    deaths = 0
    for kill, part in zip(kills, parts(lines_of(connector), len(kills)), strict=True):
        if kill.damage:
            damage(folder.path / "store.duckdb", kill.damage, random)
        with log.open("ab") as file:
            file.write(part)
        if kill.place and kill.place.startswith("seal"):
            # What is sealed are batches that wait.
            assert run("--data", folder.path, "ingest", connector, log).returncode == 0
        deaths += killed(folder.path, kill, kill.words(log, connector), random)
    last = run("--data", folder.path, "ingest", connector, log)
    assert last.returncode == 0, last.stderr.decode()
    return deaths


def parts(lines: tuple[bytes, ...], count: int) -> Iterator[bytes]:
    """Cut the content into pieces, mostly within a line, as a writer's buffer does."""
    content = b"".join(lines)
    size = len(content) // count + 1
    for start in range(0, len(content), size):
        yield content[start : start + size]


def damage(store: Path, kind: str, random: Random) -> None:
    """Do to the store what a bad disk or a wrong hand does."""
    log = store.with_name("store.duckdb.wal")
    if kind == "deleted":
        store.unlink(missing_ok=True)
    elif kind == "log" and log.exists():
        overwrite(log, random)
    elif store.exists():
        overwrite(store, random)


def overwrite(path: Path, random: Random) -> None:
    """Write other bytes into the middle of a file."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(random.randbytes(min(8_192, path.stat().st_size // 4)))


def killed(data: Path, kill: Kill, words: tuple[Path | str, ...], random: Random) -> bool:
    """Run a process to its violent end; answers whether it had one, after a few tries."""
    return any(
        end_of(data, kill, words, random.uniform(0, 0.4 / (2 * attempt + 1))) == -signal.SIGKILL
        for attempt in range(5)
    )


def end_of(data: Path, kill: Kill, words: tuple[Path | str, ...], delay: float) -> int:
    """Run a process; without a named place kill it some time after it has taken the folder."""
    with Path(os.devnull).open("r+b") as nothing:
        files = (nothing.fileno(),) * 3
        process = started(("--data", data, *words), kill.environment(), files)
    if kill.place is None:
        wait_for(process, data / "lock")
        with contextlib.suppress(TimeoutError):
            process.wait(delay)
        process.kill()
    return process.wait(60)


def wait_for(process: Process, lock: Path) -> None:
    """Wait until a process has the folder, or has ended."""
    while process.poll() is None:
        if lock.exists() and lock.read_text() == str(process.pid):
            return
        time.sleep(0.005)
