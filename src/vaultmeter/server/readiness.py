"""Every part of the server, and whether it works: what `/readyz` answers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from vaultmeter.api.health import Component
from vaultmeter.receive.condition import Condition
from vaultmeter.receive.gate import Gate
from vaultmeter.server.auditor import Auditor
from vaultmeter.server.flusher import Flusher
from vaultmeter.server.metrics import Spool
from vaultmeter.server.supervisor import Supervisor

_LATE = 30.0
"""Seconds after which what is accepted should long be in the store (promise 13)."""


@dataclass(frozen=True)
class Readiness:
    """The parts of a running server. Each is asked from memory."""

    supervisor: Supervisor
    gate: Gate
    flusher: Flusher
    auditor: Auditor
    spool: Callable[[], Spool]
    conditions: Callable[[], Mapping[str, Condition]]

    def components(self) -> list[Component]:
        """Every part, the vital ones first."""
        return [
            self._gate(),
            self._store(),
            self._books(),
            *self._workers(),
            *self._receivers(),
        ]

    def _gate(self) -> Component:
        reason = self.gate.full()
        return Component("inbox", not reason, reason or "accepts records")

    def _store(self) -> Component:
        if self.flusher.trouble:
            return Component("store", ok=False, words=self.flusher.trouble)
        if not self.flusher.is_ready:
            return Component("store", ok=False, words="It is being opened or made again.")
        lag = self.spool().lag
        if lag > _LATE:
            return Component("store", ok=False, words=f"It is {lag:.0f} seconds behind the inbox.")
        return Component("store", ok=True, words="up to date")

    def _books(self) -> Component:
        trouble = self.auditor.trouble
        return Component("books", not trouble, trouble or "every line is accounted for")

    def _workers(self) -> Iterator[Component]:
        for pulse in self.supervisor.pulses():
            words = "works" if pulse.alive else f"No sign of life for {pulse.silent_for:.0f} s."
            yield Component(f"worker {pulse.name}", pulse.alive, words)

    def _receivers(self) -> Iterator[Component]:
        for name, condition in self.conditions().items():
            yield Component(name, condition.ok, condition.words)
