"""The one durable queue of all that leaves by itself: at least once, in order, to each destination.

Whoever has something to send posts it within the transaction in which it is decided, so that it
leaves if and only if that holds. A worker of the server delivers: it tries again for two days,
and what it gives up is kept as a dead letter, to be seen and sent again.
"""

from vaultmeter.outbox.posting import (
    close_windows,
    forward,
    has_ended_window,
    post,
    post_mail,
)
from vaultmeter.outbox.queue import (
    Claimed,
    cancel,
    claim,
    has_due,
    record,
    release,
    send_again,
)
from vaultmeter.outbox.written import message_read, message_written
from vaultmeter.state.outbox import Delivery, Forwarder, deliveries, delivery_of

__all__ = [
    "Claimed",
    "Delivery",
    "Forwarder",
    "cancel",
    "claim",
    "close_windows",
    "deliveries",
    "delivery_of",
    "forward",
    "has_due",
    "has_ended_window",
    "message_read",
    "message_written",
    "post",
    "post_mail",
    "record",
    "release",
    "send_again",
]
