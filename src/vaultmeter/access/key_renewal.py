"""What is done with a key that stays: another secret in its place, another end; with its trail."""

from sqlalchemy import update

from vaultmeter.access.access import Opened
from vaultmeter.access.key_acts import instant_named, key_seen
from vaultmeter.access.keys import key_named, plain
from vaultmeter.access.roles import check_within
from vaultmeter.access.sessions import end_all
from vaultmeter.access.tokens import hash_of, new_access_key
from vaultmeter.model.access import Object, Principal
from vaultmeter.model.errors import Invalid
from vaultmeter.state.tables import ACCESS_KEY, SESSION


def rotate_key(folder: Opened, who: Principal, name: str) -> Object:
    """Give an access id another key; the answer has it, this once.

    The old one opens nothing from then on, and whoever signed in with it is signed out. Raises
    `NotFound`, `Forbidden`.
    """
    text = new_access_key()
    with folder.access.noting(who, "key.rotate", name) as connection:
        key, held = key_seen(connection, who, name)
        for role in held:
            check_within(who, role)
        connection.execute(
            update(ACCESS_KEY).where(ACCESS_KEY.c.id == key.id).values(key_hash=hash_of(text))
        )
        end_all(connection, ("key", key.id))
    return plain(key, [role.name for role in held]) | {"access_key": text}


def expire_key(folder: Opened, who: Principal, name: str, expires: str | None) -> Object:
    """Say when a key ends: after a day (UTC), at an instant, or never, which is `None`.

    Whoever signed in with it stays so no longer than that. Raises `NotFound`, `Forbidden`, and
    `Invalid` for what is no day, or has passed.
    """
    until = None if expires is None else instant_named(expires)
    if until is not None and until <= folder.access.clock():
        raise Invalid("The key would have expired already.", "Give a later day, or delete it.")
    noted = None if until is None else until.isoformat()
    with folder.access.noting(who, "key.update", name, expires=noted) as connection:
        key, held = key_seen(connection, who, name)
        for role in held:
            check_within(who, role)
        connection.execute(
            update(ACCESS_KEY).where(ACCESS_KEY.c.id == key.id).values(expires=until)
        )
        if until is not None:
            connection.execute(
                update(SESSION)
                .where(SESSION.c.holder_kind == "key", SESSION.c.holder == key.id)
                .where(SESSION.c.expires > until)
                .values(expires=until)
            )
        return plain(key_named(connection, name), [role.name for role in held])
