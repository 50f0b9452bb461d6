"""Lists what is in the secrets engines of a namespace, under the names that events have.

The names are those of `openbao.sql`: the mount, then the path of a secret or the name of a role
or key. An engine without a list here is told as not read, so nothing of it is taken for deleted.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from vaultmeter.connectors._openbao_inventory.client import AT_ONCE, Answer, Client
from vaultmeter.connectors._openbao_inventory.namespaces import note
from vaultmeter.model.inventory import Item, Listed, Snapshot, Unread

LISTS: dict[str, tuple[tuple[str, str], ...]] = {
    "transit": (("keys", "classic_key"),),
    "pki": (("roles", "pki_cert_issuer"),),
    "ssh": (("roles", "ssh_cert_issuer"),),
    "totp": (("keys", "totp"),),
    "database": (("roles", "dynamic_secret"), ("static-roles", "rotated_secret")),
    "kubernetes": (("roles", "dynamic_secret"),),
    "rabbitmq": (("roles", "dynamic_secret"),),
}
"""What an engine lists, and the type of item it is. Each path was tried on a real server: a wrong
one would be answered like an empty list, and everything in it be taken for deleted."""
_OWN = ("system", "identity", "cubbyhole", "token")
"""Engines of the server itself, which hold no items."""
_PLUGIN = re.compile(r"^.*-plugin-((secrets|auth)-)?")


def list_items(client: Client, snapshot: Snapshot, namespace: str) -> None:
    """Add the items of a namespace, and which of its mounts were listed to the end."""
    answer = client.read(namespace, "sys/mounts")
    account = namespace.rstrip("/")
    is_known = answer.data is not None
    snapshot.listed.append(Listed("items", "", is_known, account, limited=True))
    if not is_known:
        note(snapshot, namespace, "sys/mounts", answer, "read")
    for mount, settings in sorted((answer.data or {}).items()):
        engine = engine_of(settings)
        if engine in _OWN:
            continue
        snapshot.mounts += 1
        items, complete = _of_mount(client, snapshot, namespace, mount, engine, settings)
        snapshot.items += items
        snapshot.listed.append(Listed("items", mount, complete, account))


def engine_of(settings: dict[str, Any]) -> str:
    """The engine of a mount, by the word that `openbao.sql` has for it."""
    engine = _PLUGIN.sub("", str(settings.get("type") or "")).removeprefix("ns_")
    return "kv" if engine == "generic" else engine


def _of_mount(
    client: Client,
    snapshot: Snapshot,
    namespace: str,
    mount: str,
    engine: str,
    settings: dict[str, Any],
) -> tuple[list[Item], bool]:
    if engine == "kv":
        version = (settings.get("options") or {}).get("version")
        walk = _second_version if version == "2" else _first_version
        return list(walk(client, snapshot, namespace, mount)), True
    account = namespace.rstrip("/")
    if engine not in LISTS:
        snapshot.unread.append(Unread(account, mount, f"engine {engine} is not known"))
        return [], False
    items: dict[str, Item] = {}
    for path, kind in LISTS[engine]:
        for name, _ in _walk(client, snapshot, namespace, mount, path + "/"):
            items.setdefault(mount + name, Item(mount + name, kind, account))
    return list(items.values()), True


def _first_version(
    client: Client, snapshot: Snapshot, namespace: str, mount: str
) -> Iterator[Item]:
    account = namespace.rstrip("/")
    for name, _ in _walk(client, snapshot, namespace, mount, ""):
        yield Item(mount + name, "static_secret", account)


def _second_version(
    client: Client, snapshot: Snapshot, namespace: str, mount: str
) -> Iterator[Item]:
    """Secrets with their dates; of servers that do not list them, each is read where allowed."""
    account = namespace.rstrip("/")
    top = client.list(namespace, f"{mount}detailed-metadata/")
    if top.data is not None:
        found = _walk(client, snapshot, namespace, mount, "detailed-metadata/")
        for name, info in found:
            yield _secret(mount + name, account, info, snapshot.taken)
        return
    names = [name for name, _ in _walk(client, snapshot, namespace, mount, "metadata/")]
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="inventory") as reading:
        answers = reading.map(lambda name: client.read(namespace, f"{mount}metadata/{name}"), names)
        refused: Answer | None = None
        for name, answer in zip(names, answers, strict=True):
            refused = answer if answer.data is None else refused
            yield _secret(mount + name, account, answer.data, snapshot.taken)
    if refused is not None:
        note(snapshot, namespace, f"{mount}metadata/*", refused, "read")


def _walk(
    client: Client, snapshot: Snapshot, namespace: str, mount: str, below: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every name in a tree of folders, with what its list says of it.

    A folder that cannot be listed is told as such; its names are neither there nor missing.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        path = mount + below + folder
        answer = client.list(namespace, path)
        # An engine without such a list has nothing to list.
        if answer.data is None and not answer.unsupported:
            account = namespace.rstrip("/")
            snapshot.listed.append(Listed("items", mount + folder, complete=False, account=account))
            note(snapshot, namespace, path.rstrip("/"), answer)
        for name in answer.keys:
            if name.endswith("/"):
                waiting.append(folder + name)
            else:
                yield folder + name, answer.info.get(name) or {}


def _secret(name: str, account: str, info: dict[str, Any] | None, now: datetime) -> Item:
    """A secret by its metadata: deleted when its latest version is."""
    created = (info or {}).get("created_time") or None
    versions = (info or {}).get("versions") or {}
    latest = versions.get(str((info or {}).get("current_version")))
    if latest is None:
        # A secret of which only metadata was ever written has no version, and no value.
        return Item(name, "static_secret", account, created, certain=bool(info))
    deleted = latest.get("deletion_time") or None
    if deleted is not None and datetime.fromisoformat(deleted) > now:
        deleted = None
    if deleted is None and latest.get("destroyed"):
        deleted = (info or {}).get("updated_time") or None
    return Item(name, "static_secret", account, created, deleted)
