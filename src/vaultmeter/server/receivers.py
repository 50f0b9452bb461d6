"""Makes the receivers that a source's settings ask for: one for each way its records arrive."""

from structlog.typing import FilteringBoundLogger

from vaultmeter.app import App, connector_named
from vaultmeter.inbox.batches import Source
from vaultmeter.model.collecting import SourceSettings
from vaultmeter.receive.follow import Follower
from vaultmeter.receive.gate import Gate
from vaultmeter.server.collecting import Receiver
from vaultmeter.stocktaking import inventory_poller


def receivers_of(
    app: App, gate: Gate, log: FilteringBoundLogger, source: Source, settings: SourceSettings
) -> list[Receiver]:
    """The receivers of a source; none where its records are only pushed."""

    def say(words: str) -> None:
        log.warning(words, source=source.name)

    receivers: list[Receiver] = []
    if settings.paths:
        receivers.append(
            Follower(
                app.inbox,
                source,
                [str(path) for path in settings.paths],
                app.settings,
                is_header=connector_named(source.connector).is_header,
                clock=app.clock,
                say=say,
                full=gate.full,
            )
        )
    if settings.poll:
        receivers.append(inventory_poller(app, gate, source, settings.poll, say))
    return receivers
