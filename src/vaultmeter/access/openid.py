"""Signing in with a provider of OpenID Connect: authorization code, PKCE, state and nonce.

What is sent to the provider, and must come back from it, is made from a random text that the
browser keeps in a cookie for a few minutes, and from the secret key. So nothing is kept here while
somebody is away, nobody's sign-in can be finished in somebody else's browser, and each is finished
once.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest, digest
from secrets import token_urlsafe
from threading import Lock
from typing import Any
from urllib.parse import quote

import orjson
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from vaultmeter.access.access import Access
from vaultmeter.access.egress import Egress
from vaultmeter.access.openid_issuer import Client, Issuers, Sent
from vaultmeter.access.openid_places import local_path, public_origin
from vaultmeter.access.openid_providers import Provider, provider_named, providers
from vaultmeter.access.openid_tokens import NotVouched
from vaultmeter.access.openid_users import user_of
from vaultmeter.access.sign_in import SignedIn, begin
from vaultmeter.model.access import Object, Principal
from vaultmeter.state.tables import PROVIDER

KEPT = timedelta(minutes=10)
"""How long somebody may be away at the provider."""
CALLBACK = "/api/v1/sign-in/{name}/callback"
_MOST_USED = 100_000
_LONGEST_CODE = 4096
_ERRORS = frozenset(
    {
        "access_denied",
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "invalid_request",
        "invalid_scope",
        "login_required",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
    }
)
"""What a provider may say that went wrong (RFC 6749, 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6)."""


@dataclass(frozen=True)
class Away:
    """Somebody who is sent to a provider: the address to go to, and the cookie to keep."""

    url: str
    cookie: str


@dataclass(frozen=True)
class Back:
    """Somebody who came back and is signed in, and where they wanted to go."""

    signed_in: SignedIn
    next: str


@dataclass(frozen=True)
class _Kept:
    """What the cookie keeps."""

    random: str
    provider: int
    next: str
    expires: int


class OpenId:
    """Signing in with providers, to an open folder. Several threads may use it."""

    def __init__(self, access: Access, egress: Egress, public_url: str) -> None:
        """`public_url` is where people reach this server, empty where not set; raises `Invalid`."""
        if public_url:
            public_origin(public_url)
        self._access, self._public_url = access, public_url
        self._issuers = Issuers(egress, access.clock)
        self._used: dict[str, int] = {}
        self._alone = Lock()

    def offered(self) -> Object:
        """The names of the providers that one can sign in with."""
        with self._access.state.reading() as connection:
            return {"rows": [{"name": each.name} for each in providers(connection)], "next": None}

    def begin(self, name: str, next_: str = "/") -> Away:
        """Send somebody to a provider, to come back to a path of this server.

        Raises `NotFound`, `Invalid` for another place to come back to, `Unavailable`.
        """
        next_ = local_path(next_)
        provider = self._provider(name)
        told = self._issuers.metadata(provider.issuer)
        expires = int((self._access.clock() + KEPT).timestamp())
        kept = _Kept(token_urlsafe(32), provider.id, next_, expires)
        sent = self._sent(provider, kept)
        url = prepare_grant_uri(
            told.authorization,
            provider.client_id,
            "code",
            sent.redirect_uri,
            list(provider.scopes),
            self._derived("state", kept),
            nonce=sent.nonce,
            code_challenge=create_s256_code_challenge(sent.verifier),
            code_challenge_method="S256",
        )
        return Away(str(url), self._written(kept))

    def finish(
        self,
        name: str,
        told: Mapping[str, str],
        cookie: str | None,
        came: Principal,
        agent: str | None = None,
    ) -> Back:
        """Sign in whoever comes back from a provider with its answer; `came` is nobody.

        Raises `NotFound`, `Unavailable`, and `Unauthenticated`, which is in the trail with its
        reason.
        """
        provider = self._provider(name)
        try:
            kept = self._opened(provider, told, cookie)
            claims = self._claims(provider, told, kept)
            with self._access.changing() as connection:
                user = user_of(self._access, connection, provider, claims, came)
                signed = begin(self._access, connection, user, came, agent, f"provider {name}")
        except NotVouched as error:
            wrong = {"provider": name, "wrong": error.reason, **error.told}
            self._access.note(came, "sign_in", "", "refused", **wrong)
            raise
        return Back(signed, kept.next)

    def _provider(self, name: str) -> Provider:
        with self._access.state.reading() as connection:
            return provider_named(connection, name)

    def _claims(
        self, provider: Provider, told: Mapping[str, str], kept: _Kept
    ) -> Mapping[str, Any]:
        """What the provider says of somebody, once everything that came back is right."""
        if (error := told.get("error")) is not None:
            word = error if error in _ERRORS else "error"
            raise NotVouched(word, f"The provider refuses the sign-in: {word}.")
        metadata = self._issuers.metadata(provider.issuer)
        tells_issuer = metadata.tells_issuer or "iss" in told
        if tells_issuer and told.get("iss") != provider.issuer:
            # Somebody may have been sent from one provider to another's callback (RFC 9207).
            raise NotVouched("iss", "The answer is another provider's.")
        code = told.get("code", "")
        if not 0 < len(code) <= _LONGEST_CODE:
            raise NotVouched("code", "The provider sent nothing that can be used.")
        return self._issuers.claims(self._client(provider), code, self._sent(provider, kept))

    def _client(self, provider: Provider) -> Client:
        sealed = provider.secret_sealed
        secret = None
        if sealed is not None:
            secret = self._access.sealer.open(PROVIDER, "secret_sealed", provider.id, sealed)
        return Client(provider.issuer, provider.client_id, secret)

    def _sent(self, provider: Provider, kept: _Kept) -> Sent:
        redirect_uri = public_origin(self._public_url) + CALLBACK.format(name=quote(provider.name))
        return Sent(redirect_uri, self._derived("verifier", kept), self._derived("nonce", kept))

    def _derived(self, purpose: str, kept: _Kept) -> str:
        """A text that whoever has the cookie alone cannot know: 43 characters (RFC 7636, 4.1)."""
        key = self._access.secret_key.derived(f"sign-in {purpose}")
        told = orjson.dumps([kept.random, kept.provider])
        return urlsafe_b64encode(digest(key, told, "sha256")).rstrip(b"=").decode()

    def _written(self, kept: _Kept) -> str:
        body = urlsafe_b64encode(orjson.dumps(list(vars(kept).values()))).rstrip(b"=")
        return f"{body.decode()}.{self._signed(body)}"

    def _signed(self, body: bytes) -> str:
        return digest(self._access.secret_key.derived("sign-in cookie"), body, "sha256").hex()

    def _opened(self, provider: Provider, told: Mapping[str, str], cookie: str | None) -> _Kept:
        """What a cookie keeps, of a sign-in that began in this browser and is not finished."""
        kept = self._read(cookie or "")
        now = int(self._access.clock().timestamp())
        if kept is None or kept.provider != provider.id or kept.expires <= now:
            raise _unknown("cookie")
        if not compare_digest(
            told.get("state", "").encode(), self._derived("state", kept).encode()
        ):
            raise _unknown("state")
        if not self._use(kept, now):
            raise _unknown("used")
        return kept

    def _read(self, cookie: str) -> _Kept | None:
        body, _, signature = cookie.partition(".")
        if not compare_digest(signature.encode(), self._signed(body.encode()).encode()):
            return None
        return _Kept(*orjson.loads(urlsafe_b64decode(body + "==")))

    def _use(self, kept: _Kept, now: int) -> bool:
        """Whether a sign-in is finished for the first time."""
        mark = sha256(kept.random.encode()).hexdigest()
        with self._alone:
            if mark in self._used:
                return False
            if len(self._used) >= _MOST_USED:
                self._used = {each: end for each, end in self._used.items() if end > now}
            self._used[mark] = kept.expires
            return True


def _unknown(reason: str) -> NotVouched:
    return NotVouched(
        reason,
        "No sign-in of this browser waits for this answer: it took too long, was finished before,"
        " or began elsewhere.",
    )
