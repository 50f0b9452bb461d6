"""The secrets of forwarders, sealed: opened only to send, and never told."""

import json
from collections.abc import Mapping

from sqlalchemy import Connection

from vaultmeter.access.sealing import Sealer
from vaultmeter.state.outbox import Forwarder, change_forwarder
from vaultmeter.state.tables import FORWARDER

_COLUMN = "secrets_sealed"


def opened(sealer: Sealer, forwarder: Forwarder) -> dict[str, str]:
    """The secrets of a forwarder by name; raises `Invalid` where they cannot be read."""
    if forwarder.secrets_sealed is None:
        return {}
    text = sealer.open(FORWARDER, _COLUMN, forwarder.id, forwarder.secrets_sealed)
    secrets: dict[str, str] = json.loads(text)
    return secrets


def keep(connection: Connection, sealer: Sealer, number: int, secrets: Mapping[str, str]) -> None:
    """Seal the secrets of a forwarder, in the place of those it had."""
    kept = {name: value for name, value in secrets.items() if value}
    sealed = sealer.seal(FORWARDER, _COLUMN, number, json.dumps(kept)) if kept else None
    change_forwarder(connection, number, secrets_sealed=sealed)
