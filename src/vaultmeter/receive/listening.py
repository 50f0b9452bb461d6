"""What every listener does around its socket: it listens while there is room, and ends in order."""

from collections.abc import Callable
from dataclasses import dataclass

from vaultmeter.life import Life
from vaultmeter.model.errors import Unavailable
from vaultmeter.receive.condition import Conditions, Say
from vaultmeter.receive.handover import PATIENCE, Handover
from vaultmeter.receive.losses import Losses

BUSY, IDLE = 0.05, 0.25
"""Seconds to wait for something to read, while lines are on their way and while none are."""
_AGAIN = 1.0
"""Seconds until it is tried again to listen."""


@dataclass(frozen=True)
class Listening:
    """The parts of a listener that its socket is not: what it has read, and what it tells."""

    name: str
    handover: Handover
    conditions: Conditions
    losses: tuple[Losses, ...]
    say: Say

    def run(self, life: Life, refusal: str, serve: Callable[[], None]) -> None:
        """Serve again and again until the server ends; what was read by then is handed over.

        `serve` listens as long as there is room, and raises `Unavailable` when it cannot.
        `refusal` says what does not happen while there is none.
        """
        while not life.stopping:
            life.beat()
            self.handover.tend()
            if self.handover.trouble:
                self.conditions.trouble(f"{refusal}: {self.handover.trouble}")
                life.wait(BUSY)
                continue
            try:
                serve()
            except Unavailable as error:
                self.conditions.trouble(f"{error.message} {error.hint}")
                life.wait(_AGAIN)
        for losses in self.losses:
            losses.tell(now=True)
        if lost := self.handover.finish(PATIENCE, life.beat):
            self.say(f"{self.name}: {lost} lines had arrived and were not accepted.")
