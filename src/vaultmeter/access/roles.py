"""Roles: made, changed, read, deleted, and given to users, groups and keys."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vaultmeter.access.levels import levels_checked
from vaultmeter.access.names import name_checked, one_named
from vaultmeter.model.access import BUILT_IN, MANAGED, Object, PathRule, Permission, Principal, Role
from vaultmeter.model.collecting import account_name
from vaultmeter.model.errors import Exists, Forbidden, Invalid, NotFound, did_you_mean
from vaultmeter.model.instants import text_of
from vaultmeter.model.kinds import Product
from vaultmeter.state.tables import ROLE, ROLE_MEMBER

USAGE_REPORTS = ("none", "all")
ANALYTICS = ("none", "own", "all")
_BUILT_IN = {role.id: role for role in BUILT_IN}


@dataclass(frozen=True)
class Member:
    """A user, a group or a key that has a role; `id` is what Akeyless calls assoc_id."""

    id: str
    role: int
    kind: str
    member: int
    sub_claims: Mapping[str, Sequence[str]]
    case_sensitive: bool


def roles(connection: Connection) -> list[Role]:
    """Every role, by name."""
    rows = connection.execute(select(ROLE).order_by(ROLE.c.name))
    return [_read(row) for row in rows]


def role_named(connection: Connection, name: str) -> Role:
    """The role of that name; raises `NotFound`."""
    row = connection.execute(select(ROLE).where(ROLE.c.name == name)).first()
    if row is None:
        known = connection.execute(select(ROLE.c.name)).scalars()
        raise NotFound(f"There is no role {name!r}.", did_you_mean(name, known))
    return _read(row)


def role_seen(connection: Connection, who: Principal, name: str) -> Role:
    """The role of that name, if `who` is shown it; raises `NotFound` as for one there is not."""
    seen = {role.name: role for role in roles(connection) if is_seen(who, role)}
    return one_named("role", name, seen)


def create_role(connection: Connection, who: Principal, role: Role, now: datetime) -> Role:
    """Make a role; raises `Exists`, `Invalid`, and `Forbidden` for more than `who` may do."""
    role = replace(checked(role), created=now, modified=now)
    check_within(who, role)
    if connection.execute(select(ROLE.c.id).where(ROLE.c.name == role.name)).first():
        raise Exists(f"There is a role {role.name!r} already.", "Choose another name.")
    made = connection.execute(
        insert(ROLE).values(name=role.name, settings=_written(role), created=now, modified=now)
    )
    return replace(role, id=int((made.inserted_primary_key or [0])[0]))


def update_role(
    connection: Connection, who: Principal, name: str, new: Role, now: datetime
) -> Role:
    """Put `new` in the place of the role of that name; raises as `create_role`, and `NotFound`."""
    old = role_named(connection, name)
    check_changeable(who, old)
    new = replace(checked(new), id=old.id, created=old.created, modified=now)
    check_within(who, new)
    taken = select(ROLE.c.id).where(ROLE.c.name == new.name, ROLE.c.id != old.id)
    if connection.execute(taken).first():
        raise Exists(f"There is a role {new.name!r} already.", "Choose another name.")
    connection.execute(
        update(ROLE)
        .where(ROLE.c.id == old.id)
        .values(name=new.name, settings=_written(new), modified=now)
    )
    return new


def delete_role(connection: Connection, who: Principal, name: str) -> Role:
    """Delete a role, and take it from its members; raises `NotFound`, `Invalid`, `Forbidden`."""
    role = role_named(connection, name)
    check_changeable(who, role)
    if role.delete_protection:
        raise Invalid(
            f"The role {name!r} is protected from deletion.",
            f"First: vaultmeter update-role --name {name} --delete-protection false",
        )
    connection.execute(delete(ROLE).where(ROLE.c.id == role.id))
    return role


def members(connection: Connection, role: int | None = None) -> list[Member]:
    """Who has a role, or any."""
    statement = select(ROLE_MEMBER).order_by(ROLE_MEMBER.c.id)
    if role is not None:
        statement = statement.where(ROLE_MEMBER.c.role == role)
    return [
        Member(**{**row, "sub_claims": json.loads(row["sub_claims"])})
        for row in connection.execute(statement).mappings()
    ]


def add_member(
    connection: Connection,
    who: Principal,
    role: Role,
    kind: str,
    member: int,
    sub_claims: Mapping[str, Sequence[str]] | None = None,
    *,
    case_sensitive: bool = True,
) -> Member:
    """Give a role to a user, group or key; raises `Exists`, `Forbidden`."""
    check_within(who, role)
    held = select(ROLE_MEMBER.c.id).where(
        ROLE_MEMBER.c.role == role.id, ROLE_MEMBER.c.kind == kind, ROLE_MEMBER.c.member == member
    )
    if connection.execute(held).first():
        raise Exists(f"The {kind} has the role {role.name!r} already.")
    made = Member(
        f"ass-{token_hex(8)}", role.id, kind, member, dict(sub_claims or {}), case_sensitive
    )
    written = vars(made) | {"sub_claims": json.dumps(made.sub_claims)}
    connection.execute(insert(ROLE_MEMBER).values(**written))
    return made


def change_member(
    connection: Connection,
    who: Principal,
    member: Member,
    sub_claims: Mapping[str, Sequence[str]],
    *,
    case_sensitive: bool,
) -> None:
    """Set the sub-claims of a membership; raises `Forbidden`."""
    check_within(who, next(role for role in roles(connection) if role.id == member.role))
    connection.execute(
        update(ROLE_MEMBER)
        .where(ROLE_MEMBER.c.id == member.id)
        .values(sub_claims=json.dumps(dict(sub_claims)), case_sensitive=case_sensitive)
    )


def member_by_id(connection: Connection, id_: str) -> Member:
    """A membership; raises `NotFound`."""
    for member in members(connection):
        if member.id == id_:
            return member
    raise NotFound(f"There is no association {id_!r}.", "Read the role: it lists them.")


def remove_member(connection: Connection, who: Principal, id_: str) -> Member:
    """Take a role from somebody; raises `NotFound`, `Forbidden`."""
    member = member_by_id(connection, id_)
    check_within(who, next(role for role in roles(connection) if role.id == member.role))
    connection.execute(delete(ROLE_MEMBER).where(ROLE_MEMBER.c.id == id_))
    return member


def roles_of(connection: Connection, holders: Iterable[tuple[str, int]]) -> tuple[Role, ...]:
    """The roles of a user and its groups, or of a key, by name."""
    wanted = set(holders)
    held = {each.role for each in members(connection) if (each.kind, each.member) in wanted}
    return tuple(role for role in roles(connection) if role.id in held)


def checked(role: Role) -> Role:
    """The same, tidied; raises `Invalid` naming what is wrong."""
    _one_of("usage-reports-access", role.usage_reports, USAGE_REPORTS)
    _one_of("analytics-access", role.analytics, ANALYTICS)
    for product in role.products or ():
        _one_of("products", product, tuple(Product))
    for permission in role.manages:
        _one_of("manages", permission, MANAGED)
    for named, words in (("accounts", role.accounts), ("products", role.products)):
        if words is not None and not words:
            raise Invalid(f"{named} names none.", f"Leave {named} out for all of them.")
    accounts = role.accounts and tuple(dict.fromkeys(map(account_name, role.accounts)))
    levels = levels_checked(role.levels)
    return replace(role, name=name_checked(role.name, "role"), accounts=accounts, levels=levels)


def is_seen(who: Principal, role: Role) -> bool:
    """Whether `who` manages roles, of all accounts and products that a role is about."""
    own = (mine.grant for mine in who.roles if Permission.ROLES in mine.permissions)
    return any(grant.holds(role.grant) for grant in own)


def check_changeable(who: Principal, role: Role) -> None:
    """Raise `Invalid` for a built-in role, `Forbidden` for one of more than `who` may do."""
    if role.id in _BUILT_IN:
        raise Invalid(f"The role {role.name!r} is built in and stays as it is.", "Make another.")
    check_within(who, role)


def is_changeable(who: Principal, role: Role) -> bool:
    """Whether `who` may change a role."""
    try:
        check_changeable(who, role)
    except (Invalid, Forbidden):
        return False
    return True


def check_within(who: Principal, role: Role) -> None:
    """Raise `Forbidden` unless `who` may do all that a role gives, where it gives it."""
    who.require(Permission.ROLES)
    if not is_seen(who, role):
        raise Forbidden(
            f"{who.name} manages no roles of all accounts and products of the role {role.name!r}.",
            "Narrow it with --accounts and --products, or ask an administrator.",
        )
    for permission in role.permissions:
        own = [mine.grant for mine in who.roles if _gives_as_much(mine, role, permission)]
        if not any(mine.holds(role.grant) for mine in own):
            raise Forbidden(
                f"{who.name} may not hand out {permission.value!r} as the role {role.name!r} does.",
                "Nobody gives more than they have: narrow the role, or ask an administrator.",
            )


def _gives_as_much(mine: Role, role: Role, permission: Permission) -> bool:
    """Whether a role gives a permission, at the level of another one."""
    is_less = permission is Permission.ANALYTICS and (mine.analytics, role.analytics) == (
        "own",
        "all",
    )
    return permission in mine.permissions and not is_less


def plain(role: Role) -> Object:
    """A role as JSON has it."""
    return {
        "name": role.name,
        "description": role.description,
        "usage_reports_access": role.usage_reports,
        "analytics_access": role.analytics,
        "accounts": None if role.accounts is None else list(role.accounts),
        "products": None if role.products is None else list(role.products),
        "manages": sorted(role.manages),
        "levels": dict(role.levels),
        "delete_protection": role.delete_protection,
        "is_built_in": role.id in _BUILT_IN,
        "created": text_of(role.created),
        "modified": text_of(role.modified),
    }


def _one_of(option: str, word: str, known: Sequence[str]) -> None:
    if word not in tuple(known):
        raise Invalid(f"{option} is {word!r}.", did_you_mean(word, known))


def _written(role: Role) -> str:
    return json.dumps(
        {
            "usage_reports": role.usage_reports,
            "analytics": role.analytics,
            "accounts": role.accounts,
            "products": role.products,
            "manages": sorted(role.manages),
            "description": role.description,
            "levels": dict(role.levels),
            "rules": [vars(rule) for rule in role.rules],
            "delete_protection": role.delete_protection,
        }
    )


def _read(row: Any) -> Role:  # noqa: ANN401  the library's type
    times = {"id": row.id, "created": row.created, "modified": row.modified}
    if row.id in _BUILT_IN:
        return replace(_BUILT_IN[row.id], **times)
    written = json.loads(row.settings)
    narrowed = {
        name: None if written[name] is None else tuple(written[name])
        for name in ("accounts", "products")
    }
    rules = (
        PathRule(**{**rule, "capabilities": tuple(rule["capabilities"])})
        for rule in written["rules"]
    )
    manages = frozenset(map(Permission, written["manages"]))
    return Role(
        **{
            **written,
            **narrowed,
            **times,
            "name": row.name,
            "rules": tuple(rules),
            "manages": manages,
        }
    )
