"""What is done with keys of programs, by whom: made, deleted, signed in with; each with its trail.

A manager of roles is shown the keys all of whose roles it is shown, and deletes those that may
do no more than itself.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from vaultmeter.access import sign_in as of_user
from vaultmeter.access.access import Access, Opened
from vaultmeter.access.keys import (
    AccessKey,
    access_keys,
    create_key,
    delete_key,
    note_use,
    opened_by,
    plain,
)
from vaultmeter.access.names import one_named
from vaultmeter.access.roles import add_member, check_within, is_seen, role_seen, roles_of
from vaultmeter.access.sessions import TOKEN, Session, begin, end
from vaultmeter.access.sign_in import row_of
from vaultmeter.access.tokens import ACCESS_ID_PREFIX
from vaultmeter.model.access import Object, Permission, Principal, Role
from vaultmeter.model.errors import Invalid, Unauthenticated
from vaultmeter.model.instants import text_of
from vaultmeter.state.tables import USER_LOGIN

JWT_TTL = "jwt_ttl"
"""The setting of a key that says for how many minutes its tokens hold."""
PROTECTED = "delete_protection"
"""The setting of a key that keeps it from being deleted."""
_DAY = 24 * 60
_LONGEST = 64
"""Characters of an access id that are looked at for the trail."""


def list_keys(folder: Opened, who: Principal) -> Object:
    """Every key that `who` is shown, by name, with its roles; never the key itself."""
    found = keys_seen(folder, who)
    rows = [plain(key, [role.name for role in held]) for key, held in found]
    return {"rows": rows, "next": None}


def keys_seen(folder: Opened, who: Principal) -> list[tuple[AccessKey, tuple[Role, ...]]]:
    """The same, with what they are."""
    who.require(Permission.ROLES)
    with folder.access.state.reading() as connection:
        return _seen(connection, who)


def key_seen(
    connection: Connection, who: Principal, name: str
) -> tuple[AccessKey, tuple[Role, ...]]:
    """A key with its roles; raises `NotFound`."""
    who.require(Permission.ROLES)
    seen = {key.name: (key, held) for key, held in _seen(connection, who)}
    return one_named("key", name, seen)


def make_key(
    folder: Opened,
    who: Principal,
    name: str,
    roles: Sequence[str] = (),
    expires: str | datetime | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Object:
    """Make a key with roles; the answer has the key itself, this once.

    Raises `Exists`, `NotFound` for a role, `Invalid`, and `Forbidden` for more than `who` may do.
    """
    who.require(Permission.ROLES)
    _check(settings or {})
    until = instant_named(expires) if isinstance(expires, str) else expires
    named = list(dict.fromkeys(roles))
    noted = {"roles": named, "expires": None if until is None else until.isoformat()}
    access = folder.access
    with access.noting(who, "key.create", name, **noted) as connection:
        key, text = create_key(connection, name, access.clock(), until, settings)
        for each in named:
            role = role_seen(connection, who, each)
            add_member(connection, who, role, "key", key.id)
    return plain(key, named) | {"access_key": text}


def drop_key(folder: Opened, who: Principal, name: str) -> Object:
    """Delete a key, and sign out who signed in with it; raises `NotFound`, `Forbidden`."""
    with folder.access.noting(who, "key.delete", name) as connection:
        key, held = key_seen(connection, who, name)
        for role in held:
            check_within(who, role)
        if key.settings.get(PROTECTED):
            raise Invalid(f"The key {name!r} is protected from deletion.", "It was made so.")
        delete_key(connection, name)
    return plain(key, [role.name for role in held])


def instant_named(text: str) -> datetime:
    """The instant of a text such as 2027-01-31 (its end, UTC) or 2027-01-31T12:00:00Z."""
    try:
        found = datetime.fromisoformat(text)
        if len(text) == len("2027-01-31"):
            found += timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise Invalid(
            f"{text!r} is no day or instant.", "Write 2027-01-31 or 2027-01-31T12:00:00Z."
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def authenticate(folder: Opened, who: Principal, access_id: str, access_key: str) -> Object:
    """Sign in with a key; answers a token and when it ends. Raises `Unauthenticated`."""
    session, token = sign_in(folder.access, access_id, access_key, who)
    return {"token": token, "expiration": text_of(session.expires)}


def sign_in(
    access: Access, access_id: str, key: str, came: Principal, agent: str | None = None
) -> tuple[Session, str]:
    """Sign in with a key; answers the session and its token. Raises `Unauthenticated`.

    `came` is nobody, with the address it asks from. The token holds for an hour, or as long as
    the key says, and never longer than the key.
    """
    now, trail = access.clock(), access.trail
    with access.keeping() as connection:
        found = opened_by(connection, access_id, key, now)
        who = access.holder(connection, "key", found.id, came.address) if found else None
        if found is not None and who is not None:
            holder, until = ("key", found.id), _end_of_token(found, now)
            begun = begin(connection, "token", holder, now, until, came.address, agent)
            note_use(connection, found.id, now)
            trail.add(connection, who, "sign_in", found.name, details={"by": "key"})
            return begun
    note_refused(access, access_id, came)
    raise Unauthenticated(
        "No key has this access id and this access key, or it has expired.",
        "Check both, or ask for another: vaultmeter keys create --name NAME --role ROLE.",
    )


def sign_in_with_password(
    access: Access,
    name: str,
    password: str,
    code: str | None,
    came: Principal,
    agent: str | None = None,
) -> tuple[Session, str]:
    """The same of a user, by its name or its one e-mail address; raises `TooMany` besides."""
    with access.state.reading() as connection:
        statement = select(USER_LOGIN.c.name).where(USER_LOGIN.c.email == name)
        named = connection.execute(statement).scalars().all()
        is_name = row_of(connection, name) is not None
    if not is_name and len(named) == 1:
        name = named[0]
    signed = of_user.sign_in(access, came, name, password, code, agent)
    with access.keeping() as connection:
        # A browser's session is none of a program.
        end(connection, signed.session)
        holder = ("user", signed.who.id)
        return begin(connection, "token", holder, access.clock(), None, came.address, agent)


def _end_of_token(key: AccessKey, now: datetime) -> datetime:
    """When a token ends that is made with a key now."""
    minutes = int(key.settings.get(JWT_TTL) or 0)
    usual = now + (timedelta(minutes=minutes) if minutes else TOKEN)
    return usual if key.expires is None else min(usual, key.expires)


def note_refused(access: Access, access_id: str, came: Principal, wrong: str = "key") -> None:
    """Write a wrong try into the trail; of one that is tried again and again, now and then."""
    tried = f"{access_id[:_LONGEST]} {came.address}"
    wait = access.throttle_of_keys.begin(tried, came.address)
    if wait is not None and not wait.is_news:
        return
    # What is no access id may be a key that was put in its place.
    shown = access_id[:_LONGEST] if access_id.startswith(ACCESS_ID_PREFIX) else ""
    result = "refused" if wait is None else "turned away"
    access.note(came, "sign_in", shown, result, wrong=wrong)


def _seen(connection: Connection, who: Principal) -> list[tuple[AccessKey, tuple[Role, ...]]]:
    found = [(key, roles_of(connection, [("key", key.id)])) for key in access_keys(connection)]
    return [(key, held) for key, held in found if all(is_seen(who, role) for role in held)]


def _check(settings: Mapping[str, Any]) -> None:
    minutes = settings.get(JWT_TTL) or 0
    if not 0 <= minutes <= _DAY:
        raise Invalid(
            f"A token cannot hold for {minutes} minutes.", f"Choose 1 to {_DAY}, or 0 for 60."
        )
