"""Out of the outbox: who delivers what next, and what came of it.

Of each destination only the first delivery that is not decided is tried, and the others wait for
it; so what arrives, arrives in order, and a dead letter lets the next one go. Whoever delivers
holds a lease: while it lasts nobody else sends the same, and after it somebody does.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from vaultmeter.forwarders import Ending, Outcome
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.outbox.backoff import MOST_ASKED, next_attempt
from vaultmeter.outbox.posting import MAIL
from vaultmeter.state.outbox import (
    CANCELLED,
    DEAD,
    DELIVERED,
    OPEN,
    SENDING,
    WAITING,
    Delivery,
    Forwarder,
    change_delivery,
    change_forwarder,
    delivery_of,
    forwarder_of,
)
from vaultmeter.state.tables import CIRCUIT, DELIVERY, FORWARDER

LEASE = timedelta(seconds=90)
"""For how long whoever took a delivery is waited for; three times as long as an attempt takes."""
OPENS_AFTER = 5
"""So many failures in a row, and a receiver is left alone for a while."""
_FIRST_REST, _LONGEST_REST = timedelta(minutes=5), timedelta(hours=1)
_GAVE_UP = "It was tried for as long as it may be: "
MAIL_PER_MINUTE = 120
"""How many messages the mail server gets in a minute."""


@dataclass(frozen=True)
class Claimed:
    """A delivery that the holder of its lease has to try now."""

    delivery: Delivery
    forwarder: Forwarder | None
    """`None` for one to an address of e-mail."""
    holder: str


def has_due(connection: Connection, now: datetime) -> bool:
    """Whether anything could be claimed; it takes no lock."""
    return bool(_heads(connection, now, 1))


def claim(connection: Connection, now: datetime, holder: str, most: int) -> list[Claimed]:
    """Take at most so many deliveries, one of each destination, and count the attempt."""
    claimed: list[Claimed] = []
    used: set[str] = set()
    for number, circuit, forwarder_id in _heads(connection, now, None):
        if len(claimed) >= most:
            break
        if circuit in used:
            continue
        used.add(circuit)
        forwarder = None if forwarder_id is None else forwarder_of(connection, forwarder_id)
        _take_turn(connection, circuit, now, forwarder)
        connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.id == number)
            .values(
                state=SENDING,
                attempts=DELIVERY.c.attempts + 1,
                lease_until=now + LEASE,
                lease_holder=holder,
                first_attempt=func.coalesce(DELIVERY.c.first_attempt, now),
                last_attempt=now,
            )
        )
        taken = delivery_of(connection, number)
        if taken is not None:
            claimed.append(Claimed(taken, forwarder, holder))
    return claimed


def release(connection: Connection, node: str) -> int:
    """Free what a process of this machine had taken that is gone; answers how many there were.

    An attempt that was cut off is none: it brings nothing nearer to being given up.
    """
    is_held = DELIVERY.c.lease_holder.startswith(f"{node}/", autoescape=True)
    return connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.state == SENDING, is_held)
        .values(
            lease_until=None,
            lease_holder=None,
            state=WAITING,
            due=DELIVERY.c.last_attempt,
            attempts=DELIVERY.c.attempts - 1,
        )
    ).rowcount


def record(connection: Connection, claimed: Claimed, outcome: Outcome, now: datetime) -> bool:
    """Keep what came of an attempt; `False` where the lease has gone to somebody else."""
    held = delivery_of(connection, claimed.delivery.id)
    if held is None or held.state != SENDING or _lease(held) != _lease(claimed.delivery):
        return False
    values = _after(held, outcome, now)
    if claimed.forwarder is not None and forwarder_of(connection, claimed.forwarder.id) is None:
        values |= _undone_by_removal(values, now)
    change_delivery(connection, held.id, lease_until=None, lease_holder=None, **values)
    _note(connection, held.circuit, outcome, now)
    if outcome.ending is Ending.GONE and claimed.forwarder is not None:
        why = "The receiver said that it is gone for good (410)."
        change_forwarder(connection, claimed.forwarder.id, is_enabled=False, disabled_why=why)
    return True


def send_again(connection: Connection, number: int, now: datetime) -> Delivery:
    """Have a delivery that was decided tried anew, as if it were new; its id stays.

    Raises `NotFound`, and `Invalid` while it is not decided or its forwarder is gone.
    """
    delivery = _existing(connection, number)
    if delivery.state in OPEN:
        raise Invalid(f"The delivery {number} is {delivery.state} already.", "Wait for it.")
    if delivery.forwarder is not None and forwarder_of(connection, delivery.forwarder) is None:
        raise Invalid(
            f"The forwarder of delivery {number} is gone.",
            "Add it again; new notices go to it from then on.",
        )
    change_delivery(
        connection,
        number,
        state=WAITING,
        attempts=0,
        due=now,
        first_attempt=None,
        finished=None,
        done="[]" if delivery.state == DELIVERED else json.dumps(delivery.done),
    )
    connection.execute(
        update(CIRCUIT).where(CIRCUIT.c.name == delivery.circuit).values(open_until=None)
    )
    return _existing(connection, number)


def cancel(connection: Connection, number: int, now: datetime) -> Delivery:
    """Have a delivery that waits not tried any more; raises `NotFound` and `Invalid`."""
    delivery = _existing(connection, number)
    if delivery.state != WAITING:
        raise Invalid(
            f"The delivery {number} is {delivery.state}, and cannot be cancelled.",
            "Only what waits can be.",
        )
    change_delivery(connection, number, state=CANCELLED, finished=now)
    return _existing(connection, number)


def _existing(connection: Connection, number: int) -> Delivery:
    delivery = delivery_of(connection, number)
    if delivery is None:
        raise NotFound(f"There is no delivery {number}.", "vaultmeter deliveries list shows all.")
    return delivery


def _heads(
    connection: Connection, now: datetime, most: int | None
) -> list[tuple[int, str, int | None]]:
    """The deliveries that may be tried: number, circuit and forwarder of each, oldest first."""
    # What is to leave later stands in no line yet, unless it was tried already.
    is_in_line = or_(DELIVERY.c.attempts > 0, DELIVERY.c.due <= now)
    heads = (
        select(func.min(DELIVERY.c.id))
        .where(DELIVERY.c.state.in_(OPEN), is_in_line)
        .group_by(DELIVERY.c.destination)
    )
    is_free = or_(
        and_(DELIVERY.c.state == WAITING, DELIVERY.c.due <= now),
        and_(DELIVERY.c.state == SENDING, DELIVERY.c.lease_until <= now),
    )
    statement = (
        select(DELIVERY.c.id, DELIVERY.c.circuit, DELIVERY.c.forwarder)
        .join(CIRCUIT, CIRCUIT.c.name == DELIVERY.c.circuit, isouter=True)
        .join(FORWARDER, FORWARDER.c.id == DELIVERY.c.forwarder, isouter=True)
        .where(
            DELIVERY.c.id.in_(heads),
            is_free,
            or_(CIRCUIT.c.open_until.is_(None), CIRCUIT.c.open_until <= now),
            or_(CIRCUIT.c.next_allowed.is_(None), CIRCUIT.c.next_allowed <= now),
            # Those of a forwarder that is gone are taken, too, and given up.
            or_(FORWARDER.c.id.is_(None), FORWARDER.c.is_enabled),
        )
        .order_by(DELIVERY.c.due, DELIVERY.c.id)
        .limit(most)
    )
    return [(row.id, row.circuit, row.forwarder) for row in connection.execute(statement)]


def _lease(delivery: Delivery) -> tuple[str | None, datetime | None]:
    return delivery.lease_holder, delivery.lease_until


def _take_turn(
    connection: Connection, circuit: str, now: datetime, forwarder: Forwarder | None
) -> None:
    """Count a message against the pace of a circuit; of an open one it is the only probe."""
    pace = MAIL_PER_MINUTE if forwarder is None or circuit == MAIL else forwarder.per_minute
    held = connection.execute(select(CIRCUIT).where(CIRCUIT.c.name == circuit)).first()
    if held is None:
        connection.execute(insert(CIRCUIT).values(name=circuit, failures=0))
    is_probe = held is not None and held.failures >= OPENS_AFTER
    connection.execute(
        update(CIRCUIT)
        .where(CIRCUIT.c.name == circuit)
        .values(
            next_allowed=now + timedelta(minutes=1) / pace,
            open_until=now + LEASE if is_probe else None,
        )
    )


def _after(delivery: Delivery, outcome: Outcome, now: datetime) -> dict[str, Any]:
    """What becomes of a delivery by what came of its attempt."""
    values: dict[str, Any] = {"last_error": outcome.detail}
    if outcome.done:
        values["done"] = json.dumps(sorted({*delivery.done, *outcome.done}))
    if outcome.ending is Ending.DELIVERED:
        return values | {"state": DELIVERED, "finished": now}
    if outcome.ending is not Ending.FAILED:
        return values | {"state": DEAD, "finished": now}
    again = next_attempt(delivery.attempts, delivery.first_attempt or now, now, outcome.retry_after)
    if again is None:
        return values | {
            "state": DEAD,
            "finished": now,
            "last_error": _GAVE_UP + outcome.detail,
        }
    return values | {"state": WAITING, "due": again}


def _undone_by_removal(values: dict[str, Any], now: datetime) -> dict[str, Any]:
    if values["state"] != WAITING:
        return {}
    return {"state": CANCELLED, "finished": now}


def _note(connection: Connection, circuit: str, outcome: Outcome, now: datetime) -> None:
    """Keep how a receiver is: it is left alone when it fails again and again."""
    if not outcome.is_down:
        values: dict[str, Any] = {"failures": 0, "open_until": None}
    else:
        held = connection.execute(select(CIRCUIT.c.failures).where(CIRCUIT.c.name == circuit))
        failures = (held.scalar() or 0) + 1
        values = {"failures": failures, "open_until": _rest(failures, now)}
    if outcome.retry_after is not None:
        asked = timedelta(seconds=max(outcome.retry_after, 0.0))
        values["next_allowed"] = now + min(asked, MOST_ASKED)
    connection.execute(update(CIRCUIT).where(CIRCUIT.c.name == circuit).values(**values))


def _rest(failures: int, now: datetime) -> datetime | None:
    if failures < OPENS_AFTER:
        return None
    doubled = _FIRST_REST * 2 ** min(failures - OPENS_AFTER, 10)
    rest: timedelta = min(doubled, _LONGEST_REST)
    return now + rest
