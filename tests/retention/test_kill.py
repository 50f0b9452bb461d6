"""Killed anywhere, applying retention ends before or after, and loses nothing that is kept."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.conftest import Folder, event, ndjson, run
from tests.retention.invented import contents, invented, stored

from vaultmeter.failpoints import RETENTION_FAILPOINTS
from vaultmeter.model.retention import cut_off
from vaultmeter.retention import apply, past_runs

PLACES = (
    *RETENTION_FAILPOINTS,
    "segment-written:2",
    "segment-renamed:2",
    "rebuild-begun",
    "rebuild-batch",
    "flush-stored:2",
    "flush-committed:3",
    "checkpoint-begun:2",
    "checkpoint-begun:3",
    "checkpoint-done:3",
)
"""Where a process that applies retention is killed, some at the second or third passing."""
NOTHING_YET = {"kept-written", "kept-sealed", "segment-written:2"} | {
    *("segment-renamed:2", "retention-written", "checkpoint-begun:2")
}
"""The places at which nothing is deleted yet."""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write two years of events up to now; processes of their own have the clock of the machine."""
    now = datetime.now(UTC)
    rows = invented(300, now - timedelta(days=700), now - timedelta(hours=1))
    folder = tmp_path_factory.mktemp("logs")
    paths = [folder / f"audit-{number}.log" for number in range(5)]
    for number, path in enumerate(paths):
        path.write_bytes(ndjson(*rows[number * 60 : (number + 1) * 60]))
    return paths


def taken_in(folder: Folder, logs: list[Path]) -> None:
    """Take the logs in, each as a batch in a segment of its own."""
    folder.clock.now = datetime.now(UTC)
    folder.open(segment_bytes=1)
    folder.ingest("events", *logs)


@pytest.mark.parametrize("place", PLACES)
def test_a_kill_ends_before_or_after(folder: Folder, logs: list[Path], place: str) -> None:
    """What is older is all there or all gone, and applying again comes to the same."""
    taken_in(folder, logs)
    before = stored(folder)
    folder.close()

    done = run("--data", folder.path, "retention", "apply", env={"VAULTMETER_KILL_AT": place})

    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    left = stored(folder)
    assert (left == before) == (place in NOTHING_YET)
    apply(folder.app, folder.said.append)
    after = contents(folder)
    assert stored(folder) == expected(before)
    assert left in (before, stored(folder))
    runs = past_runs(folder.app)
    assert sorted(run.product for run in runs) == ["pm", "sm", "sra"]
    assert sum(run.events for run in runs) == len(before) - len(stored(folder))
    assert not list(folder.path.glob("archive/*/*.partial"))
    assert len(list(folder.path.glob("archive/kept/*"))) == 1
    folder.app.rebuild()
    assert contents(folder) == after


def expected(before: list[tuple[str, datetime]]) -> list[tuple[str, datetime]]:
    """What is left of events after twelve months."""
    cut = cut_off(datetime.now(UTC), 12)
    return [(product, time) for product, time in before if time >= cut]


def test_what_comes_after_a_kill_is_taken_in(folder: Folder, logs: list[Path]) -> None:
    """A process that finds retention half applied ends it, and then does what it was asked."""
    taken_in(folder, logs)
    count = len(stored(folder))
    folder.close()
    more = folder.path.parent / "more.log"
    more.write_bytes(ndjson(event(1, id="more", time=datetime.now(UTC).isoformat())))
    words = ("--data", folder.path)

    run(*words, "retention", "apply", env={"VAULTMETER_KILL_AT": "retention-committed"})
    done = run(*words, "ingest", "events", more)

    assert done.returncode == 0, done.stderr.decode()
    assert b"deleted by retention" in done.stderr
    gone = sum(each.events for each in past_runs(folder.app))
    assert len(stored(folder)) == count - gone + 1
