"""Checks that a file appears whole or not at all, is kept for its time, and is in nobody's way."""

import json
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from shutil import copytree
from threading import Event

import pytest
from tests.conftest import SetClock, event, ndjson, run
from tests.exporting.conftest import OPERATOR, YEAR, Place, opened
from tests.small_disk import small_disk

from vaultmeter import exporting
from vaultmeter.app import App
from vaultmeter.asked import ReportAsked, When
from vaultmeter.clock import system_clock
from vaultmeter.exporting import Wanted, keeping
from vaultmeter.exporting.expiry import expire, recover
from vaultmeter.exporting.writing import Ended, Progress
from vaultmeter.intake import take_stream
from vaultmeter.model.errors import Busy, Full, Invalid, NotFound
from vaultmeter.settings import Settings

EVENTS = ReportAsked("events", When("last-12-months"))


def test_a_file_is_private_and_stands_beside_its_manifest(place: Place) -> None:
    """Nobody else may read it, nothing else is left, and its facts are those of its rows."""
    file = place.make("/", format="json")
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o777 == 0o700
    assert file.path.stat().st_size == file.bytes
    assert [n for n in place.stored() if n.startswith(f"{file.id}.")] == [
        f"{file.id}.json",
        f"{file.id}.json.manifest.json",
    ]
    assert file.name.startswith("usage-report-")
    assert "simulated" in file.complete_to
    assert json.loads(file.path.read_text())["report"] == "overview"


def test_what_is_made_for_a_run_of_a_schedule_is_made_once(place: Place) -> None:
    """The same file is answered when it is asked for again, and another one for another format."""
    now, made = place.clock(), []
    for format_ in ("csv", "csv", "json"):
        wanted = Wanted(format_, "/", YEAR)
        made.append(exporting.make(place.app, OPERATOR, wanted, now, schedule_run=77).id)
    assert made[0] == made[1] != made[2]


def test_nothing_is_left_of_what_was_ended(place: Place) -> None:
    """Whoever ends the making finds no part of a file, and the job says cancelled."""
    before, progress = place.stored(), Progress()
    progress.told = lambda rows: progress.stop.set() if rows > 1_000 else None
    with pytest.raises(Ended):
        exporting.make(
            place.app, OPERATOR, Wanted("csv", asked=EVENTS), place.clock(), progress=progress
        )
    assert place.stored() == before
    newest = exporting.listed(place.app, OPERATOR, limit=1)["rows"][0]
    assert (newest["state"], newest["rows"]) == ("cancelled", 0)


def test_a_full_disk_is_told_and_leaves_nothing(
    organised: Path, tmp_path: Path, place: Place
) -> None:
    """Where the disk ends in the middle of a file, the error says so, and records go on."""
    with small_disk(tmp_path / "disk", 1 << 17) as disk:
        folder = place.app.settings.data / "exports"
        folder.mkdir(exist_ok=True)
        kept = folder.rename(folder.with_name("exports-elsewhere"))
        folder.symlink_to(disk, target_is_directory=True)
        try:
            with pytest.raises(Full, match="The disk is full"):
                exporting.make(place.app, OPERATOR, Wanted("csv", asked=EVENTS), place.clock())
            assert list(disk.iterdir()) == []
        finally:
            folder.unlink()
            kept.rename(folder)
    newest = exporting.listed(place.app, OPERATOR, limit=1)["rows"][0]
    assert newest["state"] == "failed"
    assert "no room" in newest["error"]
    assert organised.is_dir()


def test_the_room_that_records_need_is_left(organised: Path, tmp_path: Path) -> None:
    """A file is refused when it would take what is kept free for the inbox."""
    data = tmp_path / "data"
    copytree(organised, data, ignore=lambda *_: {"lock"})
    settings = Settings(data=data, lock_wait=0, reserve_bytes=1 << 60)
    with (
        App(settings, SetClock(system_clock()), lambda _: None) as app,
        pytest.raises(Full, match="kept for records"),
    ):
        exporting.make(app, OPERATOR, Wanted("csv", "/", YEAR), app.clock())


def test_files_are_kept_for_their_time_and_their_room(organised: Path, tmp_path: Path) -> None:
    """What is over is deleted with its manifest; beyond the ceiling the oldest goes first."""
    data = tmp_path / "data"
    copytree(organised, data, ignore=lambda *_: {"lock"})
    for place in opened(data, SetClock(system_clock())):
        first = place.make("/")
        place.clock.advance(days=89)
        second = place.make("/")
        assert expire(place.app) == []
        place.clock.advance(days=1)
        assert [each.id for each in expire(place.app)] == [first.id]
        with pytest.raises(NotFound):
            exporting.show(place.app, OPERATOR, first.id)
        assert place.stored() == [f"{second.id}.csv", f"{second.id}.csv.manifest.json"]
        big = tuple(place.make("/items", format="json") for _ in range(3))
        room = big[2].bytes + big[1].bytes + 10
        object.__setattr__(place.app.settings, "export_bytes", room)
        assert {each.id for each in expire(place.app)} == {big[0].id, second.id}
        assert exporting.open_file(place.app, OPERATOR, big[2].id).path.is_file()


def test_a_process_that_is_killed_leaves_nothing_behind(organised: Path, tmp_path: Path) -> None:
    """Killed at each place of the making: the next start sweeps, and says what has failed."""
    data = tmp_path / "data"
    copytree(organised, data, ignore=lambda *_: {"lock"})
    for point in ("export-written", "export-renamed"):
        words = ("--data", data, "export", "--report", "users", "--output", tmp_path / "users.csv")
        killed = run(*words, env={"VAULTMETER_KILL_AT": point})
        assert killed.returncode == -9, killed.stderr
    assert not (tmp_path / "users.csv").exists()
    with App(Settings(data=data, reserve_bytes=0), say=lambda _: None) as app:
        rows = exporting.listed(app, OPERATOR)["rows"]
        assert [row["state"] for row in rows] == ["making"] * 2
        assert recover(app) == 0
        rows = exporting.listed(app, OPERATOR)["rows"]
        assert [row["state"] for row in rows] == ["failed"] * 2
        assert "Make it again" in rows[0]["error"]
        assert list((data / "exports").iterdir()) == []


def test_a_restored_folder_says_that_its_files_are_gone(place: Place) -> None:
    """Backups hold no files: what is known of one stays, and it cannot be downloaded."""
    file = place.make("/")
    file.path.unlink()
    recover(place.app)
    told = exporting.show(place.app, OPERATOR, file.id)
    assert (told["state"], "backups hold none" in told["error"]) == ("failed", True)
    with pytest.raises(Invalid):
        exporting.open_file(place.app, OPERATOR, file.id)


def test_a_password_is_sealed_while_a_file_waits_and_then_forgotten(place: Place) -> None:
    """It is nowhere in the state as it is, and gone when the file is over."""
    wanted = Wanted("xlsx", "/", YEAR, password="hush hush")  # noqa: S106  of a test
    file = keeping.begin(place.app, place.who("ada"), wanted)
    assert file.password_sealed is not None
    assert b"hush" not in (place.app.settings.data / "state.sqlite").read_bytes()
    assert "hush" not in repr(wanted)
    exporting.cancel(place.app, place.who("ada"), file.id)
    assert keeping.seen(place.app, OPERATOR, file.id).password_sealed is None


@pytest.mark.parametrize(
    ("format_", "password"), [("csv", "x"), ("pdf", ""), ("pdf", "\ud800"), ("nothing", None)]
)
def test_what_cannot_be_made_is_refused_at_once(
    place: Place, format_: str, password: str | None
) -> None:
    """A format that is none, or cannot have a password, is never a job that fails later."""
    with pytest.raises((Invalid, NotFound)):
        keeping.begin(place.app, OPERATOR, Wanted(format_, "/", YEAR, password=password))


def test_nobody_fills_the_queue(place: Place) -> None:
    """Somebody who has many files waiting is refused more, and others are not."""
    begun = [
        keeping.begin(place.app, place.who("boss"), Wanted("csv", "/", YEAR)).id
        for _ in range(keeping.MOST_WAITING)
    ]
    with pytest.raises(Busy):
        keeping.begin(place.app, place.who("boss"), Wanted("csv", "/", YEAR))
    begun.append(keeping.begin(place.app, place.who("ada"), Wanted("csv", "/", YEAR)).id)
    for number in begun:
        exporting.remove(place.app, OPERATOR, number)


def test_two_files_and_records_at_the_same_time(organised: Path, tmp_path: Path) -> None:
    """Records come in while two files are made; each file is of one state, and whole."""
    data = tmp_path / "data"
    copytree(organised, data, ignore=lambda *_: {"lock"})
    for place in opened(data, SetClock(system_clock())):
        begun = Event()
        made = partial(_made, place, begun)
        with ThreadPoolExecutor(2) as threads:
            jobs = [threads.submit(made, format_) for format_ in ("csv", "xlsx")]
            assert begun.wait(60)
            for number in range(5):
                body = ndjson(*(event(1_000 * number + each) for each in range(50)))
                take_stream(place.app, "events", "beside", "acme", [body])
            rows = [job.result(120) for job in jobs]
        assert min(rows) > 1_000
        for row in exporting.listed(place.app, OPERATOR)["rows"][:2]:
            assert row["state"] == "made"


def _made(place: Place, begun: Event, format_: str) -> int:
    """Make a file of all events, and tell when its first rows are written; answers its rows."""
    progress = Progress(told=lambda rows: begun.set() if rows else None)
    wanted = Wanted(format_, asked=EVENTS)
    return exporting.make(place.app, OPERATOR, wanted, place.clock(), progress=progress).rows
