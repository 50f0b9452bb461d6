"""How many clients are paid for."""

from datetime import date

from sqlalchemy import Connection, delete, insert, select

from vaultmeter.model.terms import Limit
from vaultmeter.state.tables import CLIENT_LIMIT


def limits(connection: Connection) -> tuple[Limit, ...]:
    """Every limit, in order of product, account and month."""
    rows = connection.execute(select(CLIENT_LIMIT).order_by(*CLIENT_LIMIT.primary_key))
    return tuple(Limit(row.product, row.account, row.month, row.clients) for row in rows)


def set_limit(connection: Connection, limit: Limit) -> None:
    """Set a limit, in place of the one of the same product, account and month."""
    remove_limit(connection, limit.product, limit.account, limit.month)
    connection.execute(insert(CLIENT_LIMIT).values(**vars(limit)))


def remove_limit(connection: Connection, product: str, account: str, month: date | None) -> int:
    """Forget the limits of a product and account, or one month's; answers how many there were."""
    statement = delete(CLIENT_LIMIT).where(
        CLIENT_LIMIT.c.product == product, CLIENT_LIMIT.c.account == account
    )
    if month is not None:
        statement = statement.where(CLIENT_LIMIT.c.month == month)
    return connection.execute(statement).rowcount
