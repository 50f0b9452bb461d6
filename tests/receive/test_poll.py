"""Polling: asked when it is time, later and later after failures, and never for ever."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.conftest import SetClock

from vaultmeter.life import Life
from vaultmeter.model.errors import Unavailable
from vaultmeter.receive.poll import FIRST_PAUSE, LONGEST_PAUSE, Beat, Poller, pause

HOUR = 3600.0


class Vault:
    """A vault that answers, or fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        """Fail so many times first."""
        self.failures, self.asked = failures, 0

    def ask(self, beat: Beat) -> str:
        """Answer with the number of the question."""
        beat()
        self.asked += 1
        if self.asked <= self.failures:
            message = "It does not answer."
            raise Unavailable(message, "Check the network.")
        return f"Answer {self.asked}."


def polling(
    vault: Vault, clock: SetClock, last: datetime | None = None, said: list[str] | None = None
) -> Poller:
    """Make a poller of a vault that asks every hour."""
    say: Callable[[str], None] = (said if said is not None else []).append
    return Poller("poll bao", HOUR, vault.ask, last, clock, say)


def nothing() -> None:
    """Beat for nobody."""


def test_it_asks_at_once_and_then_every_hour() -> None:
    """A vault that was never asked is asked at once, and not again before its time."""
    clock, vault = SetClock(), Vault()
    poller = polling(vault, clock)
    assert poller.rest() == 0
    poller.ask(nothing)
    assert poller.condition.ok
    assert poller.condition.words == "Answer 1. Asks again at 2026-11-22 13:00:00 UTC."
    assert poller.rest() == HOUR
    clock.advance(minutes=59)
    poller.ask(nothing)
    assert vault.asked == 1
    clock.advance(minutes=1)
    poller.ask(nothing)
    assert vault.asked == 2


def test_a_restart_neither_asks_early_nor_skips() -> None:
    """What the inbox knows of the last answer says when it is time."""
    clock, vault = SetClock(), Vault()
    poller = polling(vault, clock, clock() - timedelta(minutes=40))
    assert poller.rest() == 20 * 60
    poller.ask(nothing)
    assert vault.asked == 0
    assert polling(vault, clock, clock() - timedelta(days=3)).rest() == 0


def test_failures_are_told_and_tried_again() -> None:
    """Each failure says why and when it goes on; the first answer ends the trouble."""
    said: list[str] = []
    clock, vault = SetClock(), Vault(failures=3)
    poller = polling(vault, clock, None, said)
    for number in (1, 2, 3):
        poller.ask(nothing)
        assert not poller.condition.ok
        assert poller.failures == number
        assert "It does not answer. Check the network." in poller.condition.words
        assert "Asks again at" in poller.condition.words
        clock.now = poller.due
    poller.ask(nothing)
    assert poller.condition.ok
    assert poller.failures == 0
    assert poller.rest() == HOUR
    assert len(said) == 4
    assert said[2].startswith("poll bao: Failed 3 times in a row")


def test_trouble_with_a_file_is_trouble_like_any_other() -> None:
    """A token that cannot be read does not end the server."""

    def ask(_: Beat) -> str:
        return Path("/nonexistent/token").read_text("utf-8")

    clock = SetClock()
    poller = Poller("poll bao", HOUR, ask, None, clock, print)
    poller.ask(nothing)
    assert "/nonexistent/token" in poller.condition.words


@pytest.mark.parametrize("every", [60.0, HOUR, 86400.0])
def test_pauses_double_up_to_an_hour(every: float) -> None:
    """They never exceed the usual pause nor an hour, and never fall below half of their measure."""
    for failures in range(1, 40):
        whole = min(FIRST_PAUSE * 2.0 ** (failures - 1), LONGEST_PAUSE, every)
        for _ in range(20):
            assert whole / 2 <= pause(failures, every) <= whole
    assert len({pause(3, every) for _ in range(20)}) > 1


def test_a_clock_that_is_set_back_delays_for_an_hour_at_most() -> None:
    """A day's difference is noticed after the usual pause."""
    clock, vault = SetClock(), Vault()
    poller = polling(vault, clock)
    poller.ask(nothing)
    clock.advance(days=-1)
    assert poller.rest() == HOUR


def test_a_server_that_ends_does_not_wait_for_a_vault() -> None:
    """The worker returns in the middle of a question, which is asked again next time."""
    begun, life, clock = Event(), Life(), SetClock()

    def ask(beat: Beat) -> str:
        begun.set()
        while True:
            beat()

    poller = Poller("poll bao", HOUR, ask, None, clock, print)
    worker = Thread(target=poller.run, args=(life,))
    worker.start()
    assert begun.wait(10)
    life.stop()
    worker.join(10)
    assert not worker.is_alive()
    assert poller.last is None
    assert poller.due == datetime(2026, 11, 22, 12, tzinfo=UTC)
