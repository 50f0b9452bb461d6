"""Makes the files that wait, one after the other, and deletes those that are kept no longer."""

from contextlib import suppress
from threading import Thread
from time import monotonic

from structlog.typing import FilteringBoundLogger

from vaultmeter.app import App
from vaultmeter.exporting.documents import Reading
from vaultmeter.exporting.expiry import expire, recover
from vaultmeter.exporting.making import make_waiting
from vaultmeter.exporting.writing import Ended, Progress
from vaultmeter.life import Life
from vaultmeter.model.errors import NotFound, Unavailable, VaultmeterError
from vaultmeter.state.exporting import (
    ExportFile,
    begin_making,
    change_file,
    file_of,
    next_waiting,
)

LOOK = 0.25
"""Seconds between two looks for what waits, and for what is to end."""
EXPIRE_EVERY = 600.0
"""Seconds between two looks for files that are kept no longer."""
_TOLD_EVERY = 1.0
"""Seconds after which it is written down how many rows a file has by now."""
_END = 8.0
"""Seconds that a file has to be left when the server ends."""


class Exporter:
    """Makes files in the background; a worker."""

    name = "exporter"

    def __init__(self, app: App, log: FilteringBoundLogger) -> None:
        """Serve an open folder; what an ended server has left is put in order now."""
        self._app, self._log = app, log
        self._changes = -1
        self._expired = -EXPIRE_EVERY
        if again := recover(app):
            log.info("files are made anew", files=again)

    def run(self, life: Life) -> None:
        """Make files until the server ends."""
        while not life.wait(LOOK):
            # Until the store is there, everything waits.
            with suppress(Unavailable):
                self._turn(life)

    def _turn(self, life: Life) -> None:
        if monotonic() - self._expired >= EXPIRE_EVERY:
            self._expired = monotonic()
            self._expire()
        changes = self._app.state.changes
        if not self._app.is_whole or changes == self._changes:
            return
        while not life.stopping and (waiting := self._next()) is not None:
            self._make(waiting, life)
        self._changes = changes

    def _expire(self) -> None:
        for each in expire(self._app):
            self._log.info("a file is kept no longer", file=each.id, title=each.title)

    def _next(self) -> ExportFile | None:
        """The file that waits longest, taken to be made."""
        with self._app.access.keeping() as connection:
            waiting = next_waiting(connection, self._app.settings.data)
            if waiting is None or not begin_making(connection, waiting.id):
                return None
        return waiting

    def _make(self, waiting: ExportFile, life: Life) -> None:
        """Let a thread make it, and watch: for whoever cancels it, and for the server's end."""
        progress, reading = Progress(), Reading()
        thread = Thread(
            target=self._made, args=(waiting, progress, reading), name="export", daemon=True
        )
        thread.start()
        told = monotonic()
        ends: float | None = None
        while thread.is_alive() and (ends is None or monotonic() < ends):
            thread.join(LOOK)
            life.beat()
            if life.stopping:
                # What does not end in time ends with the process: the next one begins it anew.
                ends = ends or monotonic() + _END
                progress.is_left = True
            if life.stopping or self._is_cancelled(waiting.id):
                progress.stop.set()
                reading.interrupt()
            elif monotonic() - told >= _TOLD_EVERY:
                told = monotonic()
                self._tell(waiting.id, progress)

    def _made(self, waiting: ExportFile, progress: Progress, reading: Reading) -> None:
        """Make it; how it ended is noted already, and is logged where it is nobody's wish."""
        try:
            make_waiting(self._app, waiting, progress, reading)
        except Ended:
            self._log.info("the making of a file was ended", file=waiting.id)
        except VaultmeterError as error:
            if not progress.stop.is_set():
                self._log.warning("a file could not be made", file=waiting.id, reason=error.message)
        except Exception:  # noqa: BLE001  the job has failed, and the others go on
            self._log.error("a file could not be made", file=waiting.id, exc_info=True)

    def _is_cancelled(self, number: int) -> bool:
        with self._app.state.reading() as connection:
            known = file_of(connection, self._app.settings.data, number)
        return known is None or known.is_cancelled

    def _tell(self, number: int, progress: Progress) -> None:
        with suppress(NotFound), self._app.access.keeping() as connection:
            known = file_of(connection, self._app.settings.data, number)
            if known is not None and not known.is_over:
                change_file(connection, number, rows=progress.rows)
