"""Lists who may sign in: entities with their aliases, users and roles, used or not.

The keys are those of `openbao.sql`: `entity:ID`, and `alias:MOUNT` with the name a method gives,
so that an entity, a user and the records of both are one identity.
"""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

from vaultmeter.connectors._openbao_inventory.client import AT_ONCE, Answer, Client
from vaultmeter.connectors._openbao_inventory.mounts import engine_of
from vaultmeter.connectors._openbao_inventory.namespaces import note
from vaultmeter.model.inventory import Identity, Listed, Snapshot

_USERS = {"userpass": "users", "approle": "role"}
"""Methods that list everybody who can sign in by them, and where."""
_BY_USER_NAME = ("userpass", "ldap", "okta", "radius", "github", "kerberos")
"""Methods whose aliases are names of users, alike in any case."""
_OF_PEOPLE = ("userpass", "ldap", "okta", "radius", "github", "oidc", "kerberos", "saml")
_MADE_UP = re.compile(r"^entity_[0-9a-f]{8}(\..*)?$")
"""The name of an entity that nobody named."""
_NAMED, _EXACT_PERSON, _EXACT, _LEAST = 6, 4, 2, 0
"""How good a name is; the best of records has 4."""


@dataclass
class _Methods:
    """The auth methods of all namespaces: who is listed by those that list everybody."""

    names: dict[str, set[str]] = field(default_factory=dict)
    """By mount as it stands in keys."""
    complete: bool = True

    def has(self, alias: dict[str, Any], namespace: str) -> bool | None:
        """Whether somebody can still sign in by an alias; nothing where that cannot be told."""
        if not alias.get("mount_path"):
            # The mount of an alias has no path any more where it was removed.
            return False
        if alias.get("mount_type") not in _USERS:
            return True
        key, mount = _alias_key(alias, namespace), _mount(namespace, alias["mount_path"])
        return None if key is None or mount not in self.names else key in self.names[mount]


def list_identities(client: Client, snapshot: Snapshot, namespaces: list[str]) -> None:
    """Add everybody who may sign in, and which of their lists were read to the end."""
    methods, entities = _Methods(), True
    for namespace in namespaces:
        _list_users(client, snapshot, namespace, methods)
    for namespace in namespaces:
        entities = _list_entities(client, snapshot, namespace, methods) and entities
    is_whole = any(part.everywhere for part in snapshot.listed)
    snapshot.listed += [
        Listed("identities", "entity:", entities and is_whole),
        Listed("identities", "alias:", methods.complete and is_whole, limited=True),
    ]


def _list_users(client: Client, snapshot: Snapshot, namespace: str, methods: _Methods) -> None:
    answer = client.read(namespace, "sys/auth")
    if answer.data is None:
        methods.complete = False
        note(snapshot, namespace, "sys/auth", answer, "read")
    for path, settings in sorted((answer.data or {}).items()):
        method = engine_of(settings)
        if method == "token":
            continue
        snapshot.auth_methods += 1
        mount = _mount(namespace, f"auth/{path}")
        users = _users(client, snapshot, namespace, f"auth/{path}", method)
        snapshot.listed.append(Listed("identities", _key(mount, ""), users is not None))
        if users is None:
            continue
        methods.names[mount] = {_key(mount, name) for name in users}
        kind: Literal["person", "machine"] = "person" if method == "userpass" else "machine"
        snapshot.identities += [
            Identity(
                (_key(mount, name),),
                name,
                kind,
                _EXACT_PERSON if kind == "person" else _EXACT,
                namespace.rstrip("/"),
                method,
            )
            for name in users
        ]


def _users(
    client: Client, snapshot: Snapshot, namespace: str, mount: str, method: str
) -> list[str] | None:
    """Everybody who can sign in by a method; nothing where it does not list them, or may not."""
    if method not in _USERS:
        return None
    path = mount + _USERS[method]
    answer = client.list(namespace, path)
    if answer.data is None:
        note(snapshot, namespace, path, answer)
        return None
    return [name.lower() if method == "userpass" else name for name in answer.keys]


def _list_entities(client: Client, snapshot: Snapshot, namespace: str, methods: _Methods) -> bool:
    """Add the entities of a namespace; answers whether all of them were listed."""
    path = "identity/entity/id"
    answer = client.list(namespace, path)
    if answer.data is None:
        note(snapshot, namespace, path, answer)
        return False
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="inventory") as reading:
        reads = reading.map(lambda key: client.read(namespace, f"{path}/{key}"), answer.keys)
        refused: Answer | None = None
        for key, read in zip(answer.keys, reads, strict=True):
            if read.data is None:
                # It was deleted in between, or only the list is permitted.
                refused = refused if read.unsupported else read
            known = read.data or answer.info.get(key) or {}
            entity = _entity(key, known, namespace, methods)
            snapshot.identities.append(entity)
            if not entity.certain:
                snapshot.listed.append(Listed("identities", entity.keys[0], complete=False))
    if refused is not None:
        note(snapshot, namespace, f"{path}/*", refused, "read")
    return True


def _entity(key: str, known: dict[str, Any], namespace: str, methods: _Methods) -> Identity:
    told = known.get("aliases") or []
    aliases = [alias for alias in told if alias.get("mount_path")]
    aliases.sort(key=lambda alias: alias.get("mount_type") not in _OF_PEOPLE)
    keys = [_alias_key(alias, namespace) for alias in aliases]
    method = aliases[0].get("mount_type") if aliases else None
    name, rank = _name(key, known, aliases)
    ways = {methods.has(alias, namespace) for alias in told}
    is_person = method in _OF_PEOPLE or "@" in name
    return Identity(
        (f"entity:{key}", *(alias for alias in keys if alias is not None)),
        name,
        "person" if is_person else "machine",
        rank,
        namespace.rstrip("/"),
        method,
        known.get("creation_time"),
        known.get("disabled"),
        # Somebody whose every way to sign in is listed, and gone, cannot sign in any more.
        listed=not told or True in ways or None in ways,
        certain=not told or True in ways or None not in ways,
    )


def _name(key: str, known: dict[str, Any], aliases: list[dict[str, Any]]) -> tuple[str, int]:
    """What people call an entity, and how good that is: its own name, else that of an alias."""
    name = str(known.get("name") or key)
    given = _given(aliases[0]) if aliases else None
    if known.get("name") and not _MADE_UP.match(name):
        # Without an alias nothing says whether it is a person: what records say is better.
        return name, _NAMED if aliases else _LEAST
    if given is not None:
        return given, _EXACT
    if aliases and aliases[0].get("mount_type") != "approle" and aliases[0].get("name"):
        return str(aliases[0]["name"]), _EXACT
    return name, _LEAST


def _given(alias: dict[str, Any]) -> str | None:
    """The name that a method gives, as records of sign-ins have it."""
    said = alias.get("metadata") or {}
    account = said.get("service_account_name") and said.get("service_account_namespace")
    for name in (
        said.get("username"),
        said.get("role_name"),
        account and f"{said['service_account_namespace']}/{said['service_account_name']}",
        said.get("service_account_email"),
        said.get("common_name"),
        said.get("cert_name"),
    ):
        if name:
            return str(name)
    if alias.get("mount_type") in _BY_USER_NAME and alias.get("name"):
        return str(alias["name"]).lower()
    return None


def _alias_key(alias: dict[str, Any], namespace: str) -> str | None:
    given = _given(alias)
    if given is None:
        return None
    is_user = alias.get("mount_type") in _BY_USER_NAME
    return _key(_mount(namespace, alias["mount_path"]), given.lower() if is_user else given)


def _mount(namespace: str, path: str) -> str:
    """A mount as the server writes it into display names: its path, '/' as '-'."""
    path = path.removeprefix(namespace)
    whole = namespace + path if namespace else path.removeprefix("auth/")
    return whole.rstrip("/").replace("/", "-")


def _key(mount: str, name: str) -> str:
    return f"alias:{mount}\x1f{name}"
