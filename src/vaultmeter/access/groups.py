"""Groups of users: what a group may do, each of its members may."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from vaultmeter.access.access import Opened
from vaultmeter.access.names import name_checked, one_named
from vaultmeter.access.users import (
    Held,
    check_manageable,
    is_shown,
    keeping_administrator,
    user_seen,
)
from vaultmeter.model.access import Object, Permission, Principal, Role
from vaultmeter.model.errors import Exists, NotFound, did_you_mean
from vaultmeter.model.instants import text_of
from vaultmeter.state.tables import GROUP_MEMBER, ROLE_MEMBER, USER_GROUP, USER_LOGIN


@dataclass(frozen=True)
class Group:
    """A group, with the names of its members; `created` is UTC."""

    id: int
    name: str
    created: datetime
    roles: tuple[Role, ...]
    members: tuple[str, ...]


def list_groups(folder: Opened, who: Principal) -> Object:
    """Every group that `who` is shown, by name: those all of whose roles it is shown."""
    who.require(Permission.ROLES)
    with folder.access.state.reading() as connection:
        return {"rows": [_plain(group) for group in _seen(connection, who)], "next": None}


def make_group(folder: Opened, who: Principal, name: str) -> Object:
    """Make a group without members and roles; raises `Exists`, `Invalid`, `Forbidden`."""
    name_checked(name, "group")
    access = folder.access
    with access.noting(who, "group.create", name) as connection:
        check_manageable(who, f"a new group {name!r}", ())
        if connection.execute(select(USER_GROUP.c.id).where(USER_GROUP.c.name == name)).first():
            raise Exists(f"There is a group {name!r} already.", "Choose another name.")
        connection.execute(insert(USER_GROUP).values(name=name, created=access.clock()))
        return _plain(_group(connection, who, name))


def drop_group(folder: Opened, who: Principal, name: str) -> Object:
    """Delete a group; its members lose its roles. Raises `NotFound`, `Forbidden`, `Invalid`."""
    with folder.access.noting(who, "group.delete", name) as connection:
        group = _manageable(connection, who, name)
        with keeping_administrator(connection):
            connection.execute(
                delete(ROLE_MEMBER).where(
                    ROLE_MEMBER.c.kind == "group", ROLE_MEMBER.c.member == group.id
                )
            )
            connection.execute(delete(USER_GROUP).where(USER_GROUP.c.id == group.id))
        return _plain(group)


def add_to_group(folder: Opened, who: Principal, name: str, user: str) -> Object:
    """Put a user into a group; raises `NotFound`, `Exists`, `Forbidden`."""
    with folder.access.noting(who, "group.add", name, user=user) as connection:
        group = _manageable(connection, who, name)
        if user in group.members:
            raise Exists(f"{user!r} is in the group {name!r} already.")
        member = user_seen(connection, who, user).id
        connection.execute(insert(GROUP_MEMBER).values(group=group.id, user=member))
        return _plain(_group(connection, who, name))


def take_from_group(folder: Opened, who: Principal, name: str, user: str) -> Object:
    """Take a user out of a group; raises `NotFound`, `Forbidden`, `Invalid`."""
    with folder.access.noting(who, "group.remove", name, user=user) as connection:
        group = _manageable(connection, who, name)
        if user not in group.members:
            hint = did_you_mean(user, group.members)
            raise NotFound(f"{user!r} is not in the group {name!r}.", hint)
        member = select(USER_LOGIN.c.id).where(USER_LOGIN.c.name == user).scalar_subquery()
        with keeping_administrator(connection):
            connection.execute(
                delete(GROUP_MEMBER).where(
                    GROUP_MEMBER.c.group == group.id, GROUP_MEMBER.c.user == member
                )
            )
        return _plain(_group(connection, who, name))


def _seen(connection: Connection, who: Principal) -> list[Group]:
    held = Held.read(connection)
    logins = connection.execute(select(USER_LOGIN.c.id, USER_LOGIN.c.name))
    names = {row.id: row.name for row in logins}
    found = [
        Group(
            row.id,
            row.name,
            row.created,
            held.roles.get(("group", row.id), ()),
            tuple(sorted(names[user] for user, its in held.groups.items() if row.id in its)),
        )
        for row in connection.execute(select(USER_GROUP).order_by(USER_GROUP.c.name))
    ]
    return [group for group in found if is_shown(who, group.roles)]


def _group(connection: Connection, who: Principal, name: str) -> Group:
    seen = {group.name: group for group in _seen(connection, who)}
    return one_named("group", name, seen)


def _manageable(connection: Connection, who: Principal, name: str) -> Group:
    who.require(Permission.ROLES)
    group = _group(connection, who, name)
    check_manageable(who, f"the group {name!r}", group.roles)
    return group


def _plain(group: Group) -> Object:
    return {
        "name": group.name,
        "roles": [role.name for role in group.roles],
        "members": list(group.members),
        "created": text_of(group.created),
    }
