"""Backups: what is restored answers the same, and what is damaged is refused."""

import json
import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest
from tests.cli.serving import serving
from tests.conftest import (
    Folder,
    NewFolder,
    command,
    environment,
    event,
    ndjson,
    run,
    run_json,
    sample_lines,
)
from tests.conftest import sample as openbao_log
from tests.retention.invented import invented

from vaultmeter.backup import MANIFEST, Manifest, back_up, restore, verified
from vaultmeter.failpoints import BACKUP_FAILPOINTS
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import ArchiveDamaged, Busy, Invalid, NotFound
from vaultmeter.plugins import modules_in
from vaultmeter.retention import apply
from vaultmeter.sources import Sources, Wanted
from vaultmeter.state.groups import groups, set_group

Harm = Callable[[Path], object]
FIRST_SEGMENT = "archive/*/*.zst"


@pytest.fixture
def filled(folder: Folder) -> Folder:
    """Give a folder with sealed and waiting batches, rejects, a group, a source and its key."""
    app = folder.open(segment_bytes=20_000)
    folder.take("openbao", openbao_log(), account="acme", source="bao")
    folder.take("events", ndjson(event(1), event(2)) + b"nonsense\n", source="small")
    with app.state.changing() as connection:
        set_group(connection, "eu", ["acme"])
    sources = Sources(app.inbox, app.access, lambda: app.store)
    sources.add(Principal.operator(), Wanted("live", "events", None, (Path("/var/log/live"),)))
    sources.key(Principal.operator(), "live")
    return folder


def backed_up(folder: Folder, target: Path) -> Path:
    """Back a folder up, closed or open as it is."""
    back_up(folder.path, target, folder.clock)
    return target


def restored(new_folder: NewFolder, backup: Path, name: str = "restored") -> Folder:
    """Restore a backup to a new folder."""
    made = new_folder(name)
    restore(backup, made.path)
    return made


def test_a_restored_folder_answers_the_same(
    filled: Folder, new_folder: NewFolder, tmp_path: Path
) -> None:
    """Reports, ledger, rejects, decisions and keys are those of the moment of the backup."""
    backup = backed_up(filled, tmp_path / "backup")
    before = filled.reports(), filled.totals(), filled.rejects()
    filled.take("events", ndjson(event(3)), source="small")
    again = restored(new_folder, backup)
    assert (again.reports(), again.totals(), again.rejects()) == before
    app = again.app
    with app.state.reading() as connection:
        assert groups(connection) == {"eu": ("acme",)}
    sources = Sources(app.inbox, app.access, lambda: app.store)
    assert sources.door("live") is not None
    assert list(backup.glob(FIRST_SEGMENT))
    assert app.inbox.last_seq() == 2


def test_the_commands_answer_the_same_to_the_byte(filled: Folder, tmp_path: Path) -> None:
    """The drill: backup, restore and every report in every format, as processes of their own."""
    filled.close()
    backup, copy = tmp_path / "backup", tmp_path / "copy"
    told = run_json("--data", filled.path, "backup", backup, "--json")
    assert told["folder"] == str(backup)
    assert run("--data", copy, "restore", backup).returncode == 0
    assert not (copy / "store.duckdb").exists()
    asked: list[tuple[str, ...]] = [("ledger", "--json"), ("sources", "list", "--json")]
    # The other formats say when they were made.
    asked += [
        ("report", "users", "--range", "all", "--format", name)
        for name, module in modules_in("vaultmeter.exports")
        if not module.EXPORT.binary
    ]
    for words in asked:
        first, second = (run("--data", data, *words) for data in (filled.path, copy))
        assert first.stdout
        assert first.stdout == second.stdout, words


def test_a_backup_while_another_process_takes_files_in(
    new_folder: NewFolder, tmp_path: Path
) -> None:
    """Each backup is a beginning of what came in; what is missing is taken in again by name."""
    data, log = tmp_path / "data", tmp_path / "audit.log"
    lines = sample_lines(3000)
    log.write_bytes(b"".join(lines))
    small = {"VAULTMETER_CHUNK_BYTES": "150000", "VAULTMETER_SEGMENT_BYTES": "4000"}
    words = command("--data", data, "ingest", "openbao", log, "--source", "bao")
    backups: list[tuple[Path, Manifest]] = []
    with subprocess.Popen(  # noqa: S603  our own program
        words, env=environment(small), stdout=subprocess.DEVNULL
    ) as ingesting:
        while ingesting.poll() is None:
            if accepted(data) > len(backups) * 6:
                target = tmp_path / f"backup-{len(backups)}"
                backups.append((target, back_up(data, target, lambda: datetime.now(UTC))))
        assert ingesting.returncode == 0
    by_batch = {manifest.last_batch: target for target, manifest in backups}
    assert len(by_batch) > 1, by_batch
    whole = Folder(data)
    expected = whole.report("users"), whole.totals()
    assert min(by_batch) < whole.app.inbox.last_seq()
    whole.close()
    for last, target in sorted(by_batch.items())[:2]:
        again = restored(new_folder, target, f"restored-{last}")
        assert again.app.inbox.last_seq() == last
        again.ingest("openbao", log, source="bao")
        assert (again.report("users"), again.totals().stored) == (expected[0], expected[1].stored)


def accepted(data: Path) -> int:
    """Count the batches that another process has accepted so far."""
    if not (data / "state.sqlite").is_file():
        return 0
    with closing(apsw.Connection(str(data / "inbox.sqlite"))) as inbox:
        inbox.set_busy_timeout(5000)
        return len(inbox.execute("select seq from batch").fetchall())


def test_a_backup_of_a_running_server(new_folder: NewFolder, tmp_path: Path) -> None:
    """A server that follows a file is backed up by command; the copy goes on where it was."""
    data, log = tmp_path / "data", tmp_path / "events.ndjson"
    log.write_bytes(ndjson(*(event(number) for number in range(50))))
    words = ("sources", "add", "live", "--connector", "events", "--file", log)
    assert run("--data", data, *words).returncode == 0
    with serving(data):
        until = datetime.now(UTC) + timedelta(seconds=30)
        while run_json("--data", data, "sources", "show", "live", "--json")["lines"] < 50:
            assert datetime.now(UTC) < until
        assert run("--data", data, "backup", tmp_path / "backup").returncode == 0
    again = restored(new_folder, tmp_path / "backup")
    assert again.totals().stored == 50
    with log.open("ab") as file:
        file.write(ndjson(event(60)))
    again.ingest("events", log, source="live")
    assert again.totals().received == 51


def test_retention_meanwhile_lets_it_begin_again(
    folder: Folder, new_folder: NewFolder, tmp_path: Path
) -> None:
    """Segments that were written anew while they were copied are copied as they are then."""
    folder.open(segment_bytes=1)
    rows = invented(60)
    for number in range(3):
        folder.take("events", ndjson(*rows[number * 20 : number * 20 + 20]), source="invented")
    begun = []

    def progress(done: int, _: int) -> None:
        begun.append(done)
        if len(begun) == 1:
            apply(folder.app, folder.said.append)

    back_up(folder.path, tmp_path / "backup", folder.clock, progress)
    assert begun.count(0) == 2
    assert not (tmp_path / "backup.partial").exists()
    again = restored(new_folder, tmp_path / "backup")
    assert again.reports() == folder.reports()
    assert again.totals() == folder.totals()


def flip(path: Path) -> None:
    """Change one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def rewrite(path: Path, **changes: object) -> None:
    """Change fields of a manifest."""
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


HARMS: dict[str, tuple[Harm, str]] = {
    "inbox": (lambda backup: flip(backup / "inbox.sqlite"), "inbox.sqlite is not what was"),
    "state": (lambda backup: flip(backup / "state.sqlite"), "state.sqlite is not what was"),
    "segment": (lambda backup: flip(next(backup.glob(FIRST_SEGMENT))), "zst is not what was"),
    "cut": (lambda backup: (backup / "inbox.sqlite").write_bytes(b""), "is not what was"),
    "missing": (lambda backup: next(backup.glob(FIRST_SEGMENT)).unlink(), "zst is missing"),
    "strange": (lambda backup: (backup / "more").touch(), "more is not in its manifest"),
    "manifest": (lambda backup: (backup / MANIFEST).write_text("{"), "cannot be read"),
    "fields": (lambda backup: rewrite(backup / MANIFEST, files=3), "cannot be read"),
    "outside": (
        lambda backup: rewrite(backup / MANIFEST, files={"../x": {"bytes": 0, "sha256": "0" * 64}}),
        "names files outside",
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_backup_is_refused(filled: Folder, tmp_path: Path, harm: str) -> None:
    """One wrong bit anywhere is found before anything is restored, and is named."""
    backup = backed_up(filled, tmp_path / "backup")
    verified(backup)
    act, said = HARMS[harm]
    act(backup)
    with pytest.raises(ArchiveDamaged, match=said):
        restore(backup, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_backup_of_another_form(filled: Folder, tmp_path: Path) -> None:
    """A later program's backup is not guessed at, and a folder that is none is named."""
    backup = backed_up(filled, tmp_path / "backup")
    rewrite(backup / MANIFEST, version=2)
    with pytest.raises(Invalid, match="was made by vaultmeter"):
        restore(backup, tmp_path / "copy")
    with pytest.raises(NotFound, match="is no backup"):
        restore(tmp_path, tmp_path / "copy")


def test_what_is_damaged_already_is_not_backed_up(filled: Folder, tmp_path: Path) -> None:
    """A backup of a damaged segment or inbox would be worth nothing, and says so at once."""
    target = tmp_path / "backup"
    segment = next(filled.path.glob(FIRST_SEGMENT))
    filled.close()
    sound = segment.read_bytes()
    flip(segment)
    with pytest.raises(ArchiveDamaged, match="is not what was written"):
        backed_up(filled, target)
    segment.write_bytes(sound)
    content = bytearray((filled.path / "inbox.sqlite").read_bytes())
    content[4096:4200] = b"\xff" * 104
    (filled.path / "inbox.sqlite").write_bytes(content)
    answer = run("--data", filled.path, "backup", target)
    assert answer.returncode == 5
    assert b"inbox.sqlite" in answer.stderr
    assert not target.exists()
    assert not (tmp_path / "backup.partial").exists()


@pytest.mark.parametrize("place", BACKUP_FAILPOINTS)
def test_a_killed_backup_is_none(filled: Folder, tmp_path: Path, place: str) -> None:
    """The folder appears whole or not at all, and what was left does not disturb the next one."""
    filled.close()
    target = tmp_path / "backup"
    killed = run("--data", filled.path, "backup", target, env={"VAULTMETER_KILL_AT": place})
    assert killed.returncode == -signal.SIGKILL
    assert not target.exists()
    verified(backed_up(filled, target))
    assert not (tmp_path / "backup.partial").exists()


def test_places_that_are_refused(filled: Folder, tmp_path: Path) -> None:
    """An existing target, one in the data folder, and a folder without data are no places."""
    backup = backed_up(filled, tmp_path / "backup")
    with pytest.raises(Invalid, match="exists already"):
        backed_up(filled, backup)
    with pytest.raises(Invalid, match="lies in the data folder"):
        backed_up(filled, filled.path / "backup")
    with pytest.raises(NotFound, match="no inbox"):
        back_up(tmp_path / "nothing", tmp_path / "other", filled.clock)
    with pytest.raises(Busy):
        restore(backup, filled.path)
    filled.close()
    with pytest.raises(Invalid, match="is not empty"):
        restore(backup, filled.path)


def test_a_backup_is_private(filled: Folder, tmp_path: Path) -> None:
    """Nobody else may read it, whatever the mask of the shell is; the restored folder likewise."""
    backup = backed_up(filled, tmp_path / "deep" / "backup")
    restore(backup, tmp_path / "copy")
    for top in (backup, tmp_path / "copy"):
        assert [path for path in (top, *top.rglob("*")) if path.stat().st_mode & 0o077] == []
