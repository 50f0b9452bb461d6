"""Forwarders: listed, added, changed, removed and tried by whoever may, within their accounts."""

from vaultmeter.forwarding.changing import add, change, new_secret, remove
from vaultmeter.forwarding.means import check_addresses, mail_server, means_of
from vaultmeter.forwarding.queued import cancel, deliveries, delivery, send_again
from vaultmeter.forwarding.seeing import kinds_told, listed, show, test, usable

__all__ = [
    "add",
    "cancel",
    "change",
    "check_addresses",
    "deliveries",
    "delivery",
    "kinds_told",
    "listed",
    "mail_server",
    "means_of",
    "new_secret",
    "remove",
    "send_again",
    "show",
    "test",
    "usable",
]
