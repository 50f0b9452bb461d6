"""Calls of somebody who signs in, and asks who they are."""

from vaultmeter.access.key_acts import note_refused, sign_in, sign_in_with_password
from vaultmeter.access.sessions import TOKEN, Session, session_of
from vaultmeter.api.akeyless.call import Call, Caller
from vaultmeter.api.analytics import account_shown
from vaultmeter.model.access import Object, Permission
from vaultmeter.model.errors import Invalid, Unauthenticated, did_you_mean
from vaultmeter.model.instants import text_of

_KEY_TYPES = ("access_key", "api_key")
_BY_PASSWORD = "password"  # noqa: S105  the name of a way to sign in
_MINUTES = int(TOKEN.total_seconds()) // 60
_EVERYTHING = ["read", "create", "update", "delete", "list"]
_PATH_TYPES = ("item", "am", "role", "target", "sra", "ara")


def auth(caller: Caller) -> Object:
    """Sign in; the answer has the token."""
    type_ = caller.given.text("access-type") or _KEY_TYPES[0]
    if type_ in _KEY_TYPES:
        session, token = _by_key(caller)
    elif type_ == _BY_PASSWORD:
        session, token = _by_password(caller)
    else:
        message = f"Signing in with access-type {type_[:100]!r} is not possible here."
        raise _refused(caller, message, "Use access_key with access-id and access-key.")
    return {"token": token, "expiration": text_of(session.expires)}


def _by_key(caller: Caller) -> tuple[Session, str]:
    given = caller.given
    access_id, key = given.text("access-id"), given.text("access-key")
    if not access_id or not key:
        raise _refused(caller, "access-id or access-key is missing.", "Send both.")
    return sign_in(caller.app.access, access_id, key, caller.who, caller.agent)


def _by_password(caller: Caller) -> tuple[Session, str]:
    given = caller.given
    name, password = given.text("admin-email"), given.text("admin-password")
    if not name or not password:
        raise _refused(caller, "admin-email or admin-password is missing.", "Send both.")
    access, code = caller.app.access, given.text("otp")
    return sign_in_with_password(access, name, password, code, caller.who, caller.agent)


def _refused(caller: Caller, message: str, hint: str) -> Unauthenticated:
    """The error of a sign-in that cannot be tried; the trail has it as others."""
    note_refused(caller.app.access, "", caller.who, message)
    return Unauthenticated(message, hint)


def validate_token(caller: Caller) -> Object:
    """Tell whether a token is known, and for how long."""
    access, now = caller.app.access, caller.app.clock()
    if not caller.token:
        raise Unauthenticated("token is missing.", "Send the token that auth answered.")
    told = {"is_valid": False, "expiration": "", "ttl": 0, "reason": "", "last_rotate": ""}
    try:
        access.bearer(caller.token)
    except Unauthenticated as error:
        return told | {"reason": error.message}
    with access.state.reading() as connection:
        session = session_of(connection, caller.token)
    if session is None:
        return told | {"is_valid": True}
    return told | {
        "is_valid": True,
        "expiration": text_of(session.expires),
        "ttl": max(0, int((session.expires - now).total_seconds())),
    }


def account_settings(caller: Caller) -> Object:
    """Tell what clients ask of an account: the first that the caller sees, and token lifetimes."""
    return {
        "account_id": account_shown(caller.app, caller.who),
        "company_name": "",
        "email": "",
        "phone": "",
        "address": {},
        "general_settings": {},
        "secret_management": {"tier": "", "sla": ""},
        "secure_remote_access": {"tier": "", "sla": "", "user_type": ""},
        "system_access_creds_settings": {
            "jwt_ttl_default": _MINUTES,
            "jwt_ttl_minimum": 1,
            "jwt_ttl_maximum": 24 * _MINUTES,
        },
    }


def describe_permissions(caller: Caller) -> Object:
    """Tell what the caller may do with roles and keys; there is nothing else to be managed here."""
    caller.given.needed("path")
    type_ = caller.given.needed("type")
    if type_ not in _PATH_TYPES:
        raise Invalid(f"type is {type_!r}.", did_you_mean(type_, _PATH_TYPES))
    manages = type_ in {"am", "role"} and Permission.ROLES in caller.who.permissions
    return {"client_permissions": _EVERYTHING if manages else []}


CALLS = {
    "auth": Call(auth, is_open=True),
    "validate-token": Call(validate_token, is_open=True),
    "get-account-settings": Call(account_settings),
    "describe-permissions": Call(describe_permissions),
}
"""The calls, each with what it needs."""
