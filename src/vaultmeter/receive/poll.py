"""Asks a vault again and again for what it has, and waits longer after each failure.

When it asked last is what the inbox has of the answers: a restart neither asks early nor late.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import SystemRandom

from vaultmeter.clock import Clock
from vaultmeter.life import Life
from vaultmeter.model.errors import VaultmeterError
from vaultmeter.receive.condition import Condition, Conditions, Say

FIRST_PAUSE = 30.0
"""Seconds until the next try after one failure; each further one doubles them."""
LONGEST_PAUSE = 3600.0
"""Seconds at the most, however often it failed."""

Beat = Callable[[], None]
"""Called every few seconds while a vault is asked; it raises when the server ends."""
Ask = Callable[[Beat], str]
"""Asks once, hands the answer in, and says in a sentence what it was."""


class Ending(Exception):
    """The server ends while a vault is asked; what was not handed in is asked for next time."""


class Poller:
    """Asks every so many seconds; a worker."""

    def __init__(
        self, name: str, every: float, ask: Ask, last: datetime | None, clock: Clock, say: Say
    ) -> None:
        """Ask from now on; `last` is when an answer came in before, aware, if one ever did."""
        self.name = name
        self._every, self._ask, self._clock = every, ask, clock
        self.last, self.failures = last, 0
        self.due = last + timedelta(seconds=every) if last else clock()
        """When it asks next."""
        self._conditions = Conditions(name, clock, say, f"Asks at {_text(self.due)}.")

    @property
    def condition(self) -> Condition:
        """How it is doing: what came last, what went wrong, and when it asks next."""
        return self._conditions.present

    def run(self, life: Life) -> None:
        """Ask whenever it is time, until the server ends."""

        def beat() -> None:
            life.beat()
            if life.stopping:
                raise Ending

        while not life.wait(self.rest()):
            try:
                self.ask(beat)
            except Ending:
                return

    def rest(self) -> float:
        """Seconds until it asks; a clock that is set back does not make it wait for long."""
        left = (self.due - self._clock()).total_seconds()
        return min(max(left, 0.0), self._every, LONGEST_PAUSE)

    def ask(self, beat: Beat) -> None:
        """Ask now if it is time."""
        if self._clock() < self.due:
            return
        try:
            answer = self._ask(beat)
        except (VaultmeterError, OSError) as error:
            self._failed(error)
            return
        self.failures, self.last = 0, self._clock()
        self.due = self.last + timedelta(seconds=self._every)
        self._conditions.well(f"{answer} Asks again at {_text(self.due)}.")

    def _failed(self, error: VaultmeterError | OSError) -> None:
        self.failures += 1
        self.due = self._clock() + timedelta(seconds=pause(self.failures, self._every))
        why = f"{error.message} {error.hint}" if isinstance(error, VaultmeterError) else f"{error}."
        tried = f"Failed {self.failures} times in a row" if self.failures > 1 else "Failed"
        self._conditions.trouble(f"{tried}: {why} Asks again at {_text(self.due)}.")


def pause(failures: int, every: float) -> float:
    """Seconds to wait after so many failures in a row.

    They double, up to an hour or the usual pause; a random part of up to a half is left out, so
    that those who failed together do not come back together.
    """
    whole = min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE, every)
    return SystemRandom().uniform(whole / 2, whole)


def _text(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
