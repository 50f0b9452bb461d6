"""What is done with users, by whom: added, changed, disabled; each with its trail.

Nobody touches somebody who may do more than they may themselves. Whoever is disabled, or gets
another password, is signed out everywhere at once.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, update

from vaultmeter.access import sessions
from vaultmeter.access.access import Opened
from vaultmeter.access.passwords import checked_password, new_password
from vaultmeter.access.roles import add_member, role_seen
from vaultmeter.access.users import (
    User,
    check_manageable,
    email_checked,
    insert_user,
    keeping_administrator,
    plain,
    user_seen,
    users_seen,
)
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.state.tables import RECOVERY_CODE, USER_LOGIN


def list_users(folder: Opened, who: Principal) -> Object:
    """Every user that `who` is shown, by name."""
    who.require(Permission.ROLES)
    with folder.access.state.reading() as connection:
        return {"rows": [plain(user) for user in users_seen(connection, who)], "next": None}


def get_user(folder: Opened, who: Principal, name: str) -> Object:
    """The user of that name; raises `NotFound`."""
    who.require(Permission.ROLES)
    with folder.access.state.reading() as connection:
        return plain(user_seen(connection, who, name))


def add_user(
    folder: Opened,
    who: Principal,
    name: str,
    email: str | None = None,
    roles: Sequence[str] = (),
    password: str | None = None,
) -> Object:
    """Add a user with roles; the answer has the password, this once, unless it was given.

    Raises `Exists`, `Invalid`, `NotFound` for a role, `Forbidden` for more than `who` may do.
    """
    who.require(Permission.ROLES)
    access, named = folder.access, list(dict.fromkeys(roles))
    made, kept = _password(folder, password, [name, email or ""])
    with access.noting(who, "user.add", name, email=email or "", roles=named) as connection:
        held = tuple(role_seen(connection, who, role) for role in named)
        check_manageable(who, f"the user {name!r}", held)
        id_ = insert_user(connection, name, email or "", kept, access.clock())
        for role in held:
            add_member(connection, who, role, "user", id_)
        added = plain(user_seen(connection, who, name))
    return added | made


def change_user(
    folder: Opened,
    who: Principal,
    name: str,
    *,
    email: str | None = None,
    disabled: bool | None = None,
) -> Object:
    """Change a user's address, disable or enable it; `None` leaves what there is.

    Raises `NotFound`, `Forbidden`, and `Invalid` for the last administrator.
    """
    act = {None: "user.update", True: "user.disable", False: "user.enable"}[disabled]
    told = {} if email is None else {"email": email}
    with folder.access.noting(who, act, name, **told) as connection:
        user = _manageable(connection, who, name)
        values: dict[str, Any] = {} if email is None else {"email": email_checked(email)}
        if disabled is not None:
            values["is_disabled"] = disabled
        with keeping_administrator(connection):
            if values:
                connection.execute(
                    update(USER_LOGIN).where(USER_LOGIN.c.id == user.id).values(**values)
                )
        if disabled:
            sessions.end_all(connection, ("user", user.id))
        return plain(user_seen(connection, who, name))


def disable_user(folder: Opened, who: Principal, name: str) -> Object:
    """Let a user in no more, and sign it out everywhere; raises as `change_user`."""
    return change_user(folder, who, name, disabled=True)


def enable_user(folder: Opened, who: Principal, name: str) -> Object:
    """Let a user in again, with the password and the roles it had; raises as `change_user`."""
    return change_user(folder, who, name, disabled=False)


def set_password(
    folder: Opened,
    who: Principal,
    name: str,
    password: str | None = None,
    *,
    reset_second_factor: bool = False,
) -> Object:
    """Give a user another password, and sign it out; the answer has it, unless it was given.

    With `reset_second_factor` the password alone is enough until a new one is set up. Raises
    `NotFound`, `Forbidden`, `Invalid`.
    """
    with folder.access.state.reading() as connection:
        user = _manageable(connection, who, name)
    made, kept = _password(folder, password, [name, user.email])
    told = {"reset_second_factor": reset_second_factor}
    with folder.access.noting(who, "user.password", name, **told) as connection:
        user = _manageable(connection, who, name)
        values: dict[str, Any] = {"password_hash": kept}
        if reset_second_factor:
            values |= {"totp_sealed": None, "totp_step": None}
            connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.user == user.id))
        connection.execute(update(USER_LOGIN).where(USER_LOGIN.c.id == user.id).values(**values))
        sessions.end_all(connection, ("user", user.id))
    return {"name": name, "reset_second_factor": reset_second_factor} | made


def _password(folder: Opened, given: str | None, own: Sequence[str]) -> tuple[Object, str]:
    """What is told of a password, and what is kept of it; a random one unless it is given."""
    text = new_password() if given is None else checked_password(given, own)
    return {"password": text} if given is None else {}, folder.access.passwords.hashed(text)


def _manageable(connection: Connection, who: Principal, name: str) -> User:
    who.require(Permission.ROLES)
    user = user_seen(connection, who, name)
    check_manageable(who, f"the user {name!r}", user.all_roles)
    return user
