"""Calls on roles."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from vaultmeter.access import role_acts
from vaultmeter.access.levels import FORWARDERS, LEVELS
from vaultmeter.access.role_acts import Holder, holders, replace_role
from vaultmeter.access.roles import change_member, is_changeable, is_seen, role_seen, roles
from vaultmeter.api.akeyless.call import Call, Caller
from vaultmeter.api.akeyless.given import Given
from vaultmeter.api.akeyless.pages import page_of
from vaultmeter.api.akeyless.rules import (
    ANALYTICS,
    USAGE_REPORTS,
    associations_told,
    rules_told,
    with_rule,
    without_rule,
)
from vaultmeter.model.access import Object, PathRule, Permission, Principal, Role
from vaultmeter.model.instants import text_of

_LEVELS = {area: area for area in LEVELS} | {"event-forwarder-access": "event-forwarders-access"}
"""Access levels by the keys that clients send: one is in the singular when a role is updated."""


def create_role(caller: Caller) -> Object:
    """Make a role."""
    given = caller.given
    role = Role(given.needed("name"), description=given.described("description", "comment") or "")
    role_acts.add_role(caller.app, caller.who, _changed(role, given))
    return {}


def update_role(caller: Caller) -> Object:
    """Change what is given of a role."""
    given = caller.given

    def changed(role: Role) -> Role:
        words = given.described("description", "new-comment")
        role = role if words is None else replace(role, description=words)
        return _changed(replace(role, name=given.text("new-name") or role.name), given)

    replace_role(caller.app, caller.who, given.needed("name"), changed)
    return {"updated": True}


def get_role(caller: Caller) -> Object:
    """Tell a role."""
    with caller.app.access.state.reading() as connection:
        role = role_seen(connection, caller.who, caller.given.needed("name"))
        return role_told(role, holders(connection)[role.id], caller.who)


def list_roles(caller: Caller) -> Object:
    """Tell a page of all roles."""
    with caller.app.access.state.reading() as connection:
        seen = [role for role in roles(connection) if is_seen(caller.who, role)]
        page, next_page = page_of(seen, caller.given, lambda role: role.name)
        held = holders(connection)
    told = [role_told(role, held[role.id], caller.who) for role in page]
    return {"roles": told, "next_page": next_page}


def delete_role(caller: Caller) -> Object:
    """Delete a role."""
    role_acts.drop_role(caller.app, caller.who, caller.given.needed("name"))
    return {}


def associate(caller: Caller) -> Object:
    """Give a role to a key."""
    given, sensitive = caller.given, caller.given.switch("case-sensitive")
    made = role_acts.give_role(
        caller.app,
        caller.who,
        given.needed("role-name"),
        "key",
        given.needed("am-name"),
        given.claims("sub-claims"),
        case_sensitive=sensitive is not False,
    )
    return {"assoc_id": made["id"]}


def update_association(caller: Caller) -> Object:
    """Change the sub-claims of an association."""
    given, access = caller.given, caller.app.access
    id_, sensitive = given.needed("assoc-id"), given.switch("case-sensitive")
    trail = access.trail
    with access.changing() as connection:
        role, holder = role_acts.membership(connection, caller.who, id_)
        change_member(
            connection,
            caller.who,
            holder.member,
            given.claims("sub-claims"),
            case_sensitive=sensitive is not False,
        )
        details = {"kind": holder.member.kind, "to": holder.name}
        trail.add(connection, caller.who, "role.give", role.name, details=details)
    return {}


def delete_association(caller: Caller) -> Object:
    """Take a role from whoever has it."""
    role_acts.take_membership(caller.app, caller.who, caller.given.needed("assoc-id"))
    return {}


def set_rule(caller: Caller) -> Object:
    """Set a rule of a role."""
    given = caller.given
    rule = PathRule(
        given.needed("path"),
        given.text("rule-type") or "item-rule",
        tuple(given.words("capability")),
        given.number("ttl"),
    )
    name = given.needed("role-name")
    replace_role(caller.app, caller.who, name, lambda role: with_rule(role, rule))
    return {}


def delete_rule(caller: Caller) -> Object:
    """Delete a rule of a role, if it has it."""
    given = caller.given
    path, type_ = given.needed("path"), given.text("rule-type") or "item-rule"
    name = given.needed("role-name")
    with caller.app.access.state.reading() as connection:
        is_there = without_rule(role_seen(connection, caller.who, name), type_, path) is not None
    if not is_there:
        return {"deleted": False, "result": f"The role has no {type_} for {path}."}
    replace_role(caller.app, caller.who, name, lambda role: without_rule(role, type_, path) or role)
    return {"deleted": True, "result": f"The {type_} for {path} is deleted."}


def role_told(role: Role, held: Sequence[Holder], who: Principal) -> Object:
    """A role as clients read it: every field is there."""
    changes = ["create", "update", "delete"] if is_changeable(who, role) else []
    return {
        "role_id": role.id,
        "role_name": role.name,
        "comment": role.description,
        "rules": rules_told(role),
        "role_auth_methods_assoc": associations_told(held),
        "client_permissions": ["read", "list", *changes],
        "creation_date": text_of(role.created),
        "modification_date": text_of(role.modified),
        "access_date": None,
        "access_date_display": "",
        "delete_protection": role.delete_protection,
    }


def roles_of_key(connection: Connection, key: int) -> list[tuple[Role, Holder]]:
    """The roles of a key, each with the association."""
    held = holders(connection)
    return [
        (role, holder)
        for role in roles(connection)
        for holder in held[role.id]
        if (holder.member.kind, holder.member.member) == ("key", key)
    ]


def _changed(role: Role, given: Given) -> Role:
    """The role with the access levels and the protection that are given."""
    levels = given.named(_LEVELS)
    if names := given.words(FORWARDERS):
        levels[FORWARDERS] = ",".join(names)
    protection = given.switch("delete_protection")
    return replace(
        role,
        usage_reports=_or(given.text(USAGE_REPORTS), role.usage_reports),
        analytics=_or(given.text(ANALYTICS), role.analytics),
        levels={**role.levels, **levels},
        delete_protection=role.delete_protection if protection is None else protection,
    )


def _or(given: str | None, old: str) -> str:
    return old if given is None else given


_ROLES = (Permission.ROLES,)
CALLS = {
    "create-role": Call(create_role, _ROLES),
    "update-role": Call(update_role, _ROLES),
    "get-role": Call(get_role, _ROLES),
    "list-roles": Call(list_roles, _ROLES),
    "delete-role": Call(delete_role, _ROLES),
    "assoc-role-am": Call(associate, _ROLES),
    "update-assoc": Call(update_association, _ROLES),
    "delete-assoc": Call(delete_association, _ROLES),
    "set-role-rule": Call(set_rule, _ROLES),
    "delete-role-rule": Call(delete_rule, _ROLES),
}
"""The calls, each with what it needs."""
