"""Forwarders added, changed and removed; their secrets are sealed, and never told again."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from vaultmeter.access.egress_rules import target_of
from vaultmeter.access.egress_tls import context_of
from vaultmeter.access.names import name_checked
from vaultmeter.app import App
from vaultmeter.forwarders import Kind, checked, kind_named
from vaultmeter.forwarders._addresses import addresses_of, check_domains
from vaultmeter.forwarding.sealed import keep, opened
from vaultmeter.forwarding.seeing import one_seen, require_for
from vaultmeter.forwarding.telling import plain
from vaultmeter.model.access import Object, Principal
from vaultmeter.model.errors import Exists, Invalid
from vaultmeter.model.instants import text_of
from vaultmeter.model.tls import Tls
from vaultmeter.outbox.posting import cancel_of
from vaultmeter.state.outbox import (
    Forwarder,
    add_forwarder,
    change_forwarder,
    forwarder_called,
    forwarder_of,
    remove_forwarder,
)

PER_MINUTE, MOST_PER_MINUTE = 60, 60_000
BOTH_SIGN = timedelta(hours=24)
"""For how long the secret before still signs, too, when it is changed."""
EVERY_ACCOUNT = "*"
"""The account that stands for all of them where accounts are changed."""
_TYPE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_LONGEST_VALUE, _LONGEST_TEXT, _MOST_TYPES = 100_000, 2000, 100
_MOST_HOURS = 24
_URLS = frozenset({"url", "host"})
"""Settings that are addresses which requests go to."""


def add(
    app: App,
    who: Principal,
    name: str,
    kind: str,
    settings: Mapping[str, Any] | None = None,
    **wanted: Any,  # noqa: ANN401  see `_columns`
) -> Object:
    """Add a forwarder; `wanted` are types, accounts, every_hours, per_minute, description,
    is_enabled.

    Answers it, and under `made` the secret that was made for it, which is told this once. Raises
    `Exists`, `Invalid`, `NotFound` for a kind, `Forbidden`.
    """  # noqa: D205  the names stand together
    declared = kind_named(kind)
    name_checked(name, "forwarder")
    given = _given(declared, settings or {})
    made = _made(declared, given)
    kept = _checked(app, declared, {**given, **made})
    columns = _columns(wanted)
    require_for(who, name, columns.get("accounts"))
    now, sealer = app.clock(), app.access.sealer
    told = {"kind": kind, "settings": _open(declared, kept), **columns}
    with app.access.noting(who, "forwarder.add", name, **told) as connection:
        if forwarder_called(connection, name) is not None:
            raise Exists(f"There is a forwarder {name!r} already.", "Choose another name.")
        values: dict[str, Any] = {
            "types": (),
            "accounts": None,
            "every_hours": None,
            "per_minute": PER_MINUTE,
            "is_enabled": True,
            "description": "",
            "akeyless": {},
        }
        number = add_forwarder(
            connection,
            name=name,
            kind=kind,
            settings=_open(declared, kept),
            disabled_why="",
            created=now,
            modified=now,
            **{**values, **columns},
        )
        keep(connection, sealer, number, _secret(declared, kept))
        added = forwarder_of(connection, number)
        return {**plain(connection, _there(added), now), "made": made}


def change(
    app: App,
    who: Principal,
    name: str,
    new_name: str | None = None,
    settings: Mapping[str, Any] | None = None,
    **wanted: Any,  # noqa: ANN401  see `_columns`
) -> Object:
    """Change what is given of a forwarder; what is not given stays, secrets among it.

    An empty text takes a setting away. `accounts` of `*` are all, `every_hours` of 0 is at once.
    Raises `Exists`, `Invalid`, `NotFound`, `Forbidden`.
    """
    columns, sealer, now = _columns(wanted), app.access.sealer, app.clock()
    if new_name is not None:
        columns["name"] = name_checked(new_name, "forwarder")
    if columns.get("is_enabled"):
        columns["disabled_why"] = ""
    with app.state.reading() as connection:
        forwarder = one_seen(connection, who, name)
    declared = kind_named(forwarder.kind)
    given = _given(declared, settings or {})
    require_for(who, forwarder.name, forwarder.accounts)
    accounts = columns.get("accounts", forwarder.accounts)
    require_for(who, columns.get("name", name), accounts)
    told = {"settings": _open(declared, given), **columns}
    if changed := sorted(given.keys() & declared.secrets):
        told["secrets"] = changed
    with app.access.noting(who, "forwarder.change", name, **told) as connection:
        held = _there(forwarder_of(connection, forwarder.id))
        if new_name not in {None, name} and forwarder_called(connection, str(new_name)):
            raise Exists(f"There is a forwarder {new_name!r} already.", "Choose another name.")
        before = {**held.settings, **opened(sealer, held)}
        kept = _checked(app, declared, {**before, **given})
        _check_secrets(declared, before, given, kept)
        change_forwarder(
            connection, held.id, settings=_open(declared, kept), modified=now, **columns
        )
        keep(connection, sealer, held.id, _secret(declared, kept))
        return plain(connection, _there(forwarder_of(connection, held.id)), now)


def new_secret(app: App, who: Principal, name: str) -> Object:
    """Make a new secret to sign with; the one before signs, too, for a day.

    Answers the forwarder, and under `made` the secret, which is told this once. Raises `Invalid`
    where nothing is signed, `NotFound`, `Forbidden`.
    """
    sealer, now = app.access.sealer, app.clock()
    with app.state.reading() as connection:
        forwarder = one_seen(connection, who, name)
    declared = kind_named(forwarder.kind)
    made = _made(declared, {})
    if not made:
        raise Invalid(f"{declared.title} has no secret that is made here.", "Change its settings.")
    with app.access.noting(who, "forwarder.new-secret", name) as connection:
        held = _there(forwarder_of(connection, forwarder.id))
        secrets = opened(sealer, held)
        before = {f"previous_{each}": secrets.get(each, "") for each in made}
        until = {"previous_until": text_of(now + BOTH_SIGN)}
        change_forwarder(connection, held.id, settings={**held.settings, **until}, modified=now)
        keep(connection, sealer, held.id, {**secrets, **before, **made})
        again = _there(forwarder_of(connection, held.id))
        return {**plain(connection, again, now), "made": made}


def remove(app: App, who: Principal, name: str) -> Object:
    """Forget a forwarder; what waits for it is cancelled. Raises `NotFound` and `Forbidden`."""
    with app.state.reading() as connection:
        one_seen(connection, who, name)
    with app.access.noting(who, "forwarder.remove", name) as connection:
        forwarder = one_seen(connection, who, name)
        told = plain(connection, forwarder, app.clock())
        cancelled = cancel_of(connection, forwarder.id, app.clock())
        remove_forwarder(connection, forwarder.id)
    return {**told, "cancelled": len(cancelled)}


def _given(kind: Kind, settings: Mapping[str, Any]) -> dict[str, str]:
    """What people may set of it, as text; raises `Invalid`."""
    own = {each.name for each in kind.settings if each.is_own}
    for name, value in settings.items():
        if name in own:
            raise Invalid(f"There is no setting {name!r} here.", "It is kept by the server.")
        if not isinstance(value, str) or len(value) > _LONGEST_VALUE or "\0" in value:
            raise Invalid(f"The setting {name!r} is no text of a usual length.", "Write text.")
    return dict(settings)


def _made(kind: Kind, given: Mapping[str, str]) -> dict[str, str]:
    """The secrets that are made, for they are not given."""
    return {
        each.name: each.make()
        for each in kind.settings
        if each.make is not None and not given.get(each.name)
    }


def _checked(app: App, kind: Kind, values: Mapping[str, str]) -> dict[str, str]:
    """The settings as they are kept; raises `Invalid`, in words that hold no secret."""
    kept = checked(kind, values)
    for name in _URLS & kept.keys():
        try:
            target = target_of(kept[name])
        except Invalid:
            raise Invalid(
                f"The setting {name!r} is no address that requests go to.",
                "Write https://HOST/PATH: no user, no #.",
            ) from None
        if name == "host" and target.path != "/":
            raise Invalid("The setting 'host' has a path.", "Write https://HOST alone.")
    if "server_certificates" in kept:
        ours = kept["certificate"], kept["private_key"]
        context_of(Tls(*(ours if all(ours) else ("", "")), kept["server_certificates"]))
    if "to" in kept:
        check_domains(addresses_of(kept["to"]), app.settings.mail_domains)
    return kept


def _check_secrets(
    kind: Kind, before: Mapping[str, str], given: Mapping[str, str], kept: Mapping[str, str]
) -> None:
    """Raise `Invalid` where a secret would be sent to another receiver than it was given for."""
    moved = [name for name in _URLS & kept.keys() if name not in kind.secrets]
    if all(target_of(before[name]).origin == target_of(kept[name]).origin for name in moved):
        return
    for each in kind.settings:
        is_given = each.make is None and not each.is_own and each.name not in given
        if each.secret and is_given and kept[each.name]:
            raise Invalid(
                f"The forwarder is to go to another host, and {each.name!r} was given for that of"
                " before.",
                f"Give {each.name} again, or take it away with an empty text.",
            )


def _open(kind: Kind, values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name not in kind.secrets}


def _secret(kind: Kind, values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name in kind.secrets}


def _columns(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that are given, checked; `None` is not given. Raises `Invalid`."""
    columns = {name: value for name, value in wanted.items() if value is not None}
    if "types" in columns:
        columns["types"] = _types(columns["types"])
    if "accounts" in columns:
        columns["accounts"] = _accounts(columns["accounts"])
    hours = columns.get("every_hours")
    if hours is not None:
        if not 0 <= hours <= _MOST_HOURS:
            raise Invalid(f"every_hours is {hours}.", f"Write 1 to {_MOST_HOURS}, or 0: at once.")
        columns["every_hours"] = hours or None
    pace = columns.get("per_minute", PER_MINUTE)
    if not 1 <= pace <= MOST_PER_MINUTE:
        raise Invalid(f"per_minute is {pace}.", f"Write 1 to {MOST_PER_MINUTE}.")
    if len(columns.get("description", "")) > _LONGEST_TEXT:
        raise Invalid("The description is too long.", f"Write {_LONGEST_TEXT} characters at most.")
    return columns


def _types(words: Sequence[str]) -> tuple[str, ...]:
    types = tuple(dict.fromkeys(words))
    for each in types:
        if not _TYPE.fullmatch(each):
            raise Invalid(f"{each[:100]!r} is no type of a notice.", "Write usage-report.")
    if len(types) > _MOST_TYPES:
        raise Invalid(f"There are {len(types)} types.", f"Write {_MOST_TYPES} at most.")
    return types


def _accounts(names: Sequence[str]) -> tuple[str, ...] | None:
    if list(names) in ([], [EVERY_ACCOUNT]):
        return None
    accounts = tuple(dict.fromkeys(name.strip("/") for name in names))
    for each in accounts:
        if not each or EVERY_ACCOUNT in each or not each.isprintable():
            raise Invalid(f"{each[:100]!r} is not one account.", "Write acme/finance, or * alone.")
    return accounts


def _there(forwarder: Forwarder | None) -> Forwarder:
    if forwarder is None:
        raise Invalid("The forwarder was removed meanwhile.", "Add it again.")
    return forwarder
