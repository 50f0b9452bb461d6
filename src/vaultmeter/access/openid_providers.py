"""Providers of OpenID Connect, and who their subjects are here.

A subject is known by the provider's issuer and its name there, and never by its e-mail: the same
address at another provider is somebody else.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from vaultmeter.access import sessions
from vaultmeter.access.access import Opened
from vaultmeter.access.egress_rules import target_of
from vaultmeter.access.names import one_named
from vaultmeter.access.roles import role_seen
from vaultmeter.access.users import check_manageable, user_seen
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Exists, Invalid, NotFound
from vaultmeter.model.instants import text_of
from vaultmeter.state.tables import PROVIDER, PROVIDER_USER, USER_LOGIN

SCOPES = ("openid", "profile", "email")
NAME_CLAIM, GROUPS_CLAIM = "preferred_username", "groups"
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_WORD = re.compile(r"[!#-\[\]-~]{1,255}")
"""A scope or a claim's name (RFC 6749, 3.3)."""
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_RESERVED = "providers"
"""No provider's name: it stands in the same place of an address."""
_LONGEST = 255


@dataclass(frozen=True)
class Provider:
    """Somebody who vouches for people: who that is, and what follows from what they say.

    `roles` are given to whoever comes for the first time; `group_roles`, of a group and a role,
    to whoever is in the group, as long as that is so. `domains` are those whose addresses may
    sign in, all where there is none.
    """

    id: int
    name: str
    issuer: str
    client_id: str
    scopes: tuple[str, ...]
    name_claim: str
    groups_claim: str
    roles: tuple[str, ...]
    group_roles: tuple[tuple[str, str], ...]
    domains: tuple[str, ...]
    created: datetime
    secret_sealed: bytes | None


class Wanted(TypedDict, total=False):
    """What may be said of a new provider; `group_roles` have a `group` and a `role` each."""

    scopes: Sequence[str]
    name_claim: str
    groups_claim: str
    roles: Sequence[str]
    group_roles: Sequence[Mapping[str, str]]
    domains: Sequence[str]


def providers(connection: Connection) -> list[Provider]:
    """Every provider, by name."""
    rows = connection.execute(select(PROVIDER).order_by(PROVIDER.c.name)).mappings()
    return [_read(row) for row in rows]


def provider_named(connection: Connection, name: str) -> Provider:
    """The provider of that name; raises `NotFound`."""
    known = {each.name: each for each in providers(connection)}
    return one_named("provider", name, known)


def list_providers(folder: Opened, who: Principal) -> Object:
    """Every provider, without its secret."""
    who.require_everywhere(Permission.ROLES)
    with folder.access.state.reading() as connection:
        return {"rows": [plain(each) for each in providers(connection)], "next": None}


def add_provider(
    folder: Opened,
    who: Principal,
    name: str,
    issuer: str,
    client_id: str,
    client_secret: str | None = None,
    **wanted: Unpack[Wanted],
) -> Object:
    """Add a provider.

    Raises `Exists`, `Invalid`, `NotFound` for a role, `Forbidden` for more than `who` may do.
    """
    who.require_everywhere(Permission.ROLES)
    access, settings = folder.access, _settings(wanted)
    values = {
        "name": _name(name),
        "issuer": _issuer(issuer),
        "client_id": _text("client id", client_id),
        "settings": json.dumps(settings),
        "created": access.clock(),
    }
    told = {"issuer": issuer, "client_id": client_id, **settings}
    with access.noting(who, "provider.add", name, **told) as connection:
        given = [*settings["roles"], *(role for _, role in settings["group_roles"])]
        held = tuple(role_seen(connection, who, role) for role in dict.fromkeys(given))
        check_manageable(who, f"the provider {name!r}", held)
        for other in providers(connection):
            if name == other.name or issuer == other.issuer:
                raise Exists(
                    f"There is a provider {other.name!r} already, of {other.issuer}.",
                    "Names and issuers are there once: vaultmeter providers remove NAME.",
                )
        made = connection.execute(insert(PROVIDER).values(**values)).inserted_primary_key or [0]
        if client_secret is not None:
            text = _text("client secret", client_secret)
            sealed = access.sealer.seal(PROVIDER, "secret_sealed", made[0], text)
            connection.execute(
                update(PROVIDER).where(PROVIDER.c.id == made[0]).values(secret_sealed=sealed)
            )
        return plain(provider_named(connection, name))


def remove_provider(folder: Opened, who: Principal, name: str) -> Object:
    """Let nobody in by a provider any more, and sign out who came by it; raises `NotFound`.

    Users stay, and who they are at the issuer, for when it is added again.
    """
    who.require_everywhere(Permission.ROLES)
    with folder.access.noting(who, "provider.remove", name) as connection:
        provider = provider_named(connection, name)
        connection.execute(delete(PROVIDER).where(PROVIDER.c.id == provider.id))
        linked = select(PROVIDER_USER.c.user).where(PROVIDER_USER.c.issuer == provider.issuer)
        for user in connection.execute(linked).scalars().all():
            sessions.end_all(connection, ("user", user))
    return plain(provider)


def list_links(folder: Opened, who: Principal, name: str) -> Object:
    """Who the subjects of a provider are here; raises `NotFound`."""
    who.require_everywhere(Permission.ROLES)
    with folder.access.state.reading() as connection:
        issuer = provider_named(connection, name).issuer
        statement = (
            select(PROVIDER_USER.c.subject, USER_LOGIN.c.name)
            .join(USER_LOGIN, USER_LOGIN.c.id == PROVIDER_USER.c.user)
            .where(PROVIDER_USER.c.issuer == issuer)
            .order_by(PROVIDER_USER.c.subject)
        )
        rows = connection.execute(statement).all()
    return {"rows": [{"subject": row[0], "user": row[1]} for row in rows], "next": None}


def link_user(folder: Opened, who: Principal, name: str, subject: str, user: str) -> Object:
    """Say who a subject of a provider is here.

    Raises `NotFound`, `Exists`, and `Forbidden` for a user who may do more than `who`.
    """
    who.require_everywhere(Permission.ROLES)
    _text("subject", subject)
    told = {"subject": subject, "user": user}
    with folder.access.noting(who, "provider.link", name, **told) as connection:
        issuer = provider_named(connection, name).issuer
        known = user_seen(connection, who, user)
        check_manageable(who, f"the user {user!r}", known.all_roles)
        if linked_user(connection, issuer, subject) is not None:
            raise Exists(
                f"The subject {subject!r} is a user here already.",
                f"vaultmeter providers unlink {name} SUBJECT ends that.",
            )
        keep_link(connection, issuer, subject, known.id)
    return told


def unlink_user(folder: Opened, who: Principal, name: str, subject: str) -> Object:
    """Forget who a subject of a provider is here, and sign it out; raises `NotFound`."""
    who.require_everywhere(Permission.ROLES)
    with folder.access.noting(who, "provider.unlink", name, subject=subject) as connection:
        issuer = provider_named(connection, name).issuer
        user = linked_user(connection, issuer, subject)
        if user is None:
            raise NotFound(
                f"The subject {subject[:_LONGEST]!r} is nobody here.",
                f"vaultmeter providers links {name} lists them.",
            )
        connection.execute(delete(PROVIDER_USER).where(_is(issuer, subject)))
        sessions.end_all(connection, ("user", user))
    return {"subject": subject}


def linked_user(connection: Connection, issuer: str, subject: str) -> int | None:
    """The id of the user who a subject is; `None` for nobody."""
    found = connection.execute(select(PROVIDER_USER.c.user).where(_is(issuer, subject)))
    return found.scalar()


def keep_link(connection: Connection, issuer: str, subject: str, user: int) -> None:
    """Keep who a subject is here."""
    connection.execute(insert(PROVIDER_USER).values(issuer=issuer, subject=subject, user=user))


def plain(provider: Provider) -> Object:
    """A provider as JSON has it."""
    groups = [{"group": group, "role": role} for group, role in provider.group_roles]
    return {
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "has_secret": provider.secret_sealed is not None,
        "scopes": list(provider.scopes),
        "name_claim": provider.name_claim,
        "groups_claim": provider.groups_claim,
        "roles": list(provider.roles),
        "group_roles": groups,
        "domains": list(provider.domains),
        "created": text_of(provider.created),
    }


def _settings(wanted: Wanted) -> Object:
    """What is kept of what is wanted; raises `Invalid`."""
    scopes = dict.fromkeys(("openid", *(wanted.get("scopes") or SCOPES)))
    return {
        "scopes": _words("scope", scopes),
        "name_claim": _words("claim", [wanted.get("name_claim") or NAME_CLAIM])[0],
        "groups_claim": _words("claim", [wanted.get("groups_claim") or GROUPS_CLAIM])[0],
        "roles": list(dict.fromkeys(wanted.get("roles") or ())),
        "group_roles": [
            [_text("group", each["group"]), each["role"]]
            for each in wanted.get("group_roles") or ()
        ],
        "domains": list(map(_domain, wanted.get("domains") or ())),
    }


def _is(issuer: str, subject: str) -> Any:  # noqa: ANN401  the library's type
    return (PROVIDER_USER.c.issuer == issuer) & (PROVIDER_USER.c.subject == subject)


def _read(row: RowMapping) -> Provider:
    settings = json.loads(row["settings"])
    return Provider(
        row["id"],
        row["name"],
        row["issuer"],
        row["client_id"],
        tuple(settings["scopes"]),
        settings["name_claim"],
        settings["groups_claim"],
        tuple(settings["roles"]),
        tuple((group, role) for group, role in settings["group_roles"]),
        tuple(settings["domains"]),
        row["created"],
        row["secret_sealed"],
    )


def _name(name: str) -> str:
    if not _NAME.fullmatch(name) or name == _RESERVED:
        raise Invalid(
            f"{name[:_LONGEST]!r} is no name for a provider.",
            "Use small letters, digits and -, such as okta: it stands in an address.",
        )
    return name


def _issuer(issuer: str) -> str:
    target = target_of(issuer)
    if "?" in target.path:
        raise Invalid(f"The issuer {issuer!r} has a question in it.", "Write https://HOST/PATH.")
    return issuer


def _text(what: str, text: str) -> str:
    if not 0 < len(text) <= _LONGEST or not text.isprintable():
        raise Invalid(
            f"What is given is no {what}.", f"It has 1 to {_LONGEST} printable characters."
        )
    return text


def _words(what: str, words: Iterable[str]) -> list[str]:
    listed = list(words)
    for word in listed:
        if not _WORD.fullmatch(word):
            raise Invalid(f"{word[:_LONGEST]!r} is no {what}.", "Use plain letters without spaces.")
    return listed


def _domain(text: str) -> str:
    domain = text.lower()
    if len(domain) > _LONGEST or not _DOMAIN.fullmatch(domain):
        raise Invalid(f"{text[:_LONGEST]!r} is no domain of e-mail.", "Write acme.com.")
    return domain
