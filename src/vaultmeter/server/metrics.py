"""What the page of metrics shows of the whole server, read when somebody asks for it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shutil import disk_usage
from threading import Event, Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from vaultmeter.model.errors import Unavailable
from vaultmeter.server.crowd import Crowd

Answer = TypeVar("Answer")

_FLUSH_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_PATIENCE = 1.0
"""Seconds that a page waits for a number that is being made for the first time."""


@dataclass(frozen=True)
class Spool:
    """What is accepted and not in the store yet; `lag` is the age of the oldest of it, seconds."""

    batches: int = 0
    lines: int = 0
    bytes: int = 0
    lag: float = 0.0


@dataclass(frozen=True)
class ClientsOfMonth:
    """How many clients an account has in a product this month, and how many it may have."""

    product: str
    account: str
    clients: int
    limit: int | None


@dataclass(frozen=True)
class Sights:
    """Where the numbers come from. Each answers from memory, but for `clients`."""

    data: Path
    spool: Callable[[], Spool] = Spool
    silences: Callable[[], Mapping[str, float]] = dict
    """Seconds since each worker's last sign of life, by its name."""
    clients: Callable[[], Sequence[ClientsOfMonth]] = tuple
    """May take long: it is asked in a thread of its own, at most once a minute."""
    notices: Callable[[], Mapping[str, int]] = dict
    """How many notices of each type are open; asked as `clients` is."""
    deliveries: Callable[[], Mapping[str, int]] = dict
    """How many deliveries wait, and how many were given up; asked as `clients` is."""


class FlushCounts:
    """Counts of what is brought into the store."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Begin at nothing."""
        self._seconds = Histogram(
            "vaultmeter_flush_seconds",
            "How long batches took to be brought into the store.",
            registry=registry,
            buckets=_FLUSH_SECONDS,
        )
        self._lines = Counter(
            "vaultmeter_lines",
            "Lines brought into the store, by source and by what became of them.",
            ["source", "became"],
            registry=registry,
        )

    def flushed(self, source: str, seconds: float, became: Mapping[str, int]) -> None:
        """A batch is in the store: `became` counts its lines, such as stored and rejected."""
        self._seconds.observe(seconds)
        for name, lines in became.items():
            if lines:
                self._lines.labels(source, name).inc(lines)


@dataclass
class Remembered(Generic[Answer]):
    """An answer that takes long to make: made anew in a thread when it is old, told as it is."""

    make: Callable[[], Answer]
    none: Answer
    seconds: float = 60.0
    _lock: Lock = field(default_factory=Lock)
    _made: float | None = None
    _is_making: bool = False
    _first: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self._answer = self.none

    def get(self, patience: float = _PATIENCE) -> Answer:
        """The last answer; the first one is waited for, for a moment."""
        with self._lock:
            is_old = self._made is None or monotonic() - self._made > self.seconds
            if is_old and not self._is_making:
                self._is_making = True
                Thread(target=self._make, name="remembered", daemon=True).start()
        self._first.wait(patience)
        return self._answer

    def _make(self) -> None:
        made = None
        try:
            self._answer = self.make()
            made = monotonic()
        except Unavailable:
            # The store is being opened: it is asked again with the next page.
            return
        finally:
            with self._lock:
                self._made, self._is_making = made, False
            self._first.set()


class ServerMetrics(Collector):
    """The gauges of the server, for a registry."""

    def __init__(self, crowd: Crowd, sights: Sights) -> None:
        """Show a crowd of connections, and what there is to see besides."""
        self._crowd, self._sights = crowd, sights
        self._clients = Remembered[Sequence[ClientsOfMonth]](sights.clients, ())
        self._notices = Remembered[Mapping[str, int]](sights.notices, {}, seconds=15.0)
        self._deliveries = Remembered[Mapping[str, int]](sights.deliveries, {}, seconds=15.0)

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not ask for the numbers."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every number, as it is now."""
        for group in (self._connections, self._spool, self._workers, self._months, self._open):
            yield from group()
        free = disk_usage(self._sights.data).free
        yield _gauge("vaultmeter_disk_free_bytes", "Free bytes of the data folder's disk.", free)

    def _connections(self) -> Iterator[Metric]:
        yield _gauge("vaultmeter_connections", "Open connections.", len(self._crowd))
        ended = CounterMetricFamily(
            "vaultmeter_connections_ended",
            "Connections that were refused, or closed for being slow, by reason.",
            labels=["reason"],
        )
        for reason, count in sorted(self._crowd.ended.copy().items()):
            ended.add_metric([reason], count)
        yield ended

    def _spool(self) -> Iterator[Metric]:
        spool = self._sights.spool()
        told = "Accepted and not in the store yet: "
        yield _gauge("vaultmeter_spool_batches", told + "batches.", spool.batches)
        yield _gauge("vaultmeter_spool_lines", told + "lines.", spool.lines)
        yield _gauge("vaultmeter_spool_bytes", told + "bytes.", spool.bytes)
        yield _gauge("vaultmeter_lag_seconds", told + "age of the oldest line.", spool.lag)

    def _workers(self) -> Iterator[Metric]:
        silent = GaugeMetricFamily(
            "vaultmeter_worker_silent_seconds",
            "Seconds since a worker's last sign of life.",
            labels=["worker"],
        )
        for worker, seconds in sorted(self._sights.silences().items()):
            silent.add_metric([worker], seconds)
        yield silent

    def _months(self) -> Iterator[Metric]:
        labels = ["product", "account"]
        clients = GaugeMetricFamily("vaultmeter_clients", "Clients of this month.", labels=labels)
        limits = GaugeMetricFamily(
            "vaultmeter_client_limit", "Clients that are allowed in a month.", labels=labels
        )
        for row in self._clients.get():
            clients.add_metric([row.product, row.account], row.clients)
            if row.limit is not None:
                limits.add_metric([row.product, row.account], row.limit)
        yield clients
        yield limits

    def _open(self) -> Iterator[Metric]:
        notices = GaugeMetricFamily(
            "vaultmeter_open_notices",
            "Notices that nobody has acknowledged, by type.",
            labels=["type"],
        )
        for type_, count in sorted(self._notices.get().items()):
            notices.add_metric([type_], count)
        yield notices
        deliveries = GaugeMetricFamily(
            "vaultmeter_deliveries",
            "Deliveries that wait, and those of the last 90 days that were given up.",
            labels=["state"],
        )
        for state, count in sorted(self._deliveries.get().items()):
            deliveries.add_metric([state], count)
        yield deliveries


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)
