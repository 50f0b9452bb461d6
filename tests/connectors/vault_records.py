"""Writes audit entries as servers of each age wrote them, from HashiCorp Vault 0.7 on.

The fields of each age are those of its `audit/format.go`: 0.7 wrote every field, empty ones too;
0.9 added the entity, 0.11 namespaces, 1.0 left empty fields out, 1.10 added the client id and the
type of the mount, 1.13 its path.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

Fields = dict[str, Any]


@dataclass(frozen=True)
class Age:
    """Which fields the servers of an age write."""

    name: str
    empty_fields: bool = False
    entity: bool = False
    namespace: bool = False
    mount_type: bool = False
    mount_point: bool = False


VAULT_0_7 = Age("Vault 0.7", empty_fields=True)
VAULT_0_10 = replace(VAULT_0_7, name="Vault 0.10", entity=True)
VAULT_0_11 = replace(VAULT_0_10, name="Vault 0.11", namespace=True)
VAULT_1_3 = replace(VAULT_0_11, name="Vault 1.3", empty_fields=False)
VAULT_1_10 = replace(VAULT_1_3, name="Vault 1.10", mount_type=True)
VAULT_1_13 = replace(VAULT_1_10, name="Vault 1.13", mount_point=True)
AGES = (VAULT_0_7, VAULT_0_10, VAULT_0_11, VAULT_1_3, VAULT_1_10, VAULT_1_13)


@dataclass(frozen=True)
class Token:
    """What a server knows of the token a request comes with."""

    display_name: str
    metadata: dict[str, str] | None = None
    entity: str | None = None
    policies: tuple[str, ...] = ("default", "dev")
    client: str | None = None
    accessor: str = "accessor"


@dataclass(frozen=True)
class Act:
    """One request and its answer."""

    operation: str
    path: str
    mount: str
    mount_type: str
    token: Token | None = None
    data: Fields | None = None
    answer: Fields | None = None
    issued: Token | None = None
    lease: str | None = None
    error: str = ""
    namespace: str = ""
    more: Fields = field(default_factory=dict)
    """Fields of the request beside the usual ones."""
    entry: Fields = field(default_factory=dict)
    """Fields of both entries beside the usual ones."""
    response: Fields = field(default_factory=dict)
    """Fields of the response beside the usual ones."""


def log(age: Age, *acts: Act, first: int = 0) -> bytes:
    """Write the entries of what was done, two for each act, an act a second."""
    numbered = enumerate(acts, start=first)
    return b"".join(entry for number, act in numbered for entry in entries(age, number, act))


def entries(age: Age, number: int, act: Act) -> tuple[bytes, bytes]:
    """Write the two entries of one act; its number makes its id and its time."""
    entry: Fields = {
        "time": f"2026-11-01T{8 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z",
        "auth": _auth(age, act.token or act.issued),
        "request": _request(age, number, act),
        "error": act.error,
    }
    response: Fields = {"data": act.answer, **act.response}
    if act.issued is not None:
        response["auth"] = _auth(age, act.issued) | {"client_token": "hmac-sha256:ab"}
    if act.lease is not None:
        response["secret"] = {"lease_id": act.lease}
    request = {"type": "request", **entry, **act.entry}
    answered = {"type": "response", **entry, "response": response, **act.entry}
    if act.issued is not None:
        request |= {"auth": _auth(age, act.token)}
    return _line(age, request), _line(age, answered)


def _auth(age: Age, token: Token | None) -> Fields:
    token = token or Token("", accessor="", policies=())
    auth: Fields = {
        "client_token": "hmac-sha256:aa" if age.mount_point and token.accessor else "",
        "accessor": f"hmac-sha256:{token.accessor}" if token.accessor else "",
        "display_name": token.display_name,
        "policies": list(token.policies) or None,
        "metadata": token.metadata,
    }
    return auth | ({"entity_id": token.entity or ""} if age.entity else {})


def _request(age: Age, number: int, act: Act) -> Fields:
    token = act.token
    request: Fields = {
        "id": f"{number:08x}-0000-4000-8000-000000000000",
        "operation": act.operation,
        "client_token": "hmac-sha256:aa" if token else "",
        "client_token_accessor": f"hmac-sha256:{token.accessor}"
        if token and token.accessor
        else "",
        "path": act.path,
        "data": act.data,
        "remote_address": "10.1.2.3",
        "wrap_ttl": 0,
        "headers": {},
    }
    if age.namespace:
        request["namespace"] = {"id": "root" if not act.namespace else "x", "path": act.namespace}
    if age.mount_type:
        request |= {"mount_type": act.mount_type}
        request["client_id"] = (token.entity or token.client or "") if token else ""
    if age.mount_point:
        request |= {"mount_point": act.mount, "mount_class": "secret", "request_uri": act.path}
    return request | act.more


def _line(age: Age, entry: Fields) -> bytes:
    kept = entry if age.empty_fields else _without_empty(entry)
    return json.dumps(kept).encode() + b"\n"


def _without_empty(fields: Fields) -> Fields:
    """Leave empty fields out, but in what people put in and get out."""
    kept: Fields = {}
    for name, value in fields.items():
        inner = _without_empty(value) if isinstance(value, dict) and name != "data" else value
        if inner not in (None, "", 0, [], {}) or (name in ("data", "secret") and value is not None):
            kept[name] = inner
    return kept
