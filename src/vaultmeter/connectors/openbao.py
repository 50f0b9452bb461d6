"""OpenBao and HashiCorp Vault audit logs: file, socket and HTTP devices, one JSON entry a line.

The fields are those of OpenBao `internal/audit/format.go` (entries) and of HashiCorp Vault since
0.7, where mount fields, `client_id`, namespace and entity are missing or empty.
"""

from typing import Any

from vaultmeter.connectors import Connector, Halves

_AUTH: dict[str, Any] = {
    "client_token": "VARCHAR",
    "accessor": "VARCHAR",
    "display_name": "VARCHAR",
    "entity_id": "VARCHAR",
    "policies": ["VARCHAR"],
    "policy_results": {"allowed": "BOOLEAN"},
    "metadata": {
        "username": "VARCHAR",
        "role_name": "VARCHAR",
        "service_account_name": "VARCHAR",
        "service_account_namespace": "VARCHAR",
        "common_name": "VARCHAR",
        "cert_name": "VARCHAR",
        "service_account_email": "VARCHAR",
        "actor_entity_id": "VARCHAR",
        "actor_entity_name": "VARCHAR",
    },
}

CONNECTOR = Connector(
    name="openbao",
    title="OpenBao and HashiCorp Vault audit logs",
    shape={
        "time": "VARCHAR",
        "type": "VARCHAR",
        "error": "VARCHAR",
        "auth": _AUTH,
        "request": {
            "id": "VARCHAR",
            "client_id": "VARCHAR",
            "operation": "VARCHAR",
            "mount_point": "VARCHAR",
            "mount_type": "VARCHAR",
            "client_token_accessor": "VARCHAR",
            "namespace": {"path": "VARCHAR"},
            "path": "VARCHAR",
            "data": {"batch_input": ["JSON"]},
            "remote_address": "VARCHAR",
            "headers": {"user-agent": ["VARCHAR"]},
        },
        "response": {
            "auth": _AUTH,
            "secret": {"lease_id": "VARCHAR"},
            "wrap_info": {"token": "VARCHAR"},
            "data": {
                "error": "JSON",
                "http_status_code": "BIGINT",
                "version": "BIGINT",
                "keys": {"1": "JSON"},
            },
        },
    },
    ids_unique_within="account",
    halves=Halves(
        shape={
            "time": "VARCHAR",
            "type": "VARCHAR",
            "request": {"id": "VARCHAR", "operation": "VARCHAR", "path": "VARCHAR"},
        },
        id="r.request.id",
        sound=(
            "r.request.operation <> '' and r.request.path is not null"
            " and try_cast(r.time as timestamptz) >= timestamptz '2000-01-01'"
            " and try_cast(r.time as timestamptz) < timestamptz '2100-01-01'"
            " and length(r.request.id) = 36 and try_cast(r.request.id as uuid) is not null"
        ),
        lesser="r.type = 'request'",
        better="r.type = 'response'",
    ),
)
