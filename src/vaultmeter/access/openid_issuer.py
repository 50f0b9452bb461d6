"""What a provider of OpenID Connect is asked: where its parts are, its keys, who somebody is.

Its addresses come from its discovery document, its keys from there too, and both are asked again
after an hour, keys also when none fits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]
    prepare_token_request,
)
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet
from joserfc.jwt import Token

from vaultmeter.access.egress import Answer, Egress
from vaultmeter.access.egress_rules import target_of
from vaultmeter.access.openid_tokens import (
    ALGORITHMS,
    NotVouched,
    check_claims,
    key_set,
    opened,
    unsigned,
)
from vaultmeter.clock import Clock
from vaultmeter.model.errors import Invalid, Unavailable, VaultmeterError

_KEPT = timedelta(hours=1)
_AGAIN = timedelta(seconds=10)
"""How long a provider that does not answer is not asked again."""
_MOST_KEYS = 256 << 10
"""Bytes of a provider's keys; some publish dozens, with their certificates."""
_OK = 200
_CLIENT_ERRORS = range(400, 500)
_WELL_KNOWN = "/.well-known/openid-configuration"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Metadata:
    """What a provider tells of itself (OpenID Connect Discovery 1.0, RFC 9207)."""

    issuer: str
    authorization: str
    token: str
    keys: str
    client_auth: tuple[str, ...]
    tells_issuer: bool


@dataclass(frozen=True)
class Client:
    """Who we are at a provider; without a secret, a public client."""

    issuer: str
    id: str
    secret: str | None


@dataclass(frozen=True)
class Sent:
    """What was sent along with somebody to the provider, and must come back with them."""

    redirect_uri: str
    verifier: str
    nonce: str


class Issuers:
    """The providers that were asked, and what they told. Several threads may use it."""

    def __init__(self, egress: Egress, clock: Clock) -> None:
        """Ask through `egress`."""
        self._egress, self._clock = egress, clock
        self._metadata: dict[str, tuple[datetime, Metadata]] = {}
        self._keys: dict[str, tuple[datetime, KeySet]] = {}
        self._failed: dict[str, tuple[datetime, VaultmeterError]] = {}

    def metadata(self, issuer: str) -> Metadata:
        """What a provider tells of itself; raises `Unavailable`, `Invalid`."""
        now, held = self._clock(), self._metadata.get(issuer)
        if held is not None and now - held[0] < _KEPT:
            return held[1]
        failed = self._failed.get(issuer)
        if failed is not None and now - failed[0] < _AGAIN:
            # Anybody may ask to be sent to a provider, which is not to cost a request each time.
            raise type(failed[1])(failed[1].message, failed[1].hint)
        try:
            told = self._document(issuer.rstrip("/") + _WELL_KNOWN)
            found = _metadata(issuer, told)
        except VaultmeterError as error:
            self._failed[issuer] = (now, error)
            raise
        self._metadata[issuer] = (now, found)
        return found

    def claims(self, client: Client, code: str, sent: Sent) -> Mapping[str, Any]:
        """What a provider says of whoever brings a code; raises `NotVouched`, `Unavailable`."""
        told = self._exchanged(client, code, sent)
        id_token, access_token = told.get("id_token"), told.get("access_token")
        if not isinstance(id_token, str):
            raise NotVouched("token", "The provider answered without an ID token.")
        token = self._opened(client.issuer, id_token)
        check_claims(client.issuer, client.id, sent.nonce, token, access_token, self._clock())
        return token.claims

    def _exchanged(self, client: Client, code: str, sent: Sent) -> Mapping[str, Any]:
        """What the token endpoint gives for a code (RFC 6749, 4.1.3; RFC 7636, 4.5)."""
        told = self.metadata(client.issuer)
        body = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=sent.redirect_uri,
            code_verifier=sent.verifier,
        )
        auth = ClientAuth(client.id, client.secret, _client_auth(client, told))
        headers = {"Content-Type": _FORM, "Accept": "application/json"}
        url, headers, body = auth.prepare("POST", told.token, headers, body)
        answer = self._egress.ask("POST", url, headers, body.encode(), needs_tls=True)
        if answer.status in _CLIENT_ERRORS:
            raise NotVouched("code", "The provider does not take the code: it was used, or is old.")
        return _object(answer, told.token)

    def _opened(self, issuer: str, token: str) -> Token:
        """Header and claims of a token that one of a provider's keys signed."""
        keys, is_fresh = self._keys_of(issuer)
        try:
            return opened(token, keys)
        except (InvalidKeyIdError, BadSignatureError) as error:
            if is_fresh:
                raise unsigned() from error
        # The provider may sign with a new key by now.
        keys, _ = self._keys_of(issuer, again=True)
        try:
            return opened(token, keys)
        except (InvalidKeyIdError, BadSignatureError) as error:
            raise unsigned() from error

    def _keys_of(self, issuer: str, *, again: bool = False) -> tuple[KeySet, bool]:
        """The keys of a provider, and whether they were asked for just now."""
        now, held = self._clock(), self._keys.get(issuer)
        if held is not None and not again and now - held[0] < _KEPT:
            return held[1], False
        url = self.metadata(issuer).keys
        found = key_set(self._document(url, _MOST_KEYS), url)
        self._keys[issuer] = (now, found)
        return found, True

    def _document(self, url: str, most_bytes: int = 64 << 10) -> Mapping[str, Any]:
        headers = {"Accept": "application/json"}
        answer = self._egress.ask("GET", url, headers, most_bytes=most_bytes, needs_tls=True)
        return _object(answer, url)


def _object(answer: Answer, url: str) -> Mapping[str, Any]:
    """The JSON object of an answer; raises `Unavailable`."""
    try:
        told = orjson.loads(answer.body) if answer.is_whole and answer.status == _OK else None
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        raise Unavailable(
            f"{target_of(url).origin} does not answer as a provider of OpenID Connect.",
            "Look whether the issuer is right: ISSUER/.well-known/openid-configuration is JSON.",
        )
    return told


def _metadata(issuer: str, told: Mapping[str, Any]) -> Metadata:
    """The metadata of an issuer, checked; raises `Unavailable` for what cannot be worked with."""
    urls = [told.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    algorithms = _texts(told.get("id_token_signing_alg_values_supported")) or ("RS256",)
    methods = _texts(told.get("token_endpoint_auth_methods_supported"))
    challenges = _texts(told.get("code_challenge_methods_supported"))
    for is_right, what in (
        (told.get("issuer") == issuer, "says that it is another issuer"),
        (all(_is_address(url, issuer) for url in urls), "has addresses that cannot be used"),
        (bool(set(algorithms) & set(ALGORITHMS)), "signs with no algorithm that is believed"),
        (not challenges or "S256" in challenges, "does not know PKCE with S256"),
    ):
        if not is_right:
            raise Unavailable(
                f"The provider {issuer} {what}.", "Write the issuer as the provider tells it."
            )
    authorization, token, keys = map(str, urls)
    tells_issuer = told.get("authorization_response_iss_parameter_supported") is True
    ways = methods or ("client_secret_basic",)
    return Metadata(issuer, authorization, token, keys, ways, tells_issuer)


def _is_address(url: object, issuer: str) -> bool:
    """Whether it is an address as safe as the issuer's."""
    try:
        return target_of(str(url)).scheme in {"https", target_of(issuer).scheme}
    except Invalid:
        return False


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _client_auth(client: Client, told: Metadata) -> str:
    """How the client says who it is; raises `Unavailable` where there is no common way."""
    if client.secret is None:
        return "none"
    for way in ("client_secret_basic", "client_secret_post"):
        if way in told.client_auth:
            return way
    raise Unavailable(
        f"The provider {client.issuer} takes no client secret.",
        "Let it take client_secret_basic, or add the provider without a secret.",
    )
