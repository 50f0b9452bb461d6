"""Accounts by group."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from vaultmeter.state.tables import ACCOUNT_GROUP


def groups(connection: Connection) -> dict[str, tuple[str, ...]]:
    """The accounts of each group, by its name, in order."""
    found: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(select(ACCOUNT_GROUP).order_by(*ACCOUNT_GROUP.primary_key)):
        found[row.name] = (*found.get(row.name, ()), row.account)
    return found


def set_group(connection: Connection, name: str, accounts: Iterable[str]) -> None:
    """Make a group of accounts, in place of what it was."""
    remove_group(connection, name)
    rows = [{"name": name, "account": account} for account in sorted(set(accounts))]
    connection.execute(insert(ACCOUNT_GROUP), rows)


def remove_group(connection: Connection, name: str) -> int:
    """Forget a group; answers how many accounts it had."""
    return connection.execute(delete(ACCOUNT_GROUP).where(ACCOUNT_GROUP.c.name == name)).rowcount
