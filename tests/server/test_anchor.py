"""The worker that logs the anchor of the trail."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from structlog import wrap_logger
from structlog.testing import LogCapture
from tests.conftest import SetClock
from tests.server.serving import until

from vaultmeter.access.access import Access
from vaultmeter.life import Life
from vaultmeter.model.access import Principal
from vaultmeter.server.anchor import Anchor
from vaultmeter.state.database import State


@pytest.fixture
def access(tmp_path: Path) -> Iterator[Access]:
    """Give the access of a folder in which one thing was done."""
    state = State(tmp_path)
    made = Access(state, SetClock(), tmp_path)
    made.note(Principal.operator(), "first")
    yield made
    state.close()


class Told:
    """What was logged."""

    def __init__(self) -> None:
        """Keep it."""
        self.kept = LogCapture()
        self.log: Any = wrap_logger(None, processors=[self.kept])

    def events(self, name: str) -> list[dict[str, Any]]:
        """The records of one event."""
        return [dict(each) for each in self.kept.entries if each["event"] == name]


def test_anchors_are_told_at_the_start_regularly_and_at_the_end(access: Access) -> None:
    """Each one holds for the trail as it is then, and for all of it later."""
    told, life = Told(), Life()
    thread = Thread(target=Anchor(access, told.log, every=0.01).run, args=(life,))
    thread.start()
    try:
        until(lambda: len(told.events("trail anchor")) >= 3, "three anchors were logged")
        access.note(Principal.operator(), "second")
    finally:
        life.stop()
        thread.join()
    anchors = [each["anchor"] for each in told.events("trail anchor")]
    assert anchors[0].startswith("1:")
    assert anchors[-1].startswith("2:")
    assert all(access.trail.verify(access.state, each).broken_at is None for each in anchors)


def test_a_broken_trail_is_an_error_in_the_log(access: Access, tmp_path: Path) -> None:
    """Nobody has to ask: the place is told, and what was right before it."""
    access.note(Principal.operator(), "second")
    with closing(sqlite3.connect(tmp_path / "state.sqlite")) as connection:
        connection.execute("update trail set act = 'nothing' where seq = 2")
        connection.commit()
    told = Told()
    Anchor(access, told.log).tell()
    (broken,) = told.events("the trail is not whole")
    assert (broken["broken_at"], broken["log_level"]) == (2, "error")
    assert broken["anchor"].startswith("1:")
