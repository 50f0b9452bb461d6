"""Runs the workers of the server, each in its thread, and sees to it that none dies unseen.

A worker shows that it lives by its heartbeat. One that raises ends the process at once, and one
that falls silent makes the server unready, and later ends the process too: whoever started the
server starts it again, and everything accepted is on disk.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread

from structlog.typing import FilteringBoundLogger

from vaultmeter.life import Life, Worker

EXIT_CODE = 70
"""Of a process that ends because a worker died (sysexits.h: EX_SOFTWARE)."""


@dataclass(frozen=True)
class Pulse:
    """How a worker is: seconds since its last sign of life, and whether that is too long ago."""

    name: str
    silent_for: float
    alive: bool


@dataclass(frozen=True)
class _Running:
    worker: Worker
    life: Life
    thread: Thread


class Supervisor:
    """The workers of a server."""

    def __init__(
        self,
        log: FilteringBoundLogger,
        limit: float,
        end: float,
        end_process: Callable[[int], None] = os._exit,
    ) -> None:
        """Watch workers; after `limit` silent seconds one is not well, after `end` all ends."""
        self._log, self._limit, self._end, self._end_process = log, limit, end, end_process
        self._running: dict[str, _Running] = {}
        self._changing = Lock()
        self.died = Event()

    def start(self, worker: Worker) -> None:
        """Run a worker in a thread of its own."""
        life = Life()
        thread = Thread(target=self._run, args=(worker, life), name=worker.name, daemon=True)
        with self._changing:
            self._running[worker.name] = _Running(worker, life, thread)
        thread.start()

    def stop(self, name: str, wait: float = 10.0) -> None:
        """Ask a worker to end, and wait for it; it is forgotten then."""
        with self._changing:
            running = self._running.get(name)
        if running is None:
            return
        running.life.stop()
        running.thread.join(wait)
        if running.thread.is_alive():
            self._log.warning("a worker does not end", worker=name)
        with self._changing:
            self._running.pop(name, None)

    def names(self) -> list[str]:
        """The workers that are running, in the order they were started."""
        return list(self._running)

    def pulses(self) -> list[Pulse]:
        """How every worker is."""
        with self._changing:
            running = list(self._running.values())
        return [
            Pulse(
                each.worker.name,
                each.life.silent_for,
                each.thread.is_alive() and each.life.silent_for < self._limit,
            )
            for each in running
        ]

    def watch(self) -> None:
        """End the process when a worker has been silent for too long; to be asked every second."""
        for pulse in self.pulses():
            if pulse.silent_for >= self._end:
                self._log.critical(
                    "a worker shows no sign of life, the server ends",
                    worker=pulse.name,
                    seconds=round(pulse.silent_for),
                )
                self._end_process(EXIT_CODE)

    def _run(self, worker: Worker, life: Life) -> None:
        try:
            worker.run(life)
        except BaseException:  # noqa: BLE001  whatever it is, it ends the process
            self._log.critical("a worker died, the server ends", worker=worker.name, exc_info=True)
            self.died.set()
            self._end_process(EXIT_CODE)
        if not life.stopping:
            self._log.critical("a worker ended by itself, the server ends", worker=worker.name)
            self.died.set()
            self._end_process(EXIT_CODE)
