"""Who is signed in: browsers by a cookie, programs by a token.

A browser's session ends after 30 idle minutes and 12 hours at the latest; a token after an hour.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vaultmeter.access.tokens import hash_of, new_cookie, new_token
from vaultmeter.state.tables import SESSION

TOKEN = timedelta(hours=1)
BROWSER = timedelta(hours=12)
IDLE = timedelta(minutes=30)
NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is kept when something was last used."""


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in. Instants are UTC. `id` tells sessions apart, and opens none."""

    id: str
    kind: str
    """browser or token."""
    holder_kind: str
    """user or key."""
    holder: int
    csrf: str | None
    address: str | None
    agent: str | None
    created: datetime
    last_used: datetime
    expires: datetime

    def is_over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        is_idle = self.kind == "browser" and now >= self.last_used + IDLE
        return now >= self.expires or is_idle


def begin(
    connection: Connection,
    kind: str,
    holder: tuple[str, int],
    now: datetime,
    expires: datetime | None = None,
    address: str | None = None,
    agent: str | None = None,
) -> tuple[Session, str]:
    """Sign somebody in; answers the session and its cookie or token, which is kept nowhere.

    A token ends when it `expires`, after an hour unless that is said; a browser's session then
    too, but in time.
    """
    text = new_token() if kind == "token" else new_cookie()
    usual = now + (TOKEN if kind == "token" else BROWSER)
    end = usual if expires is None else expires if kind == "token" else min(usual, expires)
    connection.execute(delete(SESSION).where(SESSION.c.expires <= now))
    connection.execute(
        insert(SESSION).values(
            token_hash=hash_of(text),
            kind=kind,
            holder_kind=holder[0],
            holder=holder[1],
            csrf=new_cookie() if kind == "browser" else None,
            address=address,
            agent=agent,
            created=now,
            last_used=now,
            expires=end,
        )
    )
    begun = session_of(connection, text)
    if begun is None:
        raise AssertionError("the session was just made")
    return begun, text


def session_of(connection: Connection, text: str) -> Session | None:
    """The session of a cookie or token, also one that is over."""
    row = connection.execute(select(SESSION).where(SESSION.c.token_hash == hash_of(text))).first()
    return None if row is None else _read(row)


def sessions_of(connection: Connection, holder: tuple[str, int]) -> list[Session]:
    """The sessions of a user or key, newest first."""
    statement = (
        select(SESSION)
        .where(SESSION.c.holder_kind == holder[0], SESSION.c.holder == holder[1])
        .order_by(SESSION.c.created.desc())
    )
    return [_read(row) for row in connection.execute(statement)]


def note_use(connection: Connection, session: Session, now: datetime) -> None:
    """Keep that it was used just now."""
    connection.execute(
        update(SESSION).where(SESSION.c.token_hash == session.id).values(last_used=now)
    )


def end(connection: Connection, session: Session) -> None:
    """Sign out."""
    connection.execute(delete(SESSION).where(SESSION.c.token_hash == session.id))


def end_all(connection: Connection, holder: tuple[str, int]) -> int:
    """End every session of a user or key; answers how many there were."""
    return connection.execute(
        delete(SESSION).where(SESSION.c.holder_kind == holder[0], SESSION.c.holder == holder[1])
    ).rowcount


def _read(row: Any) -> Session:  # noqa: ANN401  the library's type
    return Session(
        row.token_hash,
        row.kind,
        row.holder_kind,
        row.holder,
        row.csrf,
        row.address,
        row.agent,
        row.created,
        row.last_used,
        row.expires,
    )
