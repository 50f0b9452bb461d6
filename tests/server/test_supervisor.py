"""Checks that no worker dies unseen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

import pytest
import structlog
from structlog.testing import capture_logs
from tests.server.serving import until

from vaultmeter.life import Life
from vaultmeter.server.supervisor import EXIT_CODE, Supervisor


@dataclass
class Working:
    """A worker that does what a test says."""

    name: str
    work: Callable[[Life], object]

    def run(self, life: Life) -> None:
        """Do it."""
        self.work(life)


@dataclass
class Ends:
    """What would end the process."""

    codes: list[int] = field(default_factory=list)

    def __call__(self, code: int) -> None:
        """Keep the exit code."""
        self.codes.append(code)


@pytest.fixture
def ends() -> Ends:
    """Give an end of the process that can be looked at."""
    return Ends()


def supervisor(ends: Ends, limit: float = 30, end: float = 300) -> Supervisor:
    """Make a supervisor whose process does not end."""
    return Supervisor(structlog.get_logger(), limit, end, ends)


def raise_error(_: Life) -> None:
    """Do what no worker should."""
    raise RuntimeError("a bug")


def test_a_worker_that_raises_ends_the_process(ends: Ends) -> None:
    """An error that leaves a worker is logged with its cause, and the process ends with 70."""
    with capture_logs() as logs:
        supervisor(ends).start(Working("one", raise_error))
        until(lambda: bool(ends.codes), "the process ends")

    assert set(ends.codes) == {EXIT_CODE}
    assert ("one", "critical") in {(line.get("worker"), line["log_level"]) for line in logs}


def test_a_worker_that_returns_by_itself_ends_the_process(ends: Ends) -> None:
    """A worker that ends without being asked to is as dead as one that raises."""
    supervisor(ends).start(Working("one", lambda _: None))

    until(lambda: ends.codes == [EXIT_CODE], "the process ends")


def test_a_silent_worker_is_not_well_and_then_ends_the_process(ends: Ends) -> None:
    """A worker without a heartbeat is first not alive, and then ends the process."""
    release = Event()
    watching = supervisor(ends, limit=0.05, end=0.2)
    watching.start(Working("stuck", lambda _: release.wait()))

    until(lambda: not watching.pulses()[0].alive, "it is seen to be silent")
    assert ends.codes == []
    until(lambda: watching.pulses()[0].silent_for > 0.2, "it is silent for too long")
    watching.watch()
    assert ends.codes == [EXIT_CODE]
    watching.stop("stuck", wait=0)
    release.set()


def test_a_worker_that_rests_is_alive_and_ends_when_asked(ends: Ends) -> None:
    """A worker that waits beats, ends when it is asked to, and is forgotten then."""
    watching = supervisor(ends, limit=2)
    watching.start(Working("one", lambda life: life.wait(3600)))

    assert [(pulse.name, pulse.alive) for pulse in watching.pulses()] == [("one", True)]
    watching.stop("one")
    assert watching.pulses() == []
    assert ends.codes == []
