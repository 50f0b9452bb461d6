"""What people do with their own sign-in: see it, end sessions, change password and second factor.

Whoever changes one of these gets a new cookie, and is signed out everywhere else: so is whoever
else has got hold of a session.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from vaultmeter.access import second_factor, sessions
from vaultmeter.access.access import Access
from vaultmeter.access.passwords import checked_password
from vaultmeter.access.sessions import Session
from vaultmeter.access.sign_in import keep, proved, row_of
from vaultmeter.model.access import Object, Principal
from vaultmeter.model.errors import Forbidden, Invalid, NotFound
from vaultmeter.model.instants import text_of


@dataclass(frozen=True)
class Renewed:
    """What was asked for, and the session that takes the place of the browser's, if it has one."""

    told: Object
    session: Session | None = None
    cookie: str = ""


def told_of(access: Access, who: Principal, session: Session | None) -> Object:
    """Who somebody is, and what they may do; of a browser also what changes must bring along."""
    told: Object = {
        "kind": who.kind,
        "name": who.name,
        "roles": [role.name for role in who.roles],
        "permissions": sorted(who.permissions),
        "csrf": None if session is None else session.csrf,
    }
    if who.kind == "user":
        with access.state.reading() as connection:
            user = row_of(connection, who.name)
            told["email"] = "" if user is None else user["email"]
            told["has_second_factor"] = user is not None and second_factor.is_on(user)
            told["recovery_codes"] = second_factor.codes_left(connection, who.id)
    return told


def list_sessions(access: Access, who: Principal, own: Session | None) -> Object:
    """Where somebody is signed in, newest first; `own` is the session that asks."""
    now = access.clock()
    with access.state.reading() as connection:
        held = sessions.sessions_of(connection, (who.kind, who.id))
    rows = [_plain(each, own) for each in held if not each.is_over(now)]
    return {"rows": rows, "next": None}


def end_session(access: Access, who: Principal, id_: str) -> Object:
    """End one of somebody's own sessions; raises `NotFound`."""
    with access.noting(who, "sign_out", who.name) as connection:
        for session in sessions.sessions_of(connection, (who.kind, who.id)):
            if session.id == id_:
                sessions.end(connection, session)
                return {"ended": 1}
        raise NotFound("There is no such session.", "It may have ended by itself.")


def end_others(access: Access, who: Principal, own: Session | None) -> Object:
    """End all of somebody's sessions but the one that asks; answers how many."""
    with access.noting(who, "sign_out", who.name, others=True) as connection:
        held = sessions.sessions_of(connection, (who.kind, who.id))
        ended = [each for each in held if own is None or each.id != own.id]
        for session in ended:
            sessions.end(connection, session)
    return {"ended": len(ended)}


def change_password(
    access: Access, who: Principal, own: Session | None, old: str, new: str
) -> Renewed:
    """Change one's own password; raises `Forbidden` for a wrong old one, `TooMany`, `Invalid`."""
    user = _proved(access, who, old)
    kept = access.passwords.hashed(checked_password(new, [user["name"], user["email"]]))
    with access.noting(who, "user.password", who.name, own=True) as connection:
        keep(connection, who.id, password_hash=kept)
        return _renewed(access, connection, who, own, {})


def enrol(access: Access, who: Principal, password: str) -> Object:
    """Begin to set up a second factor; answers its seed, which is told this once."""
    user = _proved(access, who, password)
    with access.noting(who, "user.second_factor", who.name, step="enrol") as connection:
        return second_factor.enrol(connection, access.sealer, user)


def confirm(access: Access, who: Principal, own: Session | None, code: str) -> Renewed:
    """Turn the second factor on with a first code; answers the recovery codes, this once."""
    with access.noting(who, "user.second_factor", who.name, step="on") as connection:
        user = _own_row(connection, who)
        codes = second_factor.confirm(connection, access.sealer, user, code, access.clock())
        return _renewed(access, connection, who, own, {"recovery_codes": codes})


def turn_off(access: Access, who: Principal, own: Session | None, password: str) -> Renewed:
    """Turn the second factor off."""
    user = _proved(access, who, password)
    with access.noting(who, "user.second_factor", who.name, step="off") as connection:
        second_factor.turn_off(connection, user)
        return _renewed(access, connection, who, own, {})


def sign_out(access: Access, who: Principal, own: Session | None, token: str = "") -> None:
    """End the session that asks, of a browser or of a token; a key itself has none to end."""
    with access.noting(who, "sign_out", who.name) as connection:
        own = own or sessions.session_of(connection, token)
        if own is not None:
            sessions.end(connection, own)


def _renewed(
    access: Access, connection: Connection, who: Principal, own: Session | None, told: Object
) -> Renewed:
    """End every session of somebody; the one that asks goes on under a new cookie."""
    sessions.end_all(connection, ("user", who.id))
    if own is None or own.kind != "browser":
        return Renewed(told)
    session, cookie = sessions.begin(
        connection,
        "browser",
        ("user", who.id),
        access.clock(),
        own.expires,
        own.address,
        own.agent,
    )
    return Renewed({**told, "csrf": session.csrf}, session, cookie)


def _proved(access: Access, who: Principal, password: str) -> RowMapping:
    """All that is kept of somebody who knows their password; raises `Forbidden`, `TooMany`."""
    _check_user(who)
    proof = proved(access, who, who.name, password)
    if proof.user is None or proof.wrong:
        access.note(who, "user.password", who.name, "refused", wrong=proof.wrong)
        raise Forbidden("The password is wrong.", "Give the one that you signed in with.")
    access.throttle.succeeded(who.name, who.address)
    return proof.user


def _own_row(connection: Connection, who: Principal) -> RowMapping:
    _check_user(who)
    user = row_of(connection, who.name)
    if user is None:
        raise NotFound("You are no user any more.", "Sign in again.")
    return user


def _check_user(who: Principal) -> None:
    if who.kind != "user":
        raise Invalid(f"A {who.kind} has no password and no second factor.", "Sign in as a user.")


def _plain(session: Session, own: Session | None) -> Object:
    return {
        "id": session.id,
        "kind": session.kind,
        "address": session.address,
        "agent": session.agent,
        "created": text_of(session.created),
        "last_used": text_of(session.last_used),
        "expires": text_of(session.expires),
        "is_this": own is not None and own.id == session.id,
    }
