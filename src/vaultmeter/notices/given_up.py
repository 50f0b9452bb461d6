"""Tells of deliveries that were given up, and of forwarders that were switched off by it.

Once a destination and day (UTC), and each time one is switched off; the others are told, and not
itself. That such a notice could not be delivered is told by the list of deliveries alone: it would
never end.
"""

from datetime import UTC, datetime

from sqlalchemy import Connection

from vaultmeter import outbox
from vaultmeter.model.message import Message, Notice
from vaultmeter.notices.raising import raise_once
from vaultmeter.notices.types.delivery_failed import TYPE
from vaultmeter.state.outbox import DEAD, Delivery, forwarder_of

SWITCHED_OFF, GIVEN_UP = "switched off", "given up"


def tell_if_given_up(
    connection: Connection, number: int, now: datetime, *, url: str = ""
) -> Notice | None:
    """Raise a notice if a delivery is a dead letter, and `None` if there is nothing to tell.

    `url` is where notices can be looked at.
    """
    delivery = outbox.delivery_of(connection, number)
    if delivery is None or delivery.state != DEAD:
        return None
    is_off, name = _forwarder(connection, delivery)
    if not is_off and _is_told_otherwise(outbox.message_read(delivery.message)):
        return None
    state = SWITCHED_OFF if is_off else GIVEN_UP
    once = f"delivery {delivery.id}" if is_off else f"{now.astimezone(UTC).date()}"
    return raise_once(
        connection,
        type=TYPE.name,
        product="",
        account="",
        key=f"{TYPE.name} {delivery.destination} {state} {once}",
        text=_text(delivery, name, state),
        payload={
            "state": state,
            "forwarder": name or None,
            "address": delivery.address,
            "delivery": delivery.id,
            "attempts": delivery.attempts,
            "error": delivery.last_error,
        },
        now=now,
        url=url,
        without=delivery.forwarder,
    )


def _is_told_otherwise(message: Message) -> bool:
    """Whether it is such a notice itself, or what a schedule sends, whose run fails with it."""
    return all(each.type == TYPE.name for each in message.notices)


def _forwarder(connection: Connection, delivery: Delivery) -> tuple[bool, str]:
    """Whether the forwarder of a delivery is switched off, and its name; empty for none."""
    if delivery.forwarder is None:
        return False, ""
    forwarder = forwarder_of(connection, delivery.forwarder)
    return (False, "") if forwarder is None else (not forwarder.is_enabled, forwarder.name)


def _text(delivery: Delivery, name: str, state: str) -> str:
    whom = f"the forwarder {name}" if name else f"mail to {delivery.address}"
    if state == SWITCHED_OFF:
        return f"The forwarder {name} was switched off: its receiver is gone for good (410)."
    return f"A delivery by {whom} was given up: {delivery.last_error}"
