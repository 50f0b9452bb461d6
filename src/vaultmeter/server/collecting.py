"""The receivers of every source: started, stopped and started anew as sources change."""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Protocol

from vaultmeter.inbox.batches import Source
from vaultmeter.life import Worker
from vaultmeter.model.collecting import SourceSettings
from vaultmeter.receive.condition import Condition
from vaultmeter.server.supervisor import Supervisor


class Receiver(Worker, Protocol):
    """A worker by which records of one source arrive."""

    @property
    def condition(self) -> Condition:
        """How it is doing."""


Known = tuple[Mapping[str, SourceSettings], Sequence[Source]]
"""The settings of sources, by name, and every source there is."""
Receivers = Callable[[Source, SourceSettings], list[Receiver]]
"""Makes the receivers that a source's settings ask for."""


class Collecting:
    """The receivers that are running, by the source they work for."""

    def __init__(self, supervisor: Supervisor, make: Receivers) -> None:
        """Begin with none."""
        self._supervisor, self._make = supervisor, make
        self._running: dict[str, tuple[SourceSettings, list[Receiver]]] = {}
        self._changing = Lock()

    def follow(self, known: Callable[[], Known]) -> None:
        """Let exactly the receivers run that are set: start what is new, stop what is gone.

        `known` answers settings by name, and sources; of two changes at once the later one holds.
        """
        with self._changing:
            settings, listed = known()
            sources = {source.name: source for source in listed}
            for name, (before, _) in list(self._running.items()):
                if _ways(settings.get(name)) != _ways(before):
                    self._stop(name)
            for name, wanted in settings.items():
                if name not in self._running and name in sources:
                    self._start(sources[name], wanted)

    def conditions(self, source: str | None = None) -> dict[str, Condition]:
        """How each receiver is doing, of one source or of all, by its name."""
        running = list(self._running.items())
        return {
            receiver.name: receiver.condition
            for name, (_, receivers) in running
            if source in (None, name)
            for receiver in receivers
        }

    def stop(self) -> None:
        """Stop every receiver."""
        with self._changing:
            for name in list(self._running):
                self._stop(name)

    def _start(self, source: Source, settings: SourceSettings) -> None:
        receivers = self._make(source, settings)
        self._running[source.name] = (settings, receivers)
        for receiver in receivers:
            self._supervisor.start(receiver)

    def _stop(self, name: str) -> None:
        _, receivers = self._running.pop(name)
        for receiver in receivers:
            self._supervisor.stop(receiver.name)


def _ways(settings: SourceSettings | None) -> object:
    """What decides which receivers there are; a new key does not."""
    return settings and (settings.connector, settings.paths, settings.socket, settings.poll)
