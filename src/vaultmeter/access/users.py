"""People who sign in, with the roles that they and their groups have."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from vaultmeter.access.names import name_checked, one_named
from vaultmeter.access.roles import check_within, is_seen, members, roles
from vaultmeter.model.access import ADMIN, Object, Permission, Principal, Role
from vaultmeter.model.errors import Exists, Forbidden, Invalid
from vaultmeter.model.instants import text_of
from vaultmeter.state.tables import GROUP_MEMBER, USER_GROUP, USER_LOGIN

_LONGEST_ADDRESS = 254
"""Characters of an address (RFC 5321, 4.5.3.1.3, less its brackets)."""


@dataclass(frozen=True)
class User:
    """Somebody who signs in, without anything secret. Instants are UTC."""

    id: int
    name: str
    email: str
    is_disabled: bool
    has_password: bool
    has_second_factor: bool
    created: datetime
    last_used: datetime | None
    roles: tuple[Role, ...]
    """Its own, by name."""
    groups: tuple[str, ...]
    group_roles: tuple[Role, ...]
    """Those of its groups."""

    @property
    def all_roles(self) -> tuple[Role, ...]:
        """Everything it has, one way or the other."""
        return tuple({role.id: role for role in (*self.roles, *self.group_roles)}.values())


@dataclass(frozen=True)
class Held:
    """Who has which roles, and is in which groups, at a moment."""

    roles: Mapping[tuple[str, int], tuple[Role, ...]]
    groups: Mapping[int, tuple[int, ...]]
    names: Mapping[int, str]

    @classmethod
    def read(cls, connection: Connection) -> "Held":
        """Read all of it at once."""
        by_id = {role.id: role for role in roles(connection)}
        held: dict[tuple[str, int], list[Role]] = defaultdict(list)
        for member in members(connection):
            held[member.kind, member.member].append(by_id[member.role])
        groups: dict[int, list[int]] = defaultdict(list)
        for group, user in connection.execute(select(GROUP_MEMBER.c.group, GROUP_MEMBER.c.user)):
            groups[user].append(group)
        named = connection.execute(select(USER_GROUP.c.id, USER_GROUP.c.name))
        return cls(
            {key: tuple(sorted(each, key=lambda role: role.name)) for key, each in held.items()},
            {user: tuple(each) for user, each in groups.items()},
            {id_: name for id_, name in named},  # noqa: C416  rows are no pairs to the checker
        )


def users(connection: Connection) -> list[User]:
    """Every user, by name."""
    held = Held.read(connection)
    rows = connection.execute(select(USER_LOGIN).order_by(USER_LOGIN.c.name))
    return [_read(row, held) for row in rows]


def users_seen(connection: Connection, who: Principal) -> list[User]:
    """Every user that `who` is shown, by name: those all of whose roles it is shown.

    Those without any are shown to whoever manages roles everywhere.
    """
    return [user for user in users(connection) if is_shown(who, user.all_roles)]


def user_seen(connection: Connection, who: Principal, name: str) -> User:
    """The user of that name, if `who` is shown it; raises `NotFound`."""
    seen = {user.name: user for user in users_seen(connection, who)}
    return one_named("user", name, seen)


def insert_user(
    connection: Connection, name: str, email: str, password_hash: str | None, now: datetime
) -> int:
    """Make a user; answers its id. Raises `Exists` and `Invalid`.

    Names that differ in capital letters alone are taken for one another by people.
    """
    name_checked(name, "user")
    folded = name.casefold()
    taken = connection.execute(select(USER_LOGIN.c.name)).scalars()
    if any(each.casefold() == folded for each in taken):
        raise Exists(f"There is a user {name!r} already.", "Choose another name.")
    made = connection.execute(
        insert(USER_LOGIN).values(
            name=name,
            email=email_checked(email),
            password_hash=password_hash,
            is_disabled=False,
            created=now,
        )
    )
    return int((made.inserted_primary_key or [0])[0])


def email_checked(email: str) -> str:
    """The address, or nothing; raises `Invalid` for what is none."""
    local, at, domain = email.rpartition("@")
    is_whole = bool(at and local and domain) and email.isprintable() and " " not in email
    if email and (not is_whole or len(email) > _LONGEST_ADDRESS):
        raise Invalid(f"{email[:_LONGEST_ADDRESS]!r} is no address of e-mail.", "Write NAME@HOST.")
    return email


def is_shown(who: Principal, held: tuple[Role, ...]) -> bool:
    """Whether `who` is shown somebody with these roles."""
    return all(is_seen(who, role) for role in held) if held else manages_everywhere(who)


def check_manageable(who: Principal, what: str, held: tuple[Role, ...]) -> None:
    """Raise `Forbidden` unless somebody with these roles may do no more than `who`.

    Whoever sets somebody's password can be them: so nobody sets that of somebody who may more.
    """
    who.require(Permission.ROLES)
    if not held and not manages_everywhere(who):
        raise Forbidden(
            f"{who.name} manages roles of some accounts or products alone, and {what} has none.",
            "Give it a role of those, with --role.",
        )
    for role in held:
        check_within(who, role)


def manages_everywhere(who: Principal) -> bool:
    """Whether `who` manages the roles of all accounts and products."""
    return any(
        Permission.ROLES in mine.permissions and mine.grant.is_everything for mine in who.roles
    )


@contextmanager
def keeping_administrator(connection: Connection) -> Iterator[None]:
    """Raise `Invalid` where a change leaves nobody who may do everything."""
    had = _administrators(connection)
    yield
    if had and not _administrators(connection):
        raise Invalid(
            "Nobody would be left who may do everything.",
            f"First give somebody else the role {ADMIN.name!r}.",
        )


def is_anybody(connection: Connection) -> bool:
    """Whether there is any user."""
    return bool(connection.execute(select(func.count()).select_from(USER_LOGIN)).scalar())


def plain(user: User) -> Object:
    """A user as JSON has it."""
    return {
        "name": user.name,
        "email": user.email,
        "roles": [role.name for role in user.roles],
        "groups": list(user.groups),
        "is_disabled": user.is_disabled,
        "has_password": user.has_password,
        "has_second_factor": user.has_second_factor,
        "created": text_of(user.created),
        "last_used": text_of(user.last_used),
    }


def _administrators(connection: Connection) -> int:
    return sum(
        ADMIN.id in {role.id for role in user.all_roles}
        for user in users(connection)
        if not user.is_disabled
    )


def _read(row: Any, held: Held) -> User:  # noqa: ANN401  the library's type
    groups = held.groups.get(row.id, ())
    of_groups = (role for group in groups for role in held.roles.get(("group", group), ()))
    return User(
        row.id,
        row.name,
        row.email,
        row.is_disabled,
        row.password_hash is not None,
        row.totp_step is not None,
        row.created,
        row.last_used,
        held.roles.get(("user", row.id), ()),
        tuple(sorted(held.names[group] for group in groups)),
        tuple(of_groups),
    )
