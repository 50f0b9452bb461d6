"""What is accepted and not in the store yet, counted no more often than anybody can tell."""

from threading import Lock
from time import monotonic

from vaultmeter.app import App
from vaultmeter.server.flusher import Flusher
from vaultmeter.server.metrics import Spool

_OLD = 0.25
"""Seconds for which a count holds."""


class Spooled:
    """The spool of an open folder."""

    def __init__(self, app: App, flusher: Flusher) -> None:
        """Count what the flusher has not brought into the store."""
        self._app, self._flusher = app, flusher
        self._counted, self._spool, self._alone = 0.0, Spool(), Lock()
        self._found = app.inbox.last_seq()

    def get(self) -> Spool:
        """How much waits, and how old the oldest of it is."""
        with self._alone:
            if monotonic() - self._counted >= _OLD:
                self._spool = self._count()
                self._counted = monotonic()
            return self._spool

    def pending_bytes(self) -> int:
        """Bytes of records that wait, to be held against how many may.

        Until the store is open nobody knows what of those that were found here is in it: they
        may be all that was ever accepted, and are no reason to accept no more.
        """
        _, _, size, _ = self._app.inbox.waiting(self._flusher.position or self._found)
        return size

    def _count(self) -> Spool:
        batches, lines, size, first = self._app.inbox.waiting(self._flusher.position)
        lag = (self._app.clock() - first).total_seconds() if first else 0.0
        return Spool(batches, lines, size, max(lag, 0.0))
