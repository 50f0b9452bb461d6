"""Checks that a store that is damaged, missing, outdated or ahead is made again by itself."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import duckdb
import pytest
from tests.conftest import Folder, Row, check_books, event, ndjson, run, seeded

from vaultmeter.app import App
from vaultmeter.model.errors import ArchiveDamaged, Busy
from vaultmeter.settings import Settings

LINES = 1_000
FILES = ("one.log", "two.log", "three.log")


def part(number: int) -> bytes:
    """Make the events of one of the files."""
    random = seeded(number)
    return ndjson(
        *(
            event(place, identity=f"user-{random.randint(1, 90)}", item=f"kv/{place % 200}")
            for place in range(number * LINES, (number + 1) * LINES)
        )
    )


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder of three batches: one folded into the file, two in the write-ahead log."""
    folder = tmp_path_factory.mktemp("killed")
    for number, name in enumerate(FILES):
        (folder / name).write_bytes(part(number))
    run("--data", folder / "data", "ingest", "events", folder / FILES[0])
    words = ("--data", folder / "data", "ingest", "events", folder / FILES[1], folder / FILES[2])
    done = run(*words, env={"VAULTMETER_KILL_AT": "checkpoint-begun"})
    assert done.returncode == -signal.SIGKILL
    assert (folder / "data" / "store.duckdb.wal").stat().st_size > 1_000
    return folder


@pytest.fixture(scope="module")
def sound(killed: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    """Answer every report of that folder when it is not damaged."""
    copied = tmp_path_factory.mktemp("sound") / "data"
    shutil.copytree(killed / "data", copied)
    folder = Folder(copied)
    try:
        return folder.reports()
    finally:
        folder.close()


@pytest.fixture
def data(killed: Path, folder: Folder) -> Path:
    """Give a copy of that folder, to be damaged."""
    shutil.copytree(killed / "data", folder.path)
    return folder.path


def overwritten(path: Path, place: float = 0.5, size: int = 4_096) -> None:
    """Write other bytes over a part of a file."""
    length = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(int(length * place))
        file.write(Random(7).randbytes(min(size, length // 4)))  # noqa: S311  any other bytes


def zeroed(path: Path) -> None:
    """Leave zeros at the end of a file, as a power cut does."""
    length = path.stat().st_size
    path.write_bytes(path.read_bytes()[: length // 2] + bytes(length - length // 2))


def cut(path: Path) -> None:
    """Leave the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def beginning(path: Path) -> None:
    """Write other bytes over the beginning of a file."""
    overwritten(path, place=0)


def replaced(path: Path) -> None:
    """Put a text in the place of a file."""
    path.write_text("This is no database.\n" * 500)


STORE, LOG = "store.duckdb", "store.duckdb.wal"
Damage = Callable[[Path], None]
DAMAGES = [
    pytest.param(STORE, partial(overwritten, size=1 << 30), True, id="store overwritten"),
    pytest.param(STORE, beginning, True, id="beginning of the store overwritten"),
    pytest.param(STORE, zeroed, True, id="store half zeros"),
    pytest.param(STORE, cut, True, id="store cut"),
    pytest.param(STORE, replaced, True, id="store replaced"),
    pytest.param(STORE, Path.unlink, False, id="store deleted, its log left"),
    pytest.param(LOG, overwritten, True, id="log overwritten"),
    pytest.param(LOG, beginning, False, id="beginning of the log overwritten"),
    pytest.param(LOG, zeroed, True, id="log half zeros"),
    pytest.param(LOG, replaced, False, id="log replaced"),
    pytest.param(LOG, cut, False, id="log cut"),
    pytest.param(LOG, Path.unlink, False, id="log deleted"),
]


@pytest.mark.parametrize(("name", "damage", "is_told"), DAMAGES)
def test_a_damaged_store_is_made_again(
    folder: Folder,
    data: Path,
    sound: dict[str, list[Row]],
    name: str,
    damage: Damage,
    is_told: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    """Whatever happens to the store's files, reports stay, and what was damaged is kept aside."""
    damage(data / name)

    answers = folder.reports()

    assert answers == sound
    assert folder.totals().stored == 3 * LINES
    if is_told:
        assert any("damaged" in sentence for sentence in folder.said)
        assert any(path.name.endswith(f"-{name}") for path in (data / "quarantine").iterdir())


@pytest.mark.parametrize("place", [0.05, 0.25, 0.45, 0.7])
def test_damage_anywhere_in_the_store_is_found_when_it_matters(
    folder: Folder, killed: Path, data: Path, place: float
) -> None:
    """With any part of the file overwritten, the next ingest and the reports are exact."""
    folder.open()
    folder.close()
    overwritten(data / STORE, place, size=16_384)

    folder.ingest("events", *(killed / name for name in FILES))
    folder.take("events", ndjson(*(event(number) for number in range(90_000, 90_100))))

    users = folder.app.recovering(lambda: folder.report("users"))
    assert sum(row["requests"] for row in users) == 3 * LINES + 100
    folder.app.recovering(lambda: check_books(folder))


def test_the_command_line_answers_in_spite_of_damage(
    data: Path, sound: dict[str, list[Row]]
) -> None:
    """A report on a damaged store is answered after a sentence on standard error."""
    for place in range(20):
        overwritten(data / STORE, place / 20)

    done = run("--data", data, "report", "users", "--range", "all", "--format", "json")

    assert done.returncode == 0, done.stderr.decode()
    assert b"damaged" in done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [row["requests"] for row in rows] == [row["requests"] for row in sound["users"]]
    assert list((data / "quarantine").iterdir())


def test_another_meaning_of_records_makes_the_store_again(folder: Folder) -> None:
    """A store filled by another version of a mapping is rebuilt when the folder is opened."""
    folder.take("events", part(0))
    before = folder.reports()
    folder.app.store.remember("mapping:events", "1:an older mapping")
    folder.app.store.run("delete from event where line % 2 = 0")

    folder.open()

    assert any("meaning of records has changed" in sentence for sentence in folder.said)
    assert folder.reports() == before


def test_the_same_meaning_leaves_the_store_alone(folder: Folder) -> None:
    """Opening a folder again rebuilds nothing and says nothing."""
    folder.take("events", part(0))
    folder.app.store.remember("mark", "of this very store")

    folder.open()

    assert folder.app.store.meta("mark") == "of this very store"
    assert folder.said == []


def test_a_store_ahead_of_its_inbox_is_made_again(folder: Folder) -> None:
    """With an older inbox put back, what is read again is stored, whatever its numbers were."""
    folder.take("events", part(0))
    folder.close()
    older = (folder.path / "inbox.sqlite").read_bytes()
    folder.take("events", part(1))
    folder.close()
    (folder.path / "inbox.sqlite").write_bytes(older)

    folder.take("events", part(2))
    folder.take("events", part(1))

    assert any("ahead of the inbox" in sentence for sentence in folder.said)
    assert folder.totals().stored == 3 * LINES
    assert [path.name[-12:] for path in (folder.path / "quarantine").iterdir()] == ["store.duckdb"]


@pytest.mark.parametrize("left", [0.4, 0.99])
def test_a_torn_log_of_the_inbox_loses_no_line(
    folder: Folder, killed: Path, data: Path, left: float
) -> None:
    """When the end of the inbox's own log is gone, reading the files again makes all whole."""
    log = data / "inbox.sqlite-wal"
    log.write_bytes(log.read_bytes()[: int(log.stat().st_size * left)])
    folder.open(chunk_bytes=60_000)

    folder.ingest("events", *(killed / name for name in FILES))

    assert folder.totals().stored == 3 * LINES
    assert folder.totals().duplicates == 0


def test_a_damaged_archive_and_a_missing_store_are_told(folder: Folder) -> None:
    """When nothing can be made again, opening says what is damaged, and leaves nothing open."""
    folder.open(segment_bytes=1)
    folder.take("events", part(0))
    folder.close()
    (folder.path / STORE).unlink()
    (segment,) = (folder.path / "archive").glob("*/*.zst")
    content = segment.read_bytes()
    segment.write_bytes(b"")

    with pytest.raises(ArchiveDamaged, match=segment.name):
        folder.open()

    segment.write_bytes(content)
    assert folder.open().store.position() == 1


def test_a_second_process_is_told_who_has_the_folder(folder: Folder) -> None:
    """While one process has a folder, another one ends with exit code 4 and its number."""
    folder.open()

    done = run("--data", folder.path, "report", "users", env={"VAULTMETER_LOCK_WAIT": "0.1"})

    assert done.returncode == 4
    assert f"Process {os.getpid()} is using {folder.path}" in done.stderr.decode()


def test_a_folder_is_free_when_its_process_ends(folder: Folder) -> None:
    """After closing, and after a failed attempt, the folder can be opened."""
    app = folder.open()
    with pytest.raises(Busy):
        App(Settings(data=folder.path, lock_wait=0))
    app.close()

    with App(Settings(data=folder.path, lock_wait=0)) as other:
        position = other.store.position()

    assert position == 0
    folder.opened = None


def test_a_store_open_elsewhere_is_busy_and_not_damaged(folder: Folder) -> None:
    """While another program reads the store, a process waits for it and touches nothing."""
    folder.take("events", part(0))
    folder.close()
    before = (folder.path / STORE).read_bytes()

    with duckdb.connect(str(folder.path / STORE)):
        done = run("--data", folder.path, "report", "users")

    assert done.returncode == 4
    assert "Another program has the store open" in done.stderr.decode()
    assert (folder.path / STORE).read_bytes() == before
    assert not (folder.path / "quarantine").exists()
