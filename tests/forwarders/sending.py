"""One attempt of a forwarder, as the server makes it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from vaultmeter.access.egress import Egress
from vaultmeter.access.egress_rules import Allowed
from vaultmeter.forwarders import Envelope, MailServer, Means, Outcome, checked, kind_named
from vaultmeter.forwarding.attempt import sent
from vaultmeter.forwarding.means import Sending
from vaultmeter.model.message import Message, Notice

REACHED = "Your account has reached 100 clients in Password Manager."
NOTICE = Notice(
    7,
    "usage-report",
    "pm",
    "acme",
    datetime(2026, 11, 22, 12, tzinfo=UTC),
    REACHED,
    {"total_clients": 100, "clients_limit": 100, "period": "2026-11"},
)
MESSAGE = Message("notice:7", REACHED, REACHED, (NOTICE,), url="https://usage.acme.com/events/7")


def attempted(
    kind: str,
    settings: dict[str, str],
    allow: tuple[str, ...] = (),
    message: Message = MESSAGE,
    **more: Any,  # noqa: ANN401  see below
) -> Outcome:
    """Deliver once; `more` are `seconds`, `mail`, and fields of the envelope."""
    seconds: float = more.pop("seconds", 5.0)
    mail: MailServer | None = more.pop("mail", None)
    egress = Egress(Allowed.read(allow), seconds=seconds)
    envelope = replace(Envelope("msg_1", message, datetime.now(UTC)), **more)
    declared = kind_named(kind)
    made = {each.name: each.make() for each in declared.settings if each.make is not None}
    own = {
        each.name: settings[each.name]
        for each in declared.settings
        if each.is_own and each.name in settings
    }
    values = checked(declared, {**made, **settings})
    return sent(Means(Sending(egress), mail), kind, {**values, **own}, envelope)
