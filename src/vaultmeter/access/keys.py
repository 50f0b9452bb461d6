"""Keys of programs: an access id that may be shown, and a key that is shown once.

Akeyless calls one an authentication method of the type `api_key`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vaultmeter.access.names import name_checked
from vaultmeter.access.sessions import end_all
from vaultmeter.access.tokens import hash_of, new_access_id, new_access_key
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Exists, Invalid, NotFound, did_you_mean
from vaultmeter.model.instants import text_of
from vaultmeter.state.tables import ACCESS_KEY, ROLE_MEMBER

_NOBODY = hash_of("no key at all")


@dataclass(frozen=True)
class AccessKey:
    """A key of a program. `settings` are only told; instants are UTC."""

    id: int
    name: str
    access_id: str
    settings: Mapping[str, Any]
    expires: datetime | None
    created: datetime
    last_used: datetime | None


def access_keys(connection: Connection) -> list[AccessKey]:
    """Every key, by name."""
    return [
        _read(row) for row in connection.execute(select(ACCESS_KEY).order_by(ACCESS_KEY.c.name))
    ]


def key_named(connection: Connection, name: str) -> AccessKey:
    """The key of that name; raises `NotFound`."""
    row = connection.execute(select(ACCESS_KEY).where(ACCESS_KEY.c.name == name)).first()
    if row is None:
        known = connection.execute(select(ACCESS_KEY.c.name)).scalars()
        raise NotFound(f"There is no key {name!r}.", did_you_mean(name, known))
    return _read(row)


def create_key(
    connection: Connection,
    name: str,
    now: datetime,
    expires: datetime | None = None,
    settings: Mapping[str, Any] | None = None,
) -> tuple[AccessKey, str]:
    """Make a key; answers it and the key itself, which nobody can be told again.

    Raises `Exists`, and `Invalid` for one that would have expired already.
    """
    name_checked(name, "key")
    if expires is not None and expires <= now:
        raise Invalid("The key would have expired already.", "Give a later --expires.")
    if connection.execute(select(ACCESS_KEY.c.id).where(ACCESS_KEY.c.name == name)).first():
        raise Exists(f"There is a key {name!r} already.", "Choose another name.")
    key = new_access_key()
    connection.execute(
        insert(ACCESS_KEY).values(
            name=name,
            access_id=new_access_id(),
            key_hash=hash_of(key),
            settings=json.dumps(dict(settings or {})),
            expires=expires,
            created=now,
        )
    )
    return key_named(connection, name), key


def delete_key(connection: Connection, name: str) -> AccessKey:
    """Delete a key, take its roles, and end its sessions; raises `NotFound`."""
    key = key_named(connection, name)
    # Its number may be another key's one day.
    end_all(connection, ("key", key.id))
    connection.execute(
        delete(ROLE_MEMBER).where(ROLE_MEMBER.c.kind == "key", ROLE_MEMBER.c.member == key.id)
    )
    connection.execute(delete(ACCESS_KEY).where(ACCESS_KEY.c.id == key.id))
    return key


def opened_by(connection: Connection, access_id: str, key: str, now: datetime) -> AccessKey | None:
    """The key of that access id, if `key` is it and it has not expired."""
    row = connection.execute(select(ACCESS_KEY).where(ACCESS_KEY.c.access_id == access_id)).first()
    # Compared also when there is none, so that the answer takes as long.
    is_right = compare_digest(hash_of(key), row.key_hash if row else _NOBODY)
    if row is None or not is_right:
        return None
    found = _read(row)
    return None if found.expires is not None and found.expires <= now else found


def note_use(connection: Connection, key: int, now: datetime) -> None:
    """Keep when a key was last used."""
    connection.execute(update(ACCESS_KEY).where(ACCESS_KEY.c.id == key).values(last_used=now))


def plain(key: AccessKey, roles: list[str]) -> Object:
    """A key as JSON has it, without the key itself."""
    return {
        "name": key.name,
        "access_id": key.access_id,
        "roles": roles,
        "expires": text_of(key.expires),
        "created": text_of(key.created),
        "last_used": text_of(key.last_used),
    }


def _read(row: Any) -> AccessKey:  # noqa: ANN401  the library's type
    return AccessKey(
        row.id,
        row.name,
        row.access_id,
        json.loads(row.settings),
        row.expires,
        row.created,
        row.last_used,
    )
