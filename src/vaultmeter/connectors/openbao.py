"""OpenBao and HashiCorp Vault audit logs: file, socket and HTTP devices, one JSON entry a line.

The fields are those of OpenBao `internal/audit/format.go` (entries) and of HashiCorp Vault since
0.7, where mount fields, `client_id`, namespace and entity are missing or empty.
"""

from typing import Any

from vaultmeter.connectors import Connector, Halves
from vaultmeter.model.secrets import Secrets
from vaultmeter.model.visibility import Sight, Visible

_METADATA: dict[str, Any] = {
    "username": "VARCHAR",
    "role_name": "VARCHAR",
    "service_account_name": "VARCHAR",
    "service_account_namespace": "VARCHAR",
    "common_name": "VARCHAR",
    "cert_name": "VARCHAR",
    "service_account_email": "VARCHAR",
    "actor_entity_id": "VARCHAR",
    "actor_entity_name": "VARCHAR",
}

_AUTH: dict[str, Any] = {
    "client_token": "VARCHAR",
    "accessor": "VARCHAR",
    "display_name": "VARCHAR",
    "entity_id": "VARCHAR",
    "policies": ["VARCHAR"],
    "policy_results": {"allowed": "BOOLEAN"},
    "metadata": _METADATA,
}

_SEEN, _PARTLY, _NOT = Visible.SEEN, Visible.PARTLY, Visible.NOT

_SIGHTS = {
    "login_sessions": Sight(
        _SEEN, "Every sign-in is audited; a token made for somebody (auth/token/create) is none."
    ),
    "failed_logins": Sight(
        _PARTLY, "A refused sign-in is audited, but often does not say who tried."
    ),
    "sign_outs": Sight(
        _PARTLY, "Only a token that revokes itself; one that runs out leaves no record."
    ),
    "secrets_read": Sight(
        _SEEN, "Every read of a value is audited; reads of metadata are not one."
    ),
    "passwords_viewed": Sight(
        _PARTLY,
        "Only TOTP codes. What is viewed, revealed or copied on a screen never reaches the "
        "server; a person's read of a secret counts as an access all the same.",
    ),
    "passwords_autofilled": Sight(_NOT, "The server fills no forms and no client reports it."),
    "remote_connections": Sight(
        _NOT, "The server issues SSH credentials; the connection is made beside it."
    ),
    "key_operations": Sight(_SEEN, "Every use of a key is audited, a batch with its size."),
    "credentials_issued": Sight(
        _SEEN, "Every credential, certificate and token issued is audited."
    ),
    "accounts_added": Sight(
        _SEEN, "A write tells a first version from a later one, of version 1 by its operation."
    ),
    "items_changed": Sight(_SEEN, "Every write is audited."),
    "items_deleted": Sight(_SEEN, "Every deletion is audited."),
    "items_shared": Sight(_NOT, "Access is given by policies, which are changes of settings."),
    "rotations": Sight(
        _PARTLY, "Rotations that are asked for; those the server does by itself are not audited."
    ),
    "exports": Sight(_PARTLY, "Exports of keys; secrets leave by being read."),
    "settings_changed": Sight(
        _PARTLY, "Every change through the API; sealing, unsealing and starting are not audited."
    ),
    "denied": Sight(_SEEN, "A refused request is audited with its error."),
    "items": Sight(
        _PARTLY, "What was ever touched; an inventory adds what nobody touched (see there)."
    ),
    "sessions": Sight(_SEEN, "The hashed accessor of the token, the same within one audit device."),
    "addresses": Sight(_SEEN, "The address of the caller, or of the proxy before the server."),
    "programs": Sight(
        _PARTLY, "Only where the server was told to audit the header user-agent unhashed."
    ),
}

_SECRETS = Secrets(
    record="request",
    tokens=(
        "auth.client_token",
        "request.client_token",
        "response.auth.client_token",
        "response.wrap_info.token",
    ),
    values=("request.data", "response.data", "request.headers", "response.headers"),
    links=(
        "auth.accessor",
        "request.client_token_accessor",
        "response.auth.accessor",
        "response.wrap_info.accessor",
        "response.wrap_info.wrapped_accessor",
    ),
    kept=("request.headers.user-agent",),
    names=(
        *("time", "type", "id", "client_id", "operation", "path", "request_uri", "error"),
        *("mount_point", "mount_type", "mount_accessor", "mount_class", "mount_running_version"),
        *("mount_running_plugin_version", "remote_address", "user-agent", "lease_id"),
        *("display_name", "entity_id", "token_type", "token_issue_time", "policies"),
        *("token_policies", "identity_policies", "name", "namespace_id", "namespace_path"),
        *("creation_time", "creation_path"),
        *_METADATA,
    ),
    hashed="hmac-sha256:",
    misplaced=r"\b(?:hv[sbr]|[sbr])\.[A-Za-z0-9_-]{20,}",
    openings=(
        '"auth":{"client_token":"hmac-sha256:',
        '"auth":{"accessor":"hmac-sha256:',
    ),
)
"""What OpenBao `internal/audit/entry_formatter.go` and `hashstructure.go` hash, unless `log_raw`.

The order of the members is that of the server's own structures; Vault since 1.16 sorts them.
"""

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
        fields={
            "id": "$.request.id",
            "type": "$.type",
            "time": "$.time",
            "operation": "$.request.operation",
            "path": "$.request.path",
        },
        sound=(
            "operation <> '' and path is not null"
            " and try_cast(time as timestamptz) >= timestamptz '2000-01-01'"
            " and try_cast(time as timestamptz) < timestamptz '2100-01-01'"
            " and length(id) = 36 and try_cast(id as uuid) is not null"
        ),
        lesser="type = 'request'",
        better="type = 'response'",
    ),
    sights=_SIGHTS,
    secrets=_SECRETS,
)
