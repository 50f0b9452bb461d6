"""Where a notice was sent: its deliveries, and the windows that it waits in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from vaultmeter import outbox
from vaultmeter.console.asking import Asking
from vaultmeter.model.access import Permission
from vaultmeter.outbox import Delivery, Forwarder
from vaultmeter.outbox.posting import window_end
from vaultmeter.state.outbox import forwarders, gathered_for

STATES: Mapping[str, str] = {
    "waiting": "Waiting",
    "sending": "Being sent",
    "delivered": "Delivered",
    "dead": "Given up",
    "cancelled": "Cancelled",
    "gathered": "Gathered",
}
"""What may be the matter with a delivery, in words."""


@dataclass(frozen=True)
class Sent:
    """One place that a notice goes to."""

    place: str
    state: str
    attempts: int
    at: datetime | None
    """When it was last tried; of what waits or is gathered, when it is due."""
    error: str = ""
    """Why the last attempt failed, for those who manage forwarders."""

    @property
    def title(self) -> str:
        """Its state in words."""
        return STATES.get(self.state, self.state)


def sent_of(asking: Asking, notice: int, time: datetime) -> Iterator[Sent]:
    """Where a notice that was raised at an instant went, and goes; one for each forwarder."""
    may_manage = asking.may(Permission.FORWARDERS)
    with asking.app.state.reading() as connection:
        known = {each.id: each for each in forwarders(connection)}
        found = outbox.deliveries(connection, key=f"notice:{notice}")
        keys = tuple(_window(each, time) for each in known.values() if each.every_hours)
        found += [
            each
            for each in outbox.deliveries(connection, key=keys)
            if any(held.id == notice for held in outbox.message_read(each.message).notices)
        ]
        waiting = gathered_for(connection, notice)
    for forwarder, end in waiting:
        if forwarder in known:
            yield Sent(known[forwarder].name, "gathered", 0, end)
    for each in found:
        name = known[each.forwarder].name if each.forwarder in known else "a removed forwarder"
        yield _sent(each, name, may_manage=may_manage)


def _window(forwarder: Forwarder, time: datetime) -> str:
    """The key under which a forwarder gets what it gathered around an instant."""
    end = window_end(time, forwarder.every_hours or 1)
    return f"window:{forwarder.id}:{end:%Y-%m-%dT%H:%MZ}"


def _sent(delivery: Delivery, name: str, *, may_manage: bool) -> Sent:
    is_open = delivery.state == "waiting"
    at = delivery.due if is_open else delivery.last_attempt or delivery.finished
    error = "" if not may_manage or delivery.state == "delivered" else delivery.last_error
    return Sent(name, delivery.state, delivery.attempts, at, error)
