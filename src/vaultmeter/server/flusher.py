"""Brings what is accepted into the store, once a second, and folds the store now and then."""

from contextlib import suppress
from functools import partial
from threading import Event
from time import monotonic

from structlog.typing import FilteringBoundLogger

from vaultmeter.app import App
from vaultmeter.failpoints import reach
from vaultmeter.inbox.batches import Source
from vaultmeter.ingest.outcome import Outcome
from vaultmeter.life import Life
from vaultmeter.model.errors import StoreDamaged, Unavailable
from vaultmeter.server.metrics import FlushCounts

_AGAIN_AFTER = 5.0
"""Seconds after which a store that could not be written is opened again."""
_SOON = 0.5
"""Seconds after which a damaged one is."""


class _Ending(Exception):
    """The server ends while the store is made again."""


class Flusher:
    """The one thread that writes to the store; a worker."""

    name = "flusher"

    def __init__(self, app: App, counts: FlushCounts, log: FilteringBoundLogger) -> None:
        """Flush the inbox of an open folder whose store is not open yet."""
        self._app, self._counts, self._log = app, counts, log
        self._settings = app.settings
        self.ready = Event()
        """Whether the store is open and was up to date once."""
        self.trouble = ""
        """Why the store cannot be written at the moment; empty when it can."""
        self.position = 0
        """The last batch in the store; 0 until that was open once."""

    def run(self, life: Life) -> None:
        """Open the store, then flush until the server ends."""
        self._app.flushed = self._told
        self._app.pulse = partial(self._pulse, life)
        with suppress(_Ending):
            self._work(life)
        self._end()

    def _work(self, life: Life) -> None:
        """Flush, until the server ends; raises `_Ending` where it ends before the store is open."""
        folded = monotonic()
        while not life.stopping:
            reach("flusher-turn")
            try:
                if not self.ready.is_set():
                    self._open()
                self._flush()
                if self._app.unfolded and monotonic() - folded >= self._settings.fold_every:
                    self._app.fold()
                    folded = monotonic()
            except Unavailable as error:
                self._recover_later(error, life)
                continue
            life.wait(self._settings.flush_every)

    def _open(self) -> None:
        self._app.open_store()
        self.position = self._app.store.position()
        self.ready.set()
        self.trouble = ""
        self._log.info("the store is open", batch=self.position)

    def _flush(self) -> None:
        self._app.flush_waiting()
        self.position = self._app.store.position()

    def _pulse(self, life: Life) -> None:
        """Show that it lives; a store that is being made again is left for the next start."""
        life.beat()
        if life.stopping and not self.ready.is_set():
            raise _Ending

    def _told(self, source: Source, outcome: Outcome, seconds: float) -> None:
        self._counts.flushed(source.name, seconds, outcome.buckets())
        self._log.debug(
            "flushed", source=source.name, lines=outcome.lines, seconds=round(seconds, 3)
        )

    def _recover_later(self, error: Unavailable, life: Life) -> None:
        """A store that cannot be written is opened again, which takes back what was half done."""
        self._tell(error)
        self.ready.clear()
        life.wait(_SOON if isinstance(error, StoreDamaged) else _AGAIN_AFTER)

    def _tell(self, error: Unavailable) -> None:
        self.trouble = error.message
        self._log.error("the store cannot be written", reason=error.message, hint=error.hint)

    def _end(self) -> None:
        """Bring in what was accepted; where that fails, the next start does it."""
        if not self.ready.is_set():
            return
        try:
            self._flush()
            self._app.fold()
        except Unavailable as error:
            self._tell(error)
