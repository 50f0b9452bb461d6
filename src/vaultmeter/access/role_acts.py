"""What is done with roles, by whom: made, changed, deleted, given and taken, each with its trail.

`given` are the fields of a role as JSON has them (`ROLE_FIELDS`); those that are missing stay as
they are. Answers are what JSON has of a role, with its members.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Table, select

from vaultmeter.access.access import Opened
from vaultmeter.access.roles import (
    Member,
    add_member,
    create_role,
    delete_role,
    is_seen,
    member_by_id,
    members,
    plain,
    remove_member,
    role_seen,
    roles,
    update_role,
)
from vaultmeter.access.users import keeping_administrator
from vaultmeter.model.access import MANAGED, Object, Permission, Principal, Role
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.state.tables import ACCESS_KEY, USER_GROUP, USER_LOGIN

HOLDERS: dict[str, Table] = {"user": USER_LOGIN, "group": USER_GROUP, "key": ACCESS_KEY}
"""Where those are who can have a role, by kind."""
ROLE_FIELDS = {
    "name": "name",
    "description": "description",
    "usage_reports_access": "usage_reports",
    "analytics_access": "analytics",
    "accounts": "accounts",
    "products": "products",
    "manages": "manages",
    "levels": "levels",
    "delete_protection": "delete_protection",
}
"""Names of a role's fields in JSON, with those of `model.access.Role`."""


@dataclass(frozen=True)
class Holder:
    """Somebody who has a role, by name; a key with its access id."""

    member: Member
    name: str
    access_id: str = ""


def list_roles(folder: Opened, who: Principal) -> Object:
    """Every role that `who` is shown, by name."""
    who.require(Permission.ROLES)
    with folder.access.state.reading() as connection:
        held = holders(connection)
        seen = [role for role in roles(connection) if is_seen(who, role)]
    return {"rows": [told(role, held[role.id]) for role in seen], "next": None}


def get_role(folder: Opened, who: Principal, role: str) -> Object:
    """The role of that name; raises `NotFound`."""
    who.require(Permission.ROLES)
    with folder.access.state.reading() as connection:
        found = role_seen(connection, who, role)
        return told(found, holders(connection)[found.id])


def make_role(folder: Opened, who: Principal, **given: Any) -> Object:  # noqa: ANN401  JSON
    """Make a role; raises `Exists`, `Invalid`, and `Forbidden` for more than `who` may do."""
    return add_role(folder, who, replace(Role(""), **role_fields(given)))


def add_role(folder: Opened, who: Principal, wanted: Role) -> Object:
    """Make that role; raises as `make_role`."""
    who.require(Permission.ROLES)
    access, trail = folder.access, folder.access.trail
    with access.changing() as connection:
        made = create_role(connection, who, wanted, access.clock())
        trail.add(connection, who, "role.create", made.name, details=_given(made))
    return told(made, ())


def change_role(folder: Opened, who: Principal, role: str, **given: Any) -> Object:  # noqa: ANN401  JSON
    """Change the fields of a role that are given; raises as `make_role`, and `NotFound`."""
    fields = role_fields(given)

    def changed(old: Role) -> Role:
        levels = {**old.levels, **fields.get("levels", {})}
        return replace(old, **{**fields, "levels": levels})

    return replace_role(folder, who, role, changed)


def replace_role(
    folder: Opened, who: Principal, role: str, changed: Callable[[Role], Role]
) -> Object:
    """Put what is made of a role in its place; raises as `change_role`."""
    who.require(Permission.ROLES)
    access, trail = folder.access, folder.access.trail
    with access.changing() as connection:
        old = role_seen(connection, who, role)
        new = update_role(connection, who, role, changed(old), access.clock())
        before, after = _differing(old, new)
        details = {"before": before, "after": after}
        trail.add(connection, who, "role.update", role, details=details)
        return told(new, holders(connection)[new.id])


def drop_role(folder: Opened, who: Principal, role: str) -> Object:
    """Delete a role, and take it from its members; raises `NotFound`, `Invalid`, `Forbidden`."""
    who.require(Permission.ROLES)
    access, trail = folder.access, folder.access.trail
    with access.changing() as connection:
        role_seen(connection, who, role)
        gone = delete_role(connection, who, role)
        trail.add(connection, who, "role.delete", role, details=_given(gone))
    return told(gone, ())


def give_role(
    folder: Opened,
    who: Principal,
    role: str,
    kind: str,
    name: str,
    sub_claims: Mapping[str, Sequence[str]] | None = None,
    *,
    case_sensitive: bool = True,
) -> Object:
    """Give a role to a user, group or key; answers the membership.

    Sub-claims are kept and told, and narrow nothing: keys bring no claims. Raises `NotFound`,
    `Exists`, `Forbidden`.
    """
    who.require(Permission.ROLES)
    with folder.access.noting(who, "role.give", role, kind=kind, to=name) as connection:
        given = role_seen(connection, who, role)
        member = add_member(
            connection,
            who,
            given,
            kind,
            _holder_id(connection, who, kind, name),
            sub_claims,
            case_sensitive=case_sensitive,
        )
    return {"id": member.id, "role": role, "kind": kind, "name": name}


def take_role(folder: Opened, who: Principal, role: str, kind: str, name: str) -> Object:
    """Take a role from a user, group or key; answers the membership that was.

    Raises `NotFound`, `Forbidden`.
    """
    who.require(Permission.ROLES)
    with folder.access.state.reading() as connection:
        given = role_seen(connection, who, role)
        held = [each for each in holders(connection)[given.id] if each.member.kind == kind]
    found = {each.name: each.member.id for each in held}
    if name not in found:
        raise NotFound(
            f"The {kind} {name!r} does not have the role {role!r}.", did_you_mean(name, found)
        )
    return take_membership(folder, who, found[name])


def take_membership(folder: Opened, who: Principal, id_: str) -> Object:
    """Take a role from somebody by the id of the membership; raises as `take_role`."""
    who.require(Permission.ROLES)
    access, trail = folder.access, folder.access.trail
    with access.changing() as connection:
        role, holder = membership(connection, who, id_)
        with keeping_administrator(connection):
            remove_member(connection, who, id_)
        kind = holder.member.kind
        details = {"kind": kind, "from": holder.name}
        trail.add(connection, who, "role.take", role.name, details=details)
    return {"id": id_, "role": role.name, "kind": kind, "name": holder.name}


def membership(connection: Connection, who: Principal, id_: str) -> tuple[Role, Holder]:
    """A membership of a role that `who` is shown; raises `NotFound`."""
    member = member_by_id(connection, id_)
    for role in roles(connection):
        if role.id == member.role and is_seen(who, role):
            held = holders(connection)[role.id]
            return role, next(each for each in held if each.member.id == id_)
    raise NotFound(f"There is no association {id_!r}.", "Read the role: it lists them.")


def holders(connection: Connection) -> defaultdict[int, list[Holder]]:
    """Who has which role, by the role's id."""
    keys = {row.id: row for row in connection.execute(select(ACCESS_KEY))}
    names = {
        kind: {row.id: row.name for row in connection.execute(select(table.c.id, table.c.name))}
        for kind, table in HOLDERS.items()
    }
    found: defaultdict[int, list[Holder]] = defaultdict(list)
    for member in members(connection):
        access_id = keys[member.member].access_id if member.kind == "key" else ""
        name = names[member.kind][member.member]
        found[member.role].append(Holder(member, name, access_id))
    return found


def told(role: Role, held: Sequence[Holder]) -> Object:
    """A role as JSON has it, with its members."""
    listed = [{"id": each.member.id, "kind": each.member.kind, "name": each.name} for each in held]
    return plain(role) | {"members": sorted(listed, key=lambda each: (each["kind"], each["name"]))}


def role_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `model.access.Role`; raises `Invalid` for what a role does not have."""
    fields: dict[str, Any] = {}
    for name, value in given.items():
        if name not in ROLE_FIELDS:
            raise Invalid(f"A role has no {name!r}.", did_you_mean(name, ROLE_FIELDS))
        fields[ROLE_FIELDS[name]] = tuple(value) if isinstance(value, list) else value
    if "manages" in fields:
        fields["manages"] = frozenset(_permission(word) for word in fields["manages"])
    return fields


def _permission(word: str) -> Permission:
    if word not in tuple(MANAGED):
        raise Invalid(f"manages is {word!r}.", did_you_mean(word, MANAGED))
    return Permission(word)


def _holder_id(connection: Connection, who: Principal, kind: str, name: str) -> int:
    """The id of a user, group or key; raises `Invalid` and `NotFound`."""
    if kind not in HOLDERS:
        raise Invalid(f"Nobody of the kind {kind!r} has roles.", did_you_mean(kind, HOLDERS))
    table = HOLDERS[kind]
    found = connection.execute(select(table.c.name, table.c.id))
    known = {row.name: row.id for row in found}
    if name not in known:
        # Whoever manages a part of the organisation is not told of the others' names.
        shown = known if is_seen(who, Role("")) else ()
        raise NotFound(f"There is no {kind} {name!r}.", did_you_mean(name, shown))
    return int(known[name])


def _given(role: Role) -> Object:
    """What a role gives, for the trail."""
    kept = plain(role)
    return {name: kept[name] for name in ROLE_FIELDS if name != "name"}


def _differing(old: Role, new: Role) -> tuple[Object, Object]:
    """What of a role is different afterwards: as it was, and as it is."""
    was, is_ = plain(old), plain(new)
    names = [name for name in ROLE_FIELDS if was[name] != is_[name]]
    return {name: was[name] for name in names}, {name: is_[name] for name in names}
