"""Addresses of pages under a name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from vaultmeter.state.tables import SAVED_VIEW, USER_LOGIN


@dataclass(frozen=True)
class SavedView:
    """A page as somebody saved it. Instants are UTC."""

    id: int
    user: int
    owner: str
    """The name of who saved it."""
    name: str
    path: str
    query: str
    is_shared: bool
    created: datetime
    deleted: datetime | None = None


def add_view(
    connection: Connection,
    user: int,
    name: str,
    address: tuple[str, str],
    created: datetime,
    *,
    is_shared: bool,
) -> int:
    """Keep a page's path and query under a name; answers its number."""
    path, query = address
    values = {"user": user, "name": name, "path": path, "query": query}
    statement = insert(SAVED_VIEW).values(**values, is_shared=is_shared, created=created)
    number: int = connection.execute(statement.returning(SAVED_VIEW.c.id)).scalar_one()
    return number


def views_seen(connection: Connection, user: int) -> list[SavedView]:
    """A user's own views, then those that others share; each by name."""
    is_seen = or_(SAVED_VIEW.c.user == user, SAVED_VIEW.c.is_shared)
    statement = _SELECT.where(is_seen, SAVED_VIEW.c.deleted.is_(None)).order_by(
        SAVED_VIEW.c.user != user, func.lower(SAVED_VIEW.c.name), SAVED_VIEW.c.id
    )
    return _read(connection.execute(statement))


def every_view(connection: Connection) -> list[SavedView]:
    """The views of everybody, by name."""
    statement = _SELECT.where(SAVED_VIEW.c.deleted.is_(None)).order_by(
        func.lower(SAVED_VIEW.c.name), SAVED_VIEW.c.id
    )
    return _read(connection.execute(statement))


def view_of(connection: Connection, user: int, number: int) -> SavedView | None:
    """A user's own view, deleted ones too; `None` where there is none of that number."""
    statement = _SELECT.where(SAVED_VIEW.c.user == user, SAVED_VIEW.c.id == number)
    return next(iter(_read(connection.execute(statement))), None)


def views_held(connection: Connection, user: int) -> int:
    """How many views a user has."""
    statement = select(func.count()).where(
        SAVED_VIEW.c.user == user, SAVED_VIEW.c.deleted.is_(None)
    )
    return int(connection.execute(statement).scalar_one())


def change_view(connection: Connection, number: int, **values: object) -> None:
    """Change a view: its name, whether it is shared, or when it was deleted."""
    connection.execute(update(SAVED_VIEW).where(SAVED_VIEW.c.id == number).values(**values))


def newest_change(connection: Connection, user: int) -> SavedView | None:
    """The view that a user saved or deleted last."""
    latest = func.coalesce(SAVED_VIEW.c.deleted, SAVED_VIEW.c.created)
    statement = (
        _SELECT.where(SAVED_VIEW.c.user == user)
        .order_by(latest.desc(), SAVED_VIEW.c.id.desc())
        .limit(1)
    )
    return next(iter(_read(connection.execute(statement))), None)


def forget_deleted(connection: Connection, before: datetime) -> int:
    """Forget for good what was deleted before an instant (UTC); answers how many there were."""
    return connection.execute(delete(SAVED_VIEW).where(SAVED_VIEW.c.deleted < before)).rowcount


_COLUMNS = ("id", "user", "name", "path", "query", "is_shared", "created", "deleted")
_SELECT = select(*(SAVED_VIEW.c[name] for name in _COLUMNS), USER_LOGIN.c.name.label("owner")).join(
    USER_LOGIN, USER_LOGIN.c.id == SAVED_VIEW.c.user
)


def _read(rows: Iterable[Any]) -> list[SavedView]:
    return [
        SavedView(
            row.id,
            row.user,
            row.owner,
            row.name,
            row.path,
            row.query,
            row.is_shared,
            row.created,
            row.deleted,
        )
        for row in rows
    ]
