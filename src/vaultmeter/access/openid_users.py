"""Who somebody is here that a provider vouches for, and the roles that follow from their groups."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from vaultmeter.access.access import Access
from vaultmeter.access.openid_providers import Provider, keep_link, linked_user
from vaultmeter.access.openid_tokens import NotVouched
from vaultmeter.access.roles import Member, add_member, members, remove_member, roles
from vaultmeter.access.users import email_checked, insert_user
from vaultmeter.model.access import Principal, Role
from vaultmeter.model.errors import Invalid
from vaultmeter.state.tables import USER_LOGIN

_LONGEST_NAME = 200
_MARK = "provider"
"""The claim by which roles are told apart that a provider gave, and takes again."""


def user_of(
    access: Access,
    connection: Connection,
    provider: Provider,
    claims: Mapping[str, Any],
    came: Principal,
) -> int:
    """The user who a subject is; somebody new is made one where a role results from who they are.

    Raises `NotVouched` for whoever is not to come in.
    """
    _check_domain(provider, claims)
    by = Principal("provider", provider.id, provider.name, (), came.address)
    subject = claims["sub"]
    known = {role.name: role for role in roles(connection)}
    groups = _groups(provider, claims)
    given = {
        name: known[name]
        for group, name in provider.group_roles
        if group in groups and name in known
    }
    user = linked_user(connection, provider.issuer, subject)
    if user is None:
        first = {name: known[name] for name in provider.roles if name in known}
        if not first and not given:
            raise NotVouched(
                "unknown",
                f"The provider {provider.name} vouches for you, and you are nobody here yet.",
                "Ask an administrator: vaultmeter providers link"
                f" {provider.name} SUBJECT USER, with the subject that the trail has.",
                subject=subject,
            )
        user = _made(access, connection, provider, claims, by)
        for role in first.values():
            _give(access, connection, by, user, role, {})
    elif _is_disabled(connection, user):
        raise NotVouched("disabled", "You may not sign in any more.", "Ask an administrator.")
    _follow(access, connection, by, user, given)
    return user


def _is_disabled(connection: Connection, user: int) -> bool:
    statement = select(USER_LOGIN.c.is_disabled).where(USER_LOGIN.c.id == user)
    return bool(connection.execute(statement).scalar())


def _follow(
    access: Access, connection: Connection, by: Principal, user: int, given: Mapping[str, Role]
) -> None:
    """Give the roles that follow from somebody's groups, and take those that do no more."""
    held = [each for each in members(connection) if (each.kind, each.member) == ("user", user)]
    wanted = {role.id: role for role in given.values()}
    for member in held:
        if _is_by(member, by) and member.role not in wanted:
            _take(access, connection, by, user, member)
    has = {member.role for member in held}
    for id_, role in wanted.items():
        if id_ not in has:
            _give(access, connection, by, user, role, {_MARK: [by.name]})


def _is_by(member: Member, by: Principal) -> bool:
    return by.name in member.sub_claims.get(_MARK, ())


def _give(
    access: Access,
    connection: Connection,
    by: Principal,
    user: int,
    role: Role,
    sub_claims: Mapping[str, list[str]],
) -> None:
    # Whoever added the provider may hand out what it hands out: that was checked then.
    add_member(connection, Principal.operator(), role, "user", user, sub_claims)
    told = {"kind": "user", "to": _name_of(connection, user)}
    access.trail.add(connection, by, "role.give", role.name, details=told)


def _take(access: Access, connection: Connection, by: Principal, user: int, member: Member) -> None:
    remove_member(connection, Principal.operator(), member.id)
    name = next(role.name for role in roles(connection) if role.id == member.role)
    told = {"kind": "user", "from": _name_of(connection, user)}
    access.trail.add(connection, by, "role.take", name, details=told)


def _made(
    access: Access,
    connection: Connection,
    provider: Provider,
    claims: Mapping[str, Any],
    by: Principal,
) -> int:
    """A new user: its name begins with the provider's, so that nobody is taken for another."""
    name = _free_name(connection, f"{provider.name}:{_said_name(provider, claims)}")
    email = _email(claims)
    user = insert_user(connection, name, email, None, access.clock())
    keep_link(connection, provider.issuer, claims["sub"], user)
    told = {"provider": provider.name, "subject": claims["sub"], "email": email}
    access.trail.add(connection, by, "user.add", name, details=told)
    return user


def _said_name(provider: Provider, claims: Mapping[str, Any]) -> str:
    for said in (claims.get(provider.name_claim), claims["sub"]):
        if isinstance(said, str) and said.strip() and said.isprintable():
            return said.strip()[:_LONGEST_NAME].strip()
    return "user"


def _free_name(connection: Connection, name: str) -> str:
    taken = {each.casefold() for each in connection.execute(select(USER_LOGIN.c.name)).scalars()}
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name} {number}"
    return free


def _name_of(connection: Connection, user: int) -> str:
    return str(
        connection.execute(select(USER_LOGIN.c.name).where(USER_LOGIN.c.id == user)).scalar()
    )


def _email(claims: Mapping[str, Any]) -> str:
    said = claims.get("email")
    try:
        return email_checked(said) if isinstance(said, str) else ""
    except Invalid:
        return ""


def _groups(provider: Provider, claims: Mapping[str, Any]) -> set[str]:
    said = claims.get(provider.groups_claim)
    listed = [said] if isinstance(said, str) else said
    return {each for each in listed if isinstance(each, str)} if isinstance(listed, list) else set()


def _check_domain(provider: Provider, claims: Mapping[str, Any]) -> None:
    """Raise `NotVouched` unless the address is of a domain that may sign in, and verified."""
    if not provider.domains:
        return
    domain = _email(claims).rpartition("@")[2].lower()
    if claims.get("email_verified") is not True or domain not in provider.domains:
        raise NotVouched(
            "domain",
            f"{provider.name} lets in no address of this domain, or does not vouch for it.",
            f"Allowed are: {', '.join(provider.domains)}.",
        )
