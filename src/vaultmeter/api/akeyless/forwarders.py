"""Calls on event forwarders: one pair for each kind, one to tell, one to delete.

Clients send defaults with every update: `auth-type` `user-pass`, which alone is no wish to change
how a forwarder signs in, and `enable` `true`, which does switch it on. `default_comment` leaves a
description as it is. Secrets are never told: the details that have them are empty.
"""

from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable
from typing import Any

from vaultmeter import forwarding
from vaultmeter.api.akeyless.call import Call, Caller
from vaultmeter.api.akeyless.given import Given
from vaultmeter.forwarding.seeing import one_seen
from vaultmeter.model.access import Object, Permission
from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.instants import text_of
from vaultmeter.state.outbox import Forwarder

_SOURCES = ("gateways", "items", "targets", "auth-methods")
_PATHS = {source: f"{source}-event-source-locations" for source in _SOURCES}
"""Where events come from, in Akeyless: kept, and told again."""
_RUNNERS = ("immediate", "periodic")
_AUTH = {"user-pass": "basic", "bearer-token": "bearer", "token": "bearer", "jwt": "jwt"}
_AUTH |= {"certificate": "certificate"}
_DEFAULT_AUTH = "user-pass"
_TOLD_AUTH = {"basic": "user-pass", "bearer": "bearer-token", "none": ""}
_TEXTS = {
    "email": {"email-to": "to", "include-error": "include_error", "override-url": "override_url"},
    "slack": {"url": "url"},
    "teams": {"url": "url"},
    "servicenow": {
        "host": "host",
        "admin-name": "username",
        "admin-pwd": "password",
        "user-email": "user_email",
        "client-id": "client_id",
        "client-secret": "client_secret",
        "app-private-key-base64": "private_key",
    },
    "webhook": {"url": "url", "username": "username", "password": "password"},
}
"""What clients send by key, and what it is called here."""
_ENCODED = {
    "webhook": {
        "auth-token": "token",
        "client-cert-data": "certificate",
        "private-key-data": "private_key",
        "server-certificates": "server_certificates",
    }
}
"""The same of what is sent in base64."""
_BY_PASSWORD = {"servicenow": ("admin-name", "admin-pwd"), "webhook": ("username", "password")}
_SECONDS = 3600


def _create(kind: str) -> Callable[[Caller], Object]:
    def create(caller: Caller) -> Object:
        """Add a forwarder."""
        given = caller.given
        made = forwarding.add(
            caller.app,
            caller.who,
            given.needed("name"),
            kind,
            settings_given(kind, given, is_new=True),
            types=given.words("event-types"),
            every_hours=every_given(given),
            description=given.described("description") or "",
            akeyless=_kept(given),
        )
        return _told(caller, made["name"])

    return create


def _update(kind: str) -> Callable[[Caller], Object]:
    def update(caller: Caller) -> Object:
        """Change what is given of a forwarder."""
        given = caller.given
        name = given.needed("name")
        before = _one(caller, name)
        if before.kind != kind:
            raise Invalid(
                f"{name!r} is a forwarder of the kind {before.kind}.",
                f"Call event-forwarder-update-{before.kind}.",
            )
        made = forwarding.change(
            caller.app,
            caller.who,
            name,
            given.text("new-name") or None,
            settings_given(kind, given, is_new=False),
            types=given.words("event-types") or None,
            description=given.described("description"),
            is_enabled=given.switch("enable"),
            akeyless={**before.akeyless, **_kept(given)},
        )
        return _told(caller, made["name"])

    return update


def get(caller: Caller) -> Object:
    """Tell a forwarder, without its secrets."""
    forwarder = _one(caller, caller.given.needed("name"))
    return {"event_forwarder": _plain(forwarder), "event_forwarder_details": {}}


def delete(caller: Caller) -> Object:
    """Forget a forwarder."""
    told = forwarding.remove(caller.app, caller.who, caller.given.needed("name"))
    return {"event_forwarder_name": told["name"]}


def _one(caller: Caller, name: str) -> Forwarder:
    with caller.app.state.reading() as connection:
        return one_seen(connection, caller.who, name)


def _told(caller: Caller, name: str) -> Object:
    forwarder = _one(caller, name)
    return {"event_forwarder_id": forwarder.id, "event_forwarder_name": forwarder.name}


def every_given(given: Given) -> int:
    """The hours of a window, 0 for none; raises `Invalid`."""
    runner = given.needed("runner-type")
    if runner not in _RUNNERS:
        raise Invalid(f"runner-type is {runner!r}.", did_you_mean(runner, _RUNNERS))
    if runner == "immediate":
        return 0
    text = given.text("every") or ""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 24):  # noqa: PLR2004  a day
        raise Invalid(f"every is {text!r}.", "A periodic forwarder needs it: hours, 1 to 24.")
    return int(text)


def settings_given(kind: str, given: Given, *, is_new: bool) -> dict[str, str]:
    """The settings that are given of a forwarder, as they are called here; raises `Invalid`."""
    settings: dict[str, str] = {}
    if is_new and kind == "webhook":
        settings["mode"] = "akeyless"
    for theirs, ours in _TEXTS[kind].items():
        if text := given.text(theirs):
            settings[ours] = text
    for theirs, ours in _ENCODED.get(kind, {}).items():
        if text := given.text(theirs):
            settings[ours] = _decoded(theirs, text)
    if kind in _BY_PASSWORD and (auth := _auth(kind, given, is_new=is_new)):
        settings["auth"] = auth
    return settings


def _auth(kind: str, given: Given, *, is_new: bool) -> str | None:
    """How the forwarder signs in; `None` where that is to stay. Raises `Invalid`."""
    word = given.text("auth-type") or _DEFAULT_AUTH
    if word not in _AUTH:
        raise Invalid(f"auth-type is {word!r}.", did_you_mean(word, _AUTH))
    if word == _DEFAULT_AUTH and not any(given.text(name) for name in _BY_PASSWORD[kind]):
        # Clients send it with everything: alone it means nothing.
        return "none" if is_new and kind == "webhook" else None
    return _AUTH[word]


def _decoded(name: str, text: str) -> str:
    try:
        return b64decode(text, validate=True).decode()
    except (NoBase64, ValueError) as error:
        raise Invalid(f"{name} is no text in base64.", f"Send {name} in base64.") from error


def _kept(given: Given) -> dict[str, Any]:
    """What is only kept, to be told again."""
    kept: dict[str, Any] = {
        source: given.words(key) for source, key in _PATHS.items() if given.words(key)
    }
    if key := given.text("key"):
        kept["key"] = key
    return kept


def _plain(forwarder: Forwarder) -> Object:
    """A forwarder as clients read it: every field is there."""
    settings, kept = forwarder.settings, forwarder.akeyless
    auth = settings.get("auth", "none")
    endpoint = settings.get("url") or settings.get("host") or ""
    paths = [path for source in _SOURCES for path in kept.get(source, ())]
    hours = forwarder.every_hours
    told_auth = _TOLD_AUTH.get(auth, auth)
    return {
        "noti_forwarder_id": forwarder.id,
        "noti_forwarder_name": forwarder.name,
        "noti_forwarder_type": forwarder.kind,
        "event_types": list(forwarder.types),
        "paths": paths,
        "runner_type": "immediate" if hours is None else "periodic",
        "timespan_in_seconds": (hours or 0) * _SECONDS,
        "is_enabled": forwarder.is_enabled,
        "include_error": settings.get("include_error") == "true",
        "override_url": settings.get("override_url", ""),
        "endpoint": endpoint,
        "auth_type": told_auth,
        "username": settings.get("username", ""),
        "user_email": settings.get("user_email", ""),
        "client_id": settings.get("client_id", ""),
        "to_emails": [
            {"to_email": address.strip(), "to_name": ""}
            for address in settings.get("to", "").split(",")
            if address.strip()
        ],
        "comment": forwarder.description,
        "protection_key": kept.get("key", ""),
        "gateway_cluster_id": 0,
        "last_version": 1,
        "noti_forwarder_versions": [],
        "client_permissions": ["read", "list", "create", "update", "delete"],
        "creation_date": text_of(forwarder.created),
        "modification_date": text_of(forwarder.modified),
        "with_customer_fragment": False,
        "webhook_noti_forwarder_public_details": {
            "auth_type": told_auth if forwarder.kind == "webhook" else "",
            "endpoint_url": endpoint if forwarder.kind == "webhook" else "",
            "username": settings.get("username", "") if forwarder.kind == "webhook" else "",
        },
        "slack_noti_forwarder_public_details": {},
        "teams_noti_forwarder_public_details": {},
    }


_MAY = (Permission.FORWARDERS,)
KINDS = ("email", "slack", "servicenow", "webhook", "teams")
CALLS = {
    **{f"event-forwarder-create-{kind}": Call(_create(kind), _MAY, status=201) for kind in KINDS},
    **{f"event-forwarder-update-{kind}": Call(_update(kind), _MAY, status=201) for kind in KINDS},
    "event-forwarder-get": Call(get, _MAY),
    "event-forwarder-delete": Call(delete, _MAY),
}
"""The calls, each with what it needs."""
