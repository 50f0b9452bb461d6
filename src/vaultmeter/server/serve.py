"""Puts a server together from its parts, runs it, and takes it apart in order.

The inbox is open first and listens at once; the store, which may have to be made again, comes
after it. At the end it is the other way round: nothing new comes in, what was accepted is brought
into the store, and then everything is closed.
"""

import asyncio
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

import structlog
from prometheus_client import CollectorRegistry

from vaultmeter.access.first_start import check_secrets
from vaultmeter.api.akeyless.routes import routes as akeyless_routes
from vaultmeter.api.app import local_app, public_app
from vaultmeter.api.ingest import Ingest
from vaultmeter.api.kept import Kept
from vaultmeter.api.keys import brings_key
from vaultmeter.api.metrics import PushCounts, metrics_route
from vaultmeter.api.v1.app import BelowPrefix, api
from vaultmeter.app import App
from vaultmeter.console.app import routes as console_routes
from vaultmeter.life import Worker
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import Invalid
from vaultmeter.notices import open_counts
from vaultmeter.receive.gate import Gate
from vaultmeter.server.anchor import Anchor
from vaultmeter.server.auditor import Auditor
from vaultmeter.server.clients import clients_of_month
from vaultmeter.server.collecting import Collecting
from vaultmeter.server.deliverer import Deliverer, waiting_and_dead
from vaultmeter.server.exporter import Exporter
from vaultmeter.server.flusher import Flusher
from vaultmeter.server.limits import Limits
from vaultmeter.server.listening import Address, Certificate, Listeners, Proxies
from vaultmeter.server.metrics import FlushCounts, ServerMetrics, Sights
from vaultmeter.server.readiness import Readiness
from vaultmeter.server.receivers import receivers_of
from vaultmeter.server.scheduler import Scheduler
from vaultmeter.server.spooled import Spooled
from vaultmeter.server.supervisor import Supervisor
from vaultmeter.server.watcher import Watcher
from vaultmeter.server.welcome import welcome
from vaultmeter.settings import Settings
from vaultmeter.sources import Sources

_LOOK = 1.0
"""Seconds between two looks at the workers."""
_END = 10.0
"""Seconds that running requests have to end when the server does."""
_FLUSH_END = 60.0
"""Seconds that the flusher has to bring in what was accepted when the server ends."""
_DELIVERY_END = 35.0
"""Seconds that an attempt to deliver has to end when the server does."""

log = structlog.get_logger("vaultmeter.server")


@dataclass
class Server:
    """A server of one data folder."""

    settings: Settings
    address: Address
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT.

        Raises `Busy` when another process has the folder, `Invalid` and `Unavailable`.
        """
        ending = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ending.set)
        async with self._stack:
            supervisor = self._open()
            await self._listen()
            while not ending.is_set():
                supervisor.watch()
                self._listeners.check()
                try:
                    await asyncio.wait_for(ending.wait(), _LOOK)
                except TimeoutError:
                    continue
            log.info("the server ends")

    def _open(self) -> Supervisor:
        """Open the folder and start the workers; what is opened last is closed first."""
        app = App(self.settings, say=log.warning, store_later=True)
        self._stack.callback(app.close)
        check_secrets(app.access)
        welcome(app.access)
        registry = CollectorRegistry()
        supervisor = Supervisor(log, self.settings.heartbeat_limit, self.settings.heartbeat_end)
        flusher = Flusher(app, FlushCounts(registry), log)
        spooled = Spooled(app, flusher)
        gate = Gate(app.inbox, self.settings, spooled.pending_bytes)
        self._run_worker(supervisor, flusher, _FLUSH_END)
        self._run_worker(supervisor, gate)
        auditor = Auditor(app, log)
        self._run_worker(supervisor, auditor)
        self._run_worker(supervisor, Exporter(app, log))
        self._run_worker(supervisor, Anchor(app.access, log))
        self._run_worker(supervisor, Deliverer(app, log), _DELIVERY_END)
        self._run_worker(supervisor, Watcher(app, log))
        self._run_worker(supervisor, Scheduler(app, log))
        collecting = Collecting(supervisor, partial(receivers_of, app, gate, log))
        self._stack.callback(collecting.stop)
        self._sources = Sources(
            app.inbox,
            app.access,
            lambda: app.store,
            collecting.conditions,
            lambda: self._follow(app, collecting),
            self.settings.follow_folders,
        )
        self._follow(app, collecting)
        readiness = Readiness(
            supervisor, gate, flusher, auditor, spooled.get, collecting.conditions
        )
        sights = Sights(
            self.settings.data,
            spooled.get,
            lambda: {pulse.name: pulse.silent_for for pulse in supervisor.pulses()},
            lambda: clients_of_month(app),
            lambda: open_counts(app, Principal.operator()),
            lambda: waiting_and_dead(app),
        )
        self._answers(app, gate, registry, readiness, sights)
        return supervisor

    def _run_worker(self, supervisor: Supervisor, worker: Worker, end: float = _END) -> None:
        supervisor.start(worker)
        self._stack.callback(supervisor.stop, worker.name, end)

    def _follow(self, app: App, collecting: Collecting) -> None:
        collecting.follow(lambda: (self._sources.settings(), app.inbox.sources()))

    def _answers(
        self,
        app: App,
        gate: Gate,
        registry: CollectorRegistry,
        readiness: Readiness,
        sights: Sights,
    ) -> None:
        """Make what answers at the network address, and what answers at the socket file."""
        doors = self._sources.door
        self._listeners = Listeners(
            Limits.of(self.settings),
            Proxies.read(self.settings.trusted_proxies),
            partial(brings_key, doors),
        )
        registry.register(ServerMetrics(self._listeners.crowd, sights))
        ingest = Ingest(doors, gate, self.settings, PushCounts(registry))
        self._stack.callback(ingest.close)
        metrics = metrics_route(registry, self.settings)
        kept = Kept(app, self.settings.kept_bytes)
        self._stack.callback(kept.close)
        v1 = BelowPrefix(api(app, self._sources, kept))
        access = app.access
        pages = console_routes(app, kept, self._sources)
        # Whatever looks like a call of Akeyless is one, unless it is a page.
        routes = [v1, *pages, *akeyless_routes(app, kept)]
        self._public = public_app(ingest, readiness.components, metrics, routes, access)
        self._local = local_app(readiness.components, metrics, [v1], access)

    async def _listen(self) -> None:
        self._stack.push_async_callback(self._close_listeners)
        certificate = certificate_of(self.settings)
        found = await self._listeners.open_network(self._public, self.address, certificate)
        await self._listeners.open_local(self._local, self.settings.data)
        log.info("listening", address=str(found), tls=certificate is not None)

    async def _close_listeners(self) -> None:
        if unfinished := await self._listeners.close(_END):
            log.warning("requests were cut off", requests=unfinished)


def certificate_of(settings: Settings) -> Certificate | None:
    """The certificate that is set, if one is; raises `Invalid` when half of it is."""
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise Invalid(
            "A certificate without its key, or a key without its certificate, is set.",
            "Set both tls_certificate and tls_key.",
        )
    return Certificate(certificate, key)
