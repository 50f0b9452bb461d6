"""Checks that a worker of a real server which dies or stands still is seen, and loses nothing."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest
from tests.conftest import Folder, Row, event, ndjson, sample_lines
from tests.server.conftest import NewServing
from tests.server.serving import Serving, free_port, until

from vaultmeter.books import balance
from vaultmeter.failpoints import WORKER_FAILPOINTS
from vaultmeter.server.supervisor import EXIT_CODE

WORKERS = {
    "gate-turn": "gate",
    "flusher-turn": "flusher",
    "auditor-turn": "auditor",
    "follower-turn": "follow bao",
    "listener-turn": "listen bao",
    "datagrams-turn": "listen udp",
    "deliverer-turn": "deliverer",
}
"""The worker that passes each place."""
AFTER = {place: "1" if place == "auditor-turn" else "3" for place in WORKERS}
"""How often it passes first; an auditor rests for long."""
PUSHED, LINES = 20, 50


@dataclass
class Collecting:
    """A server that collects in every way, and the key of what is pushed to it."""

    serving: Serving
    key: str
    pushed: int = PUSHED

    def push(self) -> tuple[int, float]:
        """Push every record there is so far; answers the status, and the seconds it took."""
        begun = time.monotonic()
        body = ndjson(*(event(number) for number in range(self.pushed)))
        return self.serving.push("vault", self.key, body)[0], time.monotonic() - begun

    def said(self, word: str) -> list[Row]:
        """List the log's lines of the worst kind that have a word in them."""
        # Where there is nobody yet, the first lines are for whoever starts the server.
        told = self.serving.log.read_text().splitlines()
        lines = [json.loads(line) for line in told if line.startswith("{")]
        return [line for line in lines if line["level"] == "critical" and word in line["event"]]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Give a data folder that nobody uses, with sources of every kind, and a key."""
    place = tmp_path_factory.mktemp("prepared")
    log, serving = place / "audit.log", Serving(place / "data")
    log.write_bytes(b"".join(sample_lines(LINES)))
    serving.add("vault", "--connector", "events")
    serving.add(
        *("bao", "--connector", "openbao"),
        *("--file", log, "--socket", f"tcp://127.0.0.1:{free_port()}"),
    )
    serving.add("udp", "--connector", "events", "--socket", f"udp://127.0.0.1:{free_port()}")
    return serving.data, serving.key("vault")


@pytest.fixture
def collecting(prepared: tuple[Path, str], folder: Folder, new_serving: NewServing) -> Collecting:
    """Give a server that is pushed to, follows a log and listens at two sockets, not started."""
    data, key = prepared
    copytree(data, folder.path)
    return Collecting(new_serving(folder.path), key)


def recover(collecting: Collecting) -> None:
    """Start the server without faults, push again what is unsure, and end it in order."""
    collecting.serving.settings = {}
    collecting.serving.start()
    assert collecting.push()[0] == 200
    until(lambda: collecting.serving.ask("show", "bao")["lines"] == LINES, "the log is followed")
    until(lambda: collecting.serving.waiting() == 0, "all is in the store")
    until(collecting.serving.is_ready, "every part works")
    assert collecting.serving.stop() == 0


def test_every_worker_has_a_place_to_fail_at() -> None:
    """The places that workers pass are those that are tried here."""
    assert tuple(WORKERS) == WORKER_FAILPOINTS


@pytest.mark.parametrize("place", WORKERS)
def test_an_error_in_a_worker_ends_the_server(
    collecting: Collecting, folder: Folder, place: str
) -> None:
    """An error in a worker ends the process with 70 and its name; the next one has everything."""
    serving = collecting.serving
    serving.settings = {"VAULTMETER_RAISE_AT": f"{place}:{AFTER[place]}"}
    serving.start(wait=False)

    until(lambda: serving.has_ended, "the process ends", 30)

    assert serving.stop() == EXIT_CODE
    (died,) = collecting.said("died")
    assert died["worker"] == WORKERS[place]
    assert f"An error was asked for at {place}." in died["exception"]
    recover(collecting)
    assert stored_pushes(folder) == PUSHED


@pytest.mark.parametrize(
    "place",
    [
        "batch-inserted",
        "deliveries-accepted",
        "batches-merged",
        "flush-stored",
        "flush-committed",
        "checkpoint-begun",
    ],
)
def test_an_error_halfway_counts_nothing_twice(
    collecting: Collecting, folder: Folder, place: str
) -> None:
    """An error amid accepting, flushing or folding ends the process; all is counted once later."""
    serving = collecting.serving
    serving.settings = {"VAULTMETER_RAISE_AT": place, "VAULTMETER_FOLD_EVERY": "1"}
    serving.start(wait=False)

    def has_ended() -> bool:
        collecting.pushed += 1
        collecting.push()
        return serving.has_ended

    until(has_ended, "the process ends", 30)

    assert serving.stop() == EXIT_CODE
    assert collecting.said("died")
    recover(collecting)
    assert stored_pushes(folder) == collecting.pushed


@pytest.mark.parametrize("place", WORKERS)
def test_a_worker_that_stands_still_is_seen_and_ends_the_server(
    collecting: Collecting, folder: Folder, place: str
) -> None:
    """A worker that hangs is red while the server goes on answering, and ends it with 70 later."""
    serving, worker = collecting.serving, WORKERS[place]
    serving.settings = {
        "VAULTMETER_HANG_AT": f"{place}:{AFTER[place]}",
        "VAULTMETER_HEARTBEAT_LIMIT": "3",
        "VAULTMETER_HEARTBEAT_END": "8",
    }
    serving.start()

    def is_red() -> bool:
        ok, words = serving.components().get(f"worker {worker}", (True, ""))
        return not ok and words.startswith("No sign of life")

    until(is_red, "it is seen", 30)
    assert serving.status("/readyz") == 503
    assert serving.status("/healthz") == 200
    status, seconds = collecting.push()
    until(lambda: serving.has_ended, "the process ends", 30)

    assert seconds < 5
    assert status == (503 if place == "gate-turn" else 200)
    assert serving.stop() == EXIT_CODE
    assert [line["worker"] for line in collecting.said("no sign of life")] == [worker]
    recover(collecting)
    assert stored_pushes(folder) == PUSHED


def stored_pushes(folder: Folder) -> int:
    """Count what was pushed and is stored."""
    return sum(day.stored for day in balance(folder.app) if day.source == "vault")
