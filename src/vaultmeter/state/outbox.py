"""Forwarders and deliveries as the state keeps them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select, update

from vaultmeter.state.tables import DELIVERY, FORWARDER, GATHERED

WAITING, SENDING, DELIVERED, DEAD, CANCELLED = (
    "waiting",
    "sending",
    "delivered",
    "dead",
    "cancelled",
)
STATES = (WAITING, SENDING, DELIVERED, DEAD, CANCELLED)
"""What may be the matter with a delivery. A dead one is a dead letter: it was given up."""
OPEN = (WAITING, SENDING)
"""The states of what is not decided yet."""


@dataclass(frozen=True)
class Forwarder:
    """A destination of notices. Instants are UTC."""

    id: int
    name: str
    kind: str
    """email, slack, servicenow, webhook or teams: a file of `forwarders/`."""
    settings: Mapping[str, Any]
    types: tuple[str, ...]
    """The types of the notices it gets; empty for all."""
    accounts: tuple[str, ...] | None
    """Whose notices it gets, each with the accounts below it; `None` for all."""
    every_hours: int | None
    """Hours of a window whose notices leave together; `None` sends each at once."""
    per_minute: int
    """How many messages it may get in a minute."""
    is_enabled: bool
    disabled_why: str
    description: str
    akeyless: Mapping[str, Any]
    created: datetime
    modified: datetime
    secrets_sealed: bytes | None


@dataclass(frozen=True)
class Delivery:
    """One message for one destination. Instants are UTC."""

    id: int
    message_id: str
    """What receivers know it by, the same over every attempt: webhook-id, Message-ID."""
    key: str
    """The key of the message: what was posted twice under it left once."""
    destination: str
    """`forwarder:ID` or `mail:ADDRESS`: what is delivered in order."""
    circuit: str
    forwarder: int | None
    address: str | None
    message: str
    state: str
    attempts: int
    due: datetime
    lease_until: datetime | None
    lease_holder: str | None
    done: tuple[str, ...]
    last_error: str
    created: datetime
    first_attempt: datetime | None
    last_attempt: datetime | None
    finished: datetime | None


def forwarders(connection: Connection) -> list[Forwarder]:
    """Every forwarder, by name."""
    rows = connection.execute(select(FORWARDER).order_by(FORWARDER.c.name)).mappings()
    return [_forwarder(row) for row in rows]


def forwarder_of(connection: Connection, number: int) -> Forwarder | None:
    """The forwarder of a number; `None` for one that is gone."""
    row = connection.execute(select(FORWARDER).where(FORWARDER.c.id == number)).mappings().first()
    return None if row is None else _forwarder(row)


def forwarder_called(connection: Connection, name: str) -> Forwarder | None:
    """The forwarder of a name; `None` where there is none."""
    row = connection.execute(select(FORWARDER).where(FORWARDER.c.name == name)).mappings().first()
    return None if row is None else _forwarder(row)


def add_forwarder(connection: Connection, **values: Any) -> int:  # noqa: ANN401  columns are of any type
    """Keep a forwarder; answers its number."""
    statement = insert(FORWARDER).values(**_written(values)).returning(FORWARDER.c.id)
    number: int = connection.execute(statement).scalar_one()
    return number


def change_forwarder(connection: Connection, number: int, **values: Any) -> None:  # noqa: ANN401  columns are of any type
    """Change what is given of a forwarder."""
    connection.execute(update(FORWARDER).where(FORWARDER.c.id == number).values(**_written(values)))


def remove_forwarder(connection: Connection, number: int) -> None:
    """Forget a forwarder; its deliveries stay to be seen."""
    connection.execute(delete(FORWARDER).where(FORWARDER.c.id == number))


def deliveries(
    connection: Connection, *, after: int | None = None, limit: int = 1000, **filters: object
) -> list[Delivery]:
    """Deliveries, newest first, of which columns have given values (a tuple: one of them).

    `after` continues a list: only what is older than that delivery.
    """
    statement = _filtered(filters).order_by(DELIVERY.c.id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(DELIVERY.c.id < after)
    return [_delivery(row) for row in connection.execute(statement).mappings()]


def delivery_of(connection: Connection, number: int) -> Delivery | None:
    """The delivery of a number; `None` where there is none."""
    row = connection.execute(select(DELIVERY).where(DELIVERY.c.id == number)).mappings().first()
    return None if row is None else _delivery(row)


def gathered_for(connection: Connection, notice: int) -> list[tuple[int, datetime]]:
    """The forwarders that keep a notice for the end of their window, and when that is (UTC)."""
    statement = (
        select(GATHERED.c.forwarder, GATHERED.c.window_end)
        .where(GATHERED.c.notice == notice)
        .order_by(GATHERED.c.forwarder)
    )
    return [(row.forwarder, row.window_end) for row in connection.execute(statement)]


def change_delivery(connection: Connection, number: int, **values: object) -> None:
    """Change columns of a delivery."""
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == number).values(**values))


def counted(connection: Connection) -> dict[str, int]:
    """How many deliveries are in each state; states of none are left out."""
    statement = select(DELIVERY.c.state, func.count()).group_by(DELIVERY.c.state)
    return {str(state): int(many) for state, many in connection.execute(statement)}


def forget_finished(connection: Connection, before: datetime) -> int:
    """Forget what was decided before an instant (UTC); answers how many there were."""
    return connection.execute(delete(DELIVERY).where(DELIVERY.c.finished < before)).rowcount


def _filtered(filters: Mapping[str, object]) -> Select[Any]:
    statement = select(DELIVERY)
    for name, value in filters.items():
        column = DELIVERY.c[name]
        several = isinstance(value, tuple | list)
        statement = statement.where(column.in_(value) if several else column == value)  # type: ignore[arg-type]
    return statement


_AS_JSON = ("settings", "types", "accounts", "akeyless")


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value) if name in _AS_JSON and value is not None else value
        for name, value in values.items()
    }


def _forwarder(row: RowMapping) -> Forwarder:
    values = {name: row[name] for name in Forwarder.__dataclass_fields__}
    for name in _AS_JSON:
        values[name] = None if row[name] is None else json.loads(row[name])
    values["types"] = tuple(values["types"])
    if values["accounts"] is not None:
        values["accounts"] = tuple(values["accounts"])
    return Forwarder(**values)


def _delivery(row: RowMapping) -> Delivery:
    values = {name: row[name] for name in Delivery.__dataclass_fields__}
    values["done"] = tuple(json.loads(row["done"]))
    return Delivery(**values)
