"""Records of the open format: the least, the fullest, strange ones, and ways to write them."""

import csv
import io
from typing import Any

from tests.conftest import Folder, ndjson

from vaultmeter.connectors.events import FIELDS

Record = dict[str, Any]

LEAST: Record = {"time": "2026-11-01T08:00:00Z", "kind": "secret_read", "identity": "ada"}
FULL: Record = {
    "id": "r-1",
    "time": "2026-11-01T09:30:00.123456+05:30",
    "kind": "key_operation",
    "identity": "u-17",
    "identity_name": "Ada Lovelace",
    "identity_kind": "agent",
    "account": "acme/finance",
    "item": "transit/orders, new",
    "item_type": "classic_key",
    "session": "s-1",
    "detail": "encrypt",
    "intent": "manage",
    "outcome": "error",
    "weight": 20,
    "product": "pm",
    "auth_method": "oidc",
    "ip": "203.0.113.7",
    "agent": 'sdk "go"/2.3',
    "source_event": "vendor:17",
    "evidence": "inferred",
}
MANY: list[Record] = [
    FULL,
    {"id": "r-2", **LEAST},
    {"id": "r-3", **LEAST, "time": "2026-11-01T08:00:01Z", "item": 'quo"te', "detail": "a,b"},
    {"id": "r-4", **LEAST, "time": "2026-11-01T08:00:02Z", "item": '"', "agent": '""'},
    {"id": "r-5", **LEAST, "time": "2026-11-01T08:00:03Z", "identity": "王芳 🔑", "item": " x "},
    {"id": "r-6", **LEAST, "time": "2026-11-01T08:00:04Z", "item": "[Prod] db", "session": "{x"},
    {"id": "r-7", **LEAST, "time": "2026-11-01T08:00:05Z", "kind": "login_failed"},
    {"id": "r-8", **LEAST, "time": "2026-11-01T08:00:06Z", "item": "back\\slash", "ip": "::1"},
]
COLUMNS = [
    "time",
    "account",
    "identity_name",
    "identity_kind",
    "identity_method",
    "item",
    "item_type",
    "detail",
    "kind",
    "intent",
    "outcome",
    "weight",
    "product",
    "auth_method",
    "ip",
    "agent",
    "source_event",
    "evidence",
    "has_session",
]


def stored(folder: Folder) -> list[Record]:
    """The events of a folder in the order of their lines, field by field."""
    rows = folder.app.store.query("""
        select
            event.time, account.name, identity.name, identity.kind, identity.auth_method,
            item.name, item.type, event.detail, event.kind, event.intent, event.outcome,
            event.weight, event.product, event.auth_method, event.ip, event.agent,
            event.source_event, event.evidence, event.session is not null
        from event
        join account on account.id = event.account
        join identity on identity.id = event.identity
        left join item on item.id = event.item
        order by event.batch, event.line
    """)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def as_csv(records: list[Record], line_end: str = "\n", names: list[str] | None = None) -> bytes:
    """The records as CSV, quoted where a cell needs it."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names or list(FIELDS), restval="", lineterminator=line_end)
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue().encode()


def as_cloudevents(records: list[Record]) -> bytes:
    """The records in envelopes of CloudEvents 1.0."""
    return ndjson(
        *(
            {
                "specversion": "1.0",
                "id": record["id"],
                "source": "/vault/1",
                "type": "org.example.used",
                "time": record["time"],
                "data": {name: v for name, v in record.items() if name not in ("id", "time")},
            }
            for record in records
        )
    )
