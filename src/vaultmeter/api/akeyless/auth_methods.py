"""Calls on authentication methods: keys of programs are those of the type `api_key`."""

from datetime import UTC, datetime
from typing import Any

from vaultmeter.access.key_acts import JWT_TTL, PROTECTED, drop_key, key_seen, keys_seen, make_key
from vaultmeter.access.keys import AccessKey
from vaultmeter.access.sessions import TOKEN
from vaultmeter.api.akeyless.call import Call, Caller
from vaultmeter.api.akeyless.given import Given
from vaultmeter.api.akeyless.pages import page_of
from vaultmeter.api.akeyless.roles import roles_of_key
from vaultmeter.api.akeyless.rules import rules_told
from vaultmeter.model.access import Object, Permission, Role
from vaultmeter.model.errors import Invalid
from vaultmeter.model.instants import text_of

_TYPE = "api_key"
_LISTS = {
    "product-type": "product_types",
    "allowed-client-type": "allowed_client_type",
    "audit-logs-claims": "audit_logs_claims",
}
"""Settings that are only told, by the keys that clients send."""
_LATEST = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


def create(caller: Caller) -> Object:
    """Make a key; the answer has it, this once."""
    given = caller.given
    for name in ("bound-ips", "gw-bound-ips"):
        if given.words(name):
            # Taken and not kept to, it would be believed in.
            raise Invalid(
                f"{name} is not supported: keys are not bound to addresses here.",
                "Leave it out, and let a proxy or a firewall decide who may connect.",
            )
    expires = given.number("access-expires") or 0
    if not 0 <= expires < _LATEST:
        raise Invalid("access-expires is no time.", "Send Unix seconds, or 0 for never.")
    end = datetime.fromtimestamp(expires, UTC) if expires else None
    name = given.needed("name")
    made = make_key(caller.app, caller.who, name, (), end, _settings(given))
    return {name: made[name] for name in ("name", "access_id", "access_key")}


def get(caller: Caller) -> Object:
    """Tell a key, without the key itself."""
    with caller.app.access.state.reading() as connection:
        key, _ = key_seen(connection, caller.who, caller.given.needed("name"))
    return _told(caller, key)


def list_(caller: Caller) -> Object:
    """Tell a page of all keys."""
    types = caller.given.words("type")
    found = keys_seen(caller.app, caller.who) if not types or _TYPE in types else []
    page, next_page = page_of([key for key, _ in found], caller.given, lambda key: key.name)
    return {"auth_methods": [_told(caller, key) for key in page], "next_page": next_page}


def delete(caller: Caller) -> Object:
    """Delete a key."""
    return {"name": drop_key(caller.app, caller.who, caller.given.needed("name"))["name"]}


def _settings(given: Given) -> Object:
    settings: Object = {ours: given.words(theirs) for theirs, ours in _LISTS.items()}
    return settings | {
        JWT_TTL: given.number("jwt-ttl") or 0,
        "description": given.described("description") or "",
        "force_sub_claims": bool(given.switch("force-sub-claims")),
        PROTECTED: bool(given.switch("delete_protection")),
    }


def _told(caller: Caller, key: AccessKey) -> Object:
    """A key as clients read an authentication method: every field is there."""
    with caller.app.access.state.reading() as connection:
        held = roles_of_key(connection, key.id)
    settings = key.settings
    return {
        "auth_method_id": key.id,
        "auth_method_name": key.name,
        "auth_method_access_id": key.access_id,
        "description": settings.get("description", ""),
        "access_info": _access_info(key),
        "auth_method_roles_assoc": [
            _role_told(role, holder.member.id, holder.member.sub_claims) for role, holder in held
        ],
        "client_permissions": ["read", "list", "delete"],
        "creation_date": text_of(key.created),
        "modification_date": text_of(key.created),
        "access_date": text_of(key.last_used),
        "access_date_display": text_of(key.last_used) or "",
        "delete_protection": bool(settings.get(PROTECTED)),
        "is_approved": True,
        "expiration_events": [],
        "associated_gw_ids": [],
    }


def _access_info(key: AccessKey) -> Object:
    settings = key.settings
    return {
        "rules_type": _TYPE,
        "access_expires": int(key.expires.timestamp()) if key.expires else 0,
        "jwt_ttl": settings.get(JWT_TTL) or int(TOKEN.total_seconds()) // 60,
        "force_sub_claims": bool(settings.get("force_sub_claims")),
        "cidr_whitelist": "",
        "gw_cidr_whitelist": "",
        "sub_claims_delimiters": [],
        "api_key_access_rules": {},
        **{name: settings.get(name, []) for name in _LISTS.values()},
    }


def _role_told(role: Role, association: str, sub_claims: Any) -> Object:  # noqa: ANN401  JSON
    return {
        "assoc_id": association,
        "role_id": role.id,
        "role_name": role.name,
        "rules": rules_told(role),
        "auth_method_sub_claims": sub_claims,
        "is_sub_claims_case_sensitive": True,
        "is_subclaims_with_operator": False,
        "allowed_ops": [],
    }


_ROLES = (Permission.ROLES,)
CALLS = {
    "auth-method-create-api-key": Call(create, _ROLES, status=201),
    "create-auth-method": Call(create, _ROLES),
    "auth-method-get": Call(get, _ROLES),
    "get-auth-method": Call(get, _ROLES),
    "auth-method-list": Call(list_, _ROLES),
    "list-auth-methods": Call(list_, _ROLES),
    "auth-method-delete": Call(delete, _ROLES),
    "delete-auth-method": Call(delete, _ROLES),
}
"""The calls, each with what it needs."""
