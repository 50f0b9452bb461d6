"""The life of a worker: it shows that it is alive, and learns when it must end."""

from threading import Event
from time import monotonic
from typing import Protocol

_STEP = 1.0
"""Seconds between two signs of life of a worker that waits."""


class Life:
    """What a worker is given to run: its pulse, and the word to stop."""

    def __init__(self, stop: Event | None = None) -> None:
        """Begin; `stop` may be shared with others that are to end together."""
        self._stop = stop or Event()
        self._beaten = monotonic()

    def beat(self) -> None:
        """Show that the worker is alive."""
        self._beaten = monotonic()

    @property
    def silent_for(self) -> float:
        """Seconds since the last sign of life."""
        return monotonic() - self._beaten

    @property
    def stopping(self) -> bool:
        """Whether the worker must end what it is at, and return."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask the worker to end."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Rest, alive, for at most so long; answers whether the worker must end."""
        until = monotonic() + seconds
        while not self._stop.is_set():
            self.beat()
            left = until - monotonic()
            if left <= 0:
                return False
            self._stop.wait(min(left, _STEP))
        return True


class Worker(Protocol):
    """Something that runs as long as the server does, watched by its heartbeat.

    It handles the trouble it expects by itself; what leaves `run` ends the process.
    """

    @property
    def name(self) -> str:
        """What it is called in messages, unique within the server."""

    def run(self, life: Life) -> None:
        """Work until `life.stopping`, with a beat every few seconds at least."""
