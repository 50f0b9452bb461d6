"""Forwarders and deliveries as JSON has them: of secrets only which there are."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from vaultmeter.forwarders import kind_named
from vaultmeter.model.access import Object
from vaultmeter.model.instants import text_of
from vaultmeter.outbox import message_read
from vaultmeter.state.outbox import DEAD, OPEN, Delivery, Forwarder
from vaultmeter.state.tables import CIRCUIT, DELIVERY


def plain(connection: Connection, forwarder: Forwarder, now: datetime) -> Object:
    """A forwarder, with how its deliveries go."""
    kind = kind_named(forwarder.kind)
    return {
        "name": forwarder.name,
        "kind": forwarder.kind,
        "settings": dict(forwarder.settings),
        "has_secrets": forwarder.secrets_sealed is not None,
        "endpoint": forwarder.settings.get(kind.endpoint, "") if kind.endpoint else "",
        "types": list(forwarder.types),
        "accounts": None if forwarder.accounts is None else list(forwarder.accounts),
        "every_hours": forwarder.every_hours,
        "per_minute": forwarder.per_minute,
        "is_enabled": forwarder.is_enabled,
        "disabled_why": forwarder.disabled_why,
        "description": forwarder.description,
        "created": text_of(forwarder.created),
        "modified": text_of(forwarder.modified),
        **_health(connection, forwarder, now),
    }


def plain_delivery(delivery: Delivery, names: dict[int, str]) -> Object:
    """A delivery; `names` are those of forwarders by number."""
    message = message_read(delivery.message)
    gone = "(removed)"
    return {
        "id": delivery.id,
        "message_id": delivery.message_id,
        "forwarder": None if delivery.forwarder is None else names.get(delivery.forwarder, gone),
        "address": delivery.address,
        "subject": message.subject,
        "notices": [notice.id for notice in message.notices],
        "files": [each.name for each in message.attachments],
        "state": delivery.state,
        "attempts": delivery.attempts,
        "due": text_of(delivery.due) if delivery.state in OPEN else None,
        "last_error": delivery.last_error,
        "created": text_of(delivery.created),
        "last_attempt": text_of(delivery.last_attempt),
        "finished": text_of(delivery.finished),
    }


def _health(connection: Connection, forwarder: Forwarder, now: datetime) -> Object:
    is_of = DELIVERY.c.forwarder == forwarder.id
    counted: dict[str, int] = {
        str(state): int(many)
        for state, many in connection.execute(
            select(DELIVERY.c.state, func.count()).where(is_of).group_by(DELIVERY.c.state)
        )
    }
    delivered = select(func.max(DELIVERY.c.finished)).where(is_of, DELIVERY.c.state == "delivered")
    return {
        "waiting": sum(counted.get(state, 0) for state in OPEN),
        "dead": counted.get(DEAD, 0),
        "last_delivered": text_of(connection.execute(delivered).scalar()),
        "rests_until": text_of(_rests_until(connection, forwarder, now)),
    }


def _rests_until(connection: Connection, forwarder: Forwarder, now: datetime) -> datetime | None:
    """Until when nothing is sent, because it failed too often."""
    circuit = "mail" if forwarder.kind == "email" else f"forwarder:{forwarder.id}"
    until: Any = connection.execute(
        select(CIRCUIT.c.open_until).where(CIRCUIT.c.name == circuit)
    ).scalar()
    return until if until is not None and until > now else None
