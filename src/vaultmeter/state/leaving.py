"""What was done about somebody who leaves."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from vaultmeter.state.tables import LEAVER_TICK


@dataclass(frozen=True)
class Tick:
    """When a step was done (aware, UTC), and by whom."""

    at: datetime
    by: str


def ticks(connection: Connection, account: str, user: str) -> dict[str, Tick]:
    """What was done about a user of an account, by step."""
    statement = select(LEAVER_TICK).where(
        LEAVER_TICK.c.account == account, LEAVER_TICK.c.user == user
    )
    return {row.step: Tick(row.at, row.by) for row in connection.execute(statement)}


def set_tick(connection: Connection, account: str, user: str, step: str, tick: Tick) -> None:
    """Note that a step is done; what was noted before holds."""
    if step not in ticks(connection, account, user):
        connection.execute(
            insert(LEAVER_TICK).values(
                account=account, user=user, step=step, at=tick.at, by=tick.by
            )
        )


def remove_tick(connection: Connection, account: str, user: str, step: str) -> None:
    """Note that a step is not done after all."""
    connection.execute(
        delete(LEAVER_TICK).where(
            LEAVER_TICK.c.account == account,
            LEAVER_TICK.c.user == user,
            LEAVER_TICK.c.step == step,
        )
    )
