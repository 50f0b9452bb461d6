"""Makes the receivers that a source's settings ask for: one for each way its records arrive."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from structlog.typing import FilteringBoundLogger

from vaultmeter.app import App, connector_named
from vaultmeter.inbox.batches import Source
from vaultmeter.model.collecting import SourceSettings
from vaultmeter.receive.address import address_of
from vaultmeter.receive.condition import Say
from vaultmeter.receive.datagram import Datagrams
from vaultmeter.receive.follow import Follower
from vaultmeter.receive.gate import Gate
from vaultmeter.receive.socket import Listener
from vaultmeter.server.collecting import Receiver
from vaultmeter.stocktaking import inventory_poller


@dataclass(frozen=True)
class Wish:
    """What a receiver is made of: the server's parts, and the source with its settings."""

    app: App
    gate: Gate
    source: Source
    settings: SourceSettings
    say: Say


def receivers_of(
    app: App, gate: Gate, log: FilteringBoundLogger, source: Source, settings: SourceSettings
) -> list[Receiver]:
    """The receivers of a source; none where its records are only pushed."""

    def say(words: str) -> None:
        log.warning(words, source=source.name)

    wish = Wish(app, gate, source, settings, say)
    return [receiver for way in WAYS if (receiver := way(wish)) is not None]


def _followed(wish: Wish) -> Receiver | None:
    if not wish.settings.paths:
        return None
    return Follower(
        wish.app.inbox,
        wish.source,
        [str(path) for path in wish.settings.paths],
        wish.app.settings,
        is_header=connector_named(wish.source.connector).is_header,
        clock=wish.app.clock,
        say=wish.say,
        full=wish.gate.full,
        folders=map(Path, wish.app.settings.follow_folders),
    )


def _listened_to(wish: Wish) -> Receiver | None:
    if wish.settings.socket is None:
        return None
    app, address = wish.app, address_of(wish.settings.socket)
    offer = wish.gate.offer
    if address.is_stream:
        return Listener(
            app.inbox,
            offer,
            wish.source,
            address,
            app.settings,
            clock=app.clock,
            say=wish.say,
        )
    return Datagrams(app.inbox, offer, wish.source, address, app.clock, wish.say)


def _asked(wish: Wish) -> Receiver | None:
    if wish.settings.poll is None:
        return None
    return inventory_poller(wish.app, wish.gate, wish.source, wish.settings.poll, wish.say)


WAYS: tuple[Callable[[Wish], Receiver | None], ...] = (_followed, _listened_to, _asked)
"""Every way in which records of a source may arrive by themselves."""
