"""Signing in with a name and a password.

Whoever is wrong is told the same, after the same work, whether the name is known or not; and waits
(`throttle`). Every try that was looked at goes into the trail, and of those that were turned away
the first of each wait. Names that nobody has are not written down: people type passwords there.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from vaultmeter.access import second_factor, sessions
from vaultmeter.access.access import Access
from vaultmeter.access.sessions import Session
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import CodeNeeded, TooMany, Unauthenticated
from vaultmeter.state.tables import USER_LOGIN

_LONGEST = 256
"""Characters of a name that are looked at."""


@dataclass(frozen=True)
class SignedIn:
    """Somebody who signed in just now: who, the session, and its cookie, which is kept nowhere."""

    who: Principal
    session: Session
    cookie: str


@dataclass(frozen=True)
class Proof:
    """Who has a name and a password, and what is wrong about it: name, password, disabled."""

    user: RowMapping | None
    wrong: str = ""


def sign_in(
    access: Access,
    came: Principal,
    name: str,
    password: str,
    code: str | None = None,
    agent: str | None = None,
) -> SignedIn:
    """Sign in a browser; `came` is nobody, with the address it asks from.

    Raises `Unauthenticated`, `CodeNeeded` where the password is right and a code is missing, and
    `TooMany` for whoever was wrong too often.
    """
    name = name[:_LONGEST]
    proof = proved(access, came, name, password)
    user = proof.user
    if user is None or proof.wrong:
        raise _refused(access, came, name, proof.wrong)
    if second_factor.is_on(user) and not code:
        access.throttle.take_back(name, came.address)
        raise CodeNeeded("A code is needed too.", "Send the authenticator's as 'code'.")
    again = _hashed_again(access, user, password)
    signed = None
    with access.keeping() as connection:
        if by := _by(access, connection, user, code):
            _check_same(connection, user)
            if again:
                keep(connection, user["id"], password_hash=again)
            signed = begin(access, connection, user["id"], came, agent, by)
    if signed is None:
        raise _refused(access, came, name, "code")
    access.throttle.succeeded(name, came.address)
    return signed


def begin(
    access: Access,
    connection: Connection,
    user: int,
    came: Principal,
    agent: str | None,
    by: str,
) -> SignedIn:
    """Begin the session of a user who proved to be it `by` something, in a transaction.

    Raises `Unauthenticated` for one that is disabled.
    """
    now = access.clock()
    who = access.holder(connection, "user", user, came.address)
    if who is None:
        raise _wrong()
    session, cookie = sessions.begin(
        connection, "browser", ("user", user), now, address=came.address, agent=agent
    )
    keep(connection, user, last_used=now)
    access.trail.add(connection, who, "sign_in", who.name, details={"by": by})
    return SignedIn(who, session, cookie)


def proved(access: Access, came: Principal, name: str, password: str) -> Proof:
    """Whether there is a user of that name and password, who may sign in.

    It counts as a wrong try until `access.throttle` is told otherwise. Raises `TooMany`.
    """
    wait = access.throttle.begin(name, came.address)
    with access.state.reading() as connection:
        user = row_of(connection, name)
    if wait is not None:
        if wait.is_news:
            seconds, known = round(wait.seconds), "" if user is None else name
            access.note(came, "sign_in", known, "turned away", seconds=seconds)
        raise TooMany("Signing in went wrong too often.", "Wait, then try again.", wait.seconds)
    try:
        kept = None if user is None else user["password_hash"]
        is_right = access.passwords.is_right(kept, password)
    except TooMany:
        access.throttle.take_back(name, came.address)
        raise
    if user is None:
        return Proof(None, "name")
    if not is_right:
        return Proof(user, "password")
    return Proof(user, "disabled" if user["is_disabled"] else "")


def row_of(connection: Connection, name: str) -> RowMapping | None:
    """All that is kept of a user."""
    statement = select(USER_LOGIN).where(USER_LOGIN.c.name == name)
    return connection.execute(statement).mappings().first()


def keep(connection: Connection, user: int, **values: Any) -> None:  # noqa: ANN401  of any column
    """Keep something of a user."""
    connection.execute(update(USER_LOGIN).where(USER_LOGIN.c.id == user).values(**values))


def _by(access: Access, connection: Connection, user: RowMapping, code: str | None) -> str:
    """What somebody proved to be a user by; nothing where the code is wrong."""
    if not second_factor.is_on(user):
        return "password"
    now = access.clock()
    used = second_factor.taken(connection, access.sealer, user, code or "", now)
    return f"password, {used}" if used else ""


def _hashed_again(access: Access, user: RowMapping, password: str) -> str:
    """What is kept of a password from now on; nothing where it stays."""
    is_outdated = access.passwords.is_outdated(user["password_hash"])
    return access.passwords.hashed(password) if is_outdated else ""


def _check_same(connection: Connection, user: RowMapping) -> None:
    """Raise `Unauthenticated` for whoever got another password while this one was looked at."""
    now = row_of(connection, user["name"])
    if now is None or now["password_hash"] != user["password_hash"]:
        raise _wrong()


def _refused(access: Access, came: Principal, name: str, wrong: str) -> Unauthenticated:
    access.note(came, "sign_in", "" if wrong == "name" else name, "refused", wrong=wrong)
    return _wrong()


def _wrong() -> Unauthenticated:
    return Unauthenticated(
        "Name, password or code is wrong.", "Check them, or ask an administrator for another."
    )
