"""What can be wrong with who may come in: listeners without TLS, keys that others read, sign-in."""

import stat
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from vaultmeter.access.egress_rules import Allowed, target_of
from vaultmeter.access.openid_places import public_origin
from vaultmeter.cli._asking import Here, Question, There
from vaultmeter.cli._checks import Finding, State, found, of_error, wrong
from vaultmeter.cli._profiles import profile_path
from vaultmeter.model.errors import VaultmeterError
from vaultmeter.server.listening import Address
from vaultmeter.settings import Settings

_USERS = Question("GET /users", "vaultmeter.access.user_acts:list_users")
_PROVIDERS = Question("GET /providers", "vaultmeter.access.openid_providers:list_providers")
_TRAIL = Question("GET /trail", "vaultmeter.access.trail_acts:list_trail")
_VERIFY = Question("GET /trail/verify", "vaultmeter.access.trail_acts:verify_trail", 3600.0)
_OTHERS = 0o077


def of_settings(settings: Settings, config: Path | None) -> Iterator[Finding]:
    """What settings and files around the folder say of who may come in."""
    yield from _or_error("listener", lambda: listener(settings))
    if settings.egress_allow:
        yield from _or_error("egress_allow", lambda: _egress(settings))
    if settings.secret_key_file is not None:
        yield _private(settings.secret_key_file)
    if settings.secret_key and config is not None:
        yield _private(config)
    for path in sorted(profile_path("any").parent.glob("*.toml")):
        yield _private(path)


def of_people(there: Here | There, settings: Settings) -> Iterator[Finding]:
    """What a folder or its server says of users, providers and the trail."""
    yield users(there.rows(_USERS))
    yield from providers(there.rows(_PROVIDERS), settings)
    yield trail(there)


def listener(settings: Settings) -> Finding:
    """Whether what is listened at is for this machine, or keeps keys and passwords secret."""
    address = Address.read(settings.listen)
    if settings.tls_certificate is not None and settings.tls_key is not None:
        return found("listener", f"{address} speaks HTTPS.")
    if _is_loopback(address.host):
        return found("listener", f"{address} is for this machine alone.")
    if settings.trusted_proxies:
        return found("listener", f"{address} is behind {', '.join(settings.trusted_proxies)}.")
    return wrong(
        "listener",
        f"{address} is for other machines too, and whoever is in between reads keys and passwords.",
        "Set tls_certificate and tls_key; or listen at 127.0.0.1, behind a proxy that speaks HTTPS"
        " and is named in trusted_proxies.",
    )


def users(listed: list[Any]) -> Finding:
    """Whether anybody can sign in."""
    able = [user for user in listed if not user["is_disabled"]]
    if able:
        return found("users", f"{len(able):,} can sign in.")
    return Finding(
        "users",
        State.LOOK,
        "Nobody can sign in.",
        "A server's first start makes an administrator; else: vaultmeter users add NAME"
        " --role admin",
    )


def providers(listed: list[Any], settings: Settings) -> Iterator[Finding]:
    """Whether people can go to each provider and come back."""
    if listed:
        yield from _or_error("public_url", lambda: _public_url(settings))
    for provider in listed:
        target, name = target_of(provider["issuer"]), f"provider {provider['name']}"
        if target.scheme == "https":
            yield found(name, "It is asked over HTTPS.")
        elif settings.egress_allow:
            words = f"{provider['issuer']} is asked without TLS, where egress_allow lets it."
            yield Finding(name, State.LOOK, words, "Give the provider a certificate.")
        else:
            words = f"{provider['issuer']} speaks no TLS, and is not asked."
            yield wrong(name, words, f"Name it in egress_allow: {target.authority}")


def trail(there: Here | There) -> Finding:
    """Whether the trail is as it was written."""
    if not there.ask(_TRAIL, limit=1)["rows"]:
        return found("trail", "Nothing was written into it so far.")
    verdict = there.ask(_VERIFY)
    if verdict["broken_at"] is None:
        return found("trail", f"It is whole: {verdict['rows']:,} entries.")
    return wrong(
        "trail",
        f"It is not as it was written: {verdict['words']}.",
        "Look who could write into the data folder: vaultmeter trail verify",
    )


def _or_error(name: str, check: Callable[[], Finding]) -> Iterator[Finding]:
    try:
        yield check()
    except VaultmeterError as error:
        yield of_error(name, error)


def _egress(settings: Settings) -> Finding:
    Allowed.read(settings.egress_allow)
    return found("egress_allow", f"Requests may go to {', '.join(settings.egress_allow)} too.")


def _public_url(settings: Settings) -> Finding:
    return found("public_url", f"People come back to {public_origin(settings.public_url)}.")


def _private(path: Path) -> Finding:
    name = f"secret {path}"
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        return wrong(name, f"{path} cannot be looked at: {error.strerror}.", "Put it there.")
    if mode & _OTHERS:
        return wrong(name, f"Others may use {path}.", f"Run: chmod go= {path}")
    return found(name, "It is for its own user alone.")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
