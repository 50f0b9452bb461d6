"""Inventories: what there is in a vault at an instant, one fact a line.

`vaultmeter inventory` writes these lines, and any program may (`docs/guide/inventory.md`). They
are no events: they say which items and identities exist, and which parts were listed to the end.
"""

from vaultmeter.connectors import Connector
from vaultmeter.model.visibility import Sight, Visible

FIELDS: dict[str, str] = {
    "fact": "snapshot, item, identity or listed, required",
    "taken": "the instant of the snapshot, RFC 3339, the same in all of its lines, required",
    "vault": "of snapshot and listed: the connector that reads this vault's records",
    "cluster": "of a snapshot: the vault's own id of itself",
    "account": "account below the source's own, which is meant where it is missing",
    "item": "of an item: its name, as events have it",
    "type": "of an item: static_secret, dynamic_secret, classic_key, ...",
    "product": "of an item: sm (default), pm or sra",
    "created": "of an item or identity: when it was made",
    "deleted": "of an item: when it was deleted",
    "certain": "false where an item is listed, or an identity, but may be gone all the same",
    "keys": "of an identity: its keys, the one that is listed first",
    "name": "of an identity: what people call it",
    "kind": "of an identity: person, machine, agent or system",
    "rank": "of an identity: how good name and kind are, 0 to 9; records have 0 to 4",
    "method": "of an identity: how it signs in",
    "disabled": "of an identity: whether it is; missing where that is not known",
    "listed": "of an identity: false where it is known and cannot sign in any more",
    "of": "of listed: items or identities",
    "part": "of listed: the start of the names, or keys, that it is about",
    "complete": "of listed: whether all of them are in the snapshot",
    "everywhere": "of listed: true for the source's account and all accounts below it",
    "limited": "of listed: true to judge only what this vault told of before",
}
"""Every field of a fact and what it holds."""

_TYPES = {
    "certain": "BOOLEAN",
    "rank": "UTINYINT",
    "disabled": "BOOLEAN",
    "listed": "BOOLEAN",
    "complete": "BOOLEAN",
    "everywhere": "BOOLEAN",
    "limited": "BOOLEAN",
    "keys": ["VARCHAR"],
}

CONNECTOR = Connector(
    name="inventory",
    title="Inventories: what exists in a vault at an instant",
    shape={name: _TYPES.get(name, "VARCHAR") for name in FIELDS},
    ids_unique_within="source",
    facts=True,
    sights={"items": Sight(Visible.SEEN, "An inventory lists what exists, not what happens.")},
)
