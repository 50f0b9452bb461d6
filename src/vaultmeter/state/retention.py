"""For how long events are kept, by product, and what applying that has deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from vaultmeter.model.kinds import Product
from vaultmeter.model.retention import MONTHS, Deletion
from vaultmeter.state.tables import RETENTION, RETENTION_RUN


@dataclass(frozen=True)
class Run:
    """Retention, applied to a product: what was deleted from before an instant (UTC)."""

    applied: datetime
    product: str
    before: datetime
    events: int
    freed_bytes: int


def retention(connection: Connection) -> dict[Product, int | None]:
    """The months that events are kept, by product; `None` is for ever."""
    set_ = {row.product: row.months for row in connection.execute(select(RETENTION))}
    return {product: set_.get(product, MONTHS) for product in Product}


def set_retention(connection: Connection, product: Product, months: int | None) -> None:
    """Keep the events of a product for so many months, or for ever."""
    connection.execute(delete(RETENTION).where(RETENTION.c.product == product))
    connection.execute(insert(RETENTION).values(product=str(product), months=months))


def runs(connection: Connection) -> list[Run]:
    """What was deleted, in order."""
    rows = connection.execute(select(RETENTION_RUN).order_by(RETENTION_RUN.c.id))
    return [
        Run(
            row.applied,
            row.product,
            row.before,
            row.events,
            row.freed_bytes,
        )
        for row in rows
    ]


def add_runs(connection: Connection, deletions: Sequence[Deletion], freed: int) -> None:
    """Record deletions of one applying that freed so many bytes; what is recorded stays once.

    The bytes are shared out by the events.
    """
    events = sum(deletion.events for deletion in deletions) or 1
    known = {(run.applied, run.product) for run in runs(connection)}
    for deletion in deletions:
        if (deletion.applied, deletion.product) not in known:
            connection.execute(
                insert(RETENTION_RUN).values(
                    applied=deletion.applied,
                    product=deletion.product,
                    before=deletion.before,
                    events=deletion.events,
                    freed_bytes=freed * deletion.events // events,
                )
            )
