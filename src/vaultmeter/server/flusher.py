"""Brings what is accepted into the store, once a second, and folds the store now and then."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread, current_thread
from time import monotonic
from typing import Any, TypeVar

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
_STEP = 0.1
"""Seconds within which it sees that it has to end."""

Answer = TypeVar("Answer")
_Task = tuple[Callable[[], Any], "Future[Any]"]


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
        self._tasks: SimpleQueue[_Task] = SimpleQueue()
        self._has_ended, self._alone = False, Lock()
        self._thread: Thread | None = None
        app.writer = self.do

    @property
    def is_ready(self) -> bool:
        """Whether the store is open and up to date, and not being made again."""
        return self.ready.is_set() and self._app.is_whole

    def do(self, act: Callable[[], Answer]) -> Answer:
        """Do something in this thread, between two flushes; to be called from others.

        Raises what it raises, and `Unavailable` while the store is not ready or the server ends.
        """
        if current_thread() is self._thread:
            return act()
        task: Future[Answer] = Future()
        with self._alone:
            if self._has_ended or not self.is_ready:
                raise Unavailable("The store is being made ready.", "Ask again in a moment.")
            self._tasks.put((act, task))
        return task.result()

    def run(self, life: Life) -> None:
        """Open the store, then flush until the server ends."""
        self._app.flushed = self._told
        self._app.pulse = partial(self._pulse, life)
        self._thread = current_thread()
        with suppress(_Ending):
            self._work(life)
        self._refuse()
        self._end()

    def _work(self, life: Life) -> None:
        """Flush, until the server ends; raises `_Ending` where it ends before the store is open."""
        folded, is_owed = monotonic(), False
        while not life.stopping:
            reach("flusher-turn")
            try:
                if not self.is_ready:
                    self._open()
                self._flush()
                if self._app.unfolded and monotonic() - folded >= self._settings.fold_every:
                    self._app.fold()
                    folded, is_owed = monotonic(), True
                # Memory is given back while nobody reads, which may be some turns later.
                is_owed = is_owed and not self._app.store.give_back()
                self._rest(life)
            except Unavailable as error:
                self._recover_later(error, life)

    def _rest(self, life: Life) -> None:
        """Wait for the next flush, or do what others want done until then."""
        until = monotonic() + self._settings.flush_every
        while not life.stopping and (left := until - monotonic()) > 0:
            life.beat()
            with suppress(Empty):
                self._do(*self._tasks.get(timeout=min(left, _STEP)))

    def _do(self, act: Callable[[], Any], task: "Future[Any]") -> None:
        try:
            task.set_result(act())
        except BaseException as error:
            ends = isinstance(error, _Ending)
            task.set_exception(Unavailable("The server ends.") if ends else error)
            if isinstance(error, _Ending | StoreDamaged) or not isinstance(error, Exception):
                raise

    def _refuse(self) -> None:
        """Tell whoever waits that nothing more is done."""
        with self._alone:
            self._has_ended = True
        with suppress(Empty):
            while True:
                _, task = self._tasks.get_nowait()
                task.set_exception(Unavailable("The server ends.", "Ask when it runs again."))

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
        if life.stopping and not self.is_ready:
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
        if not self.is_ready:
            return
        try:
            self._flush()
            self._app.fold()
        except Unavailable as error:
            self._tell(error)
