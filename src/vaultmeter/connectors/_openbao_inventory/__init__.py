"""The inventory of an OpenBao or HashiCorp Vault server: names and dates, never a value.

`POLICY` is what its token needs. With `list` alone a server answers names; the reads are those of
the lists of mounts, and of entities. Reads below mounts are left out on purpose: `+/metadata/*`
with `read` would match `kv/data/metadata/x` one level deeper, which is a value. A path that ends
in `+` goes before `*`, one that ends in `*` does not.
"""

from datetime import datetime, timedelta

from vaultmeter.connectors._openbao_inventory.client import Client
from vaultmeter.connectors._openbao_inventory.identities import list_identities
from vaultmeter.connectors._openbao_inventory.mounts import list_items
from vaultmeter.connectors._openbao_inventory.namespaces import list_namespaces
from vaultmeter.model.errors import Invalid
from vaultmeter.model.inventory import Access, Snapshot

_LEVELS = 3
_SKEW = timedelta(seconds=5)
"""Clocks that differ by more are not taken for one: the server's then dates the snapshot."""


def policy() -> str:
    """The policy of a token that may take an inventory, in the language of policies."""
    lines = [
        "# vaultmeter inventory: names and dates, never a value.",
        "# list answers names only. Narrow * to your mounts if you like: what is left out is",
        "# reported as not permitted, and nothing in it is taken for deleted.",
        'path "*" { capabilities = ["list"] }',
    ]
    for level in range(_LEVELS):
        prefix = "+/" * level
        lines += [
            "",
            f"# Namespaces of level {level}." if level else "# Mounts, auth methods, entities.",
            f'path "{prefix}sys/mounts" {{ capabilities = ["read"] }}',
            f'path "{prefix}sys/auth" {{ capabilities = ["read"] }}',
            f'path "{prefix}identity/entity/id/+" {{ capabilities = ["list", "read"] }}',
        ]
    return "\n".join(lines) + "\n"


def take(access: Access, now: datetime) -> Snapshot:
    """List what there is. `now` dates the snapshot unless the server's clock says otherwise.

    Raises `Invalid` when the token may see nothing, `Unavailable` when the server does not answer.
    """
    with Client(access) as client:
        health = client.health()
        snapshot = Snapshot(
            vault="openbao",
            taken=_instant(now, health.time),
            cluster=health.cluster,
            version=health.version,
        )
        namespaces = list_namespaces(client, snapshot, access.namespace)
        for namespace in namespaces:
            list_items(client, snapshot, namespace)
        list_identities(client, snapshot, namespaces)
        snapshot.requests = client.requests
        if not client.allowed:
            raise Invalid(
                f"The server {access.address} lets this token see nothing.",
                "Check the token and its namespace; 'vaultmeter inventory --policy' prints the"
                " policy it needs.",
            )
    return snapshot


def _instant(now: datetime, theirs: datetime | None) -> datetime:
    return theirs if theirs is not None and abs(theirs - now) > _SKEW else now
