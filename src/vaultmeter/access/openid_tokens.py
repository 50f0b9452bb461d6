"""ID tokens: which are believed.

All of OpenID Connect Core 1.0, 3.1.3.7, must hold: issuer, audience, authorised party, times,
nonce, and a signature by one of the provider's keys with an algorithm of `ALGORITHMS`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    ClaimError,
    InvalidKeyIdError,
    JoseError,
    UnsupportedAlgorithmError,
)
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import JWKRegistry, Key, KeySet
from joserfc.jws import JWSRegistry
from joserfc.jwt import Token

from vaultmeter.model.errors import Unauthenticated, Unavailable

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
"""Those whose keys are not shared: never `none`, never HS256. Ed25519 is EdDSA's later name."""
_HASHED = ("RS256", "PS256", "ES256")
"""Those for which it is defined how the hash of an access token is made."""
_LEEWAY = 60
"""Seconds that a provider's clock may be wrong."""
_OLDEST = 600
"""Seconds that may lie between the making of an ID token and its use, which is at once."""
_RSA_DIGITS = 342
"""Digits in base 64 of a modulus of 2,048 bits, the shortest that is believed."""
_LONGEST = 255
"""Characters of a subject (OpenID Connect Core 1.0, 2)."""
_ODD = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""What the library raises besides its own errors for what is none of a token or a key."""


class NotVouched(Unauthenticated):
    """A sign-in with a provider that is refused: for the trail, a word for it, and what is told."""

    def __init__(
        self, reason: str, message: str, hint: str = "Sign in again.", **told: str
    ) -> None:
        """Keep what goes into the trail."""
        super().__init__(message, hint)
        self.reason, self.told = reason, told


class _Believed(JWSRegistry):
    """The algorithms that are believed; of the library's own registry EdDSA comes with a warning.

    Header parameters that are not understood are ignored, unless they are critical (RFC 7515, 4).
    """

    max_header_length = 8192

    def get_alg(self, name: str) -> JWSAlgModel:
        """The algorithm of that name; raises the library's error."""
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError("it is not believed")
        return self.algorithms[name]


_REGISTRY = _Believed(algorithms=ALGORITHMS, strict_check_header=False)


def key_set(told: Mapping[str, Any], where: str) -> KeySet:
    """The keys that may sign: neither shared, short, nor for encryption; raises `Unavailable`."""
    keys: list[Key] = []
    listed = told.get("keys")
    for each in listed if isinstance(listed, list) else ():
        if _may_sign(each):
            try:
                keys.append(JWKRegistry.import_key(each))
            except (JoseError, *_ODD):
                # One that is not understood is no reason to refuse the others (RFC 7517, 5).
                continue
    if not keys:
        raise Unavailable(
            f"The provider has no key at {where} that is believed.",
            f"It must sign with one of {', '.join(ALGORITHMS)}.",
        )
    return KeySet(keys)


def opened(token: str, keys: KeySet) -> Token:
    """A token that one of the keys signed.

    Raises `NotVouched`, and the library's errors where another key may have signed it.
    """
    try:
        return jwt.decode(token, keys, registry=_REGISTRY)
    except (InvalidKeyIdError, BadSignatureError):
        raise
    except (JoseError, *_ODD) as error:
        raise unsigned() from error


def unsigned() -> NotVouched:
    """The refusal of a token that nobody who is believed has signed."""
    return NotVouched("signature", "The provider's ID token is not signed as it must be.")


def check_claims(
    issuer: str, client_id: str, nonce: str, token: Token, access_token: object, now: datetime
) -> None:
    """Raise `NotVouched`, naming the first claim that is not as it must be."""
    has_hash = token.header["alg"] in _HASHED and isinstance(access_token, str)
    checked = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": client_id},
        },
        {
            "nonce": nonce,
            "client_id": client_id,
            "access_token": access_token if has_hash else None,
        },
    )
    seconds = int(now.timestamp())
    try:
        checked.validate(seconds, _LEEWAY)
    except ClaimError as error:
        raise _unbelieved(error.claim) from error
    except (JoseError, *_ODD) as error:
        raise _unbelieved("claims") from error
    if checked["iat"] < seconds - _OLDEST:
        raise _unbelieved("iat")
    if not 0 < len(checked["sub"]) <= _LONGEST:
        raise _unbelieved("sub")


def _may_sign(key: object) -> bool:
    if not isinstance(key, dict) or key.get("use", "sig") != "sig":
        return False
    is_short = key.get("kty") == "RSA" and len(str(key.get("n", ""))) < _RSA_DIGITS
    return key.get("kty") in {"RSA", "EC", "OKP"} and not is_short


def _unbelieved(claim: str) -> NotVouched:
    return NotVouched(claim, f"The provider's ID token is not for this sign-in: {claim}.")
