"""What providers tell: which tokens, keys and metadata are believed, and which are not."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from hmac import digest
from pathlib import Path
from typing import Any

import pytest
from tests.access.issuer import new_key, signed
from tests.access.providing import NOBODY, PUBLIC_URL, SECRET, Folder, with_providers

from vaultmeter.access.egress import Egress
from vaultmeter.access.openid import OpenId
from vaultmeter.access.openid_tokens import NotVouched
from vaultmeter.model.errors import Unavailable

WRONG_CLAIMS: list[tuple[str, dict[str, Any]]] = [
    ("nonce", {"nonce": "of-another-sign-in"}),
    ("nonce", {"nonce": None}),
    ("nonce", {"nonce": ["x"]}),
    ("iss", {"iss": "https://other.example"}),
    ("iss", {"iss": None}),
    ("aud", {"aud": "another-client"}),
    ("aud", {"aud": ["another-client"]}),
    ("aud", {"aud": []}),
    ("aud", {"aud": {"vaultmeter": 1}}),
    ("azp", {"aud": ["vaultmeter", "another-client"]}),
    ("azp", {"aud": ["vaultmeter", "another-client"], "azp": "another-client"}),
    ("azp", {"azp": "another-client"}),
    ("exp", {"exp": 1}),
    ("exp", {"exp": "never"}),
    ("exp", {"exp": None}),
    ("iat", {"iat": 1}),
    ("iat", {"iat": 4_000_000_000}),
    ("nbf", {"nbf": 4_000_000_000}),
    ("sub", {"sub": ""}),
    ("sub", {"sub": 7}),
    ("sub", {"sub": "x" * 256}),
    ("at_hash", {"at_hash": "of-another-token"}),
]


@pytest.fixture
def folder(nobody_there: Path) -> Iterator[Folder]:
    """Give an empty folder beside two providers."""
    with with_providers(nobody_there) as made:
        yield made


@pytest.mark.parametrize(("claim", "change"), WRONG_CLAIMS)
def test_a_token_for_something_else_is_refused(
    folder: Folder, claim: str, change: dict[str, Any]
) -> None:
    """Each claim that is not as it must be keeps somebody out, and is named in the trail."""
    folder.add()
    folder.issuer.claims = lambda claims: claims.update(change)
    with pytest.raises(NotVouched) as refused:
        folder.sign_in()
    assert refused.value.reason == claim
    assert folder.trail()[0].result == "refused"


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("RSA", "RS256"), ("RSA", "PS256"), ("EC", "ES256"), ("OKP", "EdDSA"), ("OKP", "Ed25519")],
)
def test_good_algorithms_are_believed(folder: Folder, kind: str, algorithm: str) -> None:
    """Each algorithm of the list signs somebody in."""
    folder.add()
    folder.issuer.key, folder.issuer.algorithm = new_key(kind), algorithm
    assert folder.sign_in().signed_in.who.name == "idp:ada"


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [("oct", "none"), ("oct", "HS256"), ("RSA", "RS512"), ("RSA", "RS1"), ("EC", "none")],
)
def test_other_algorithms_are_not(folder: Folder, kind: str, algorithm: str) -> None:
    """None, shared keys and whatever is not in the list keep everybody out."""
    folder.add()
    trusted = folder.issuer.key.as_dict(private=False)
    forged = new_key(kind)
    name = "RS256" if algorithm == "RS1" else algorithm
    folder.issuer.published = [trusted, forged.as_dict(private=False) if kind != "oct" else trusted]
    folder.issuer.token = lambda told: told.update(
        id_token=relabelled(
            signed(claims_of(folder), forged, name, {"kid": trusted["kid"]}), algorithm
        )
    )
    folder.refused("signature")


def test_a_public_key_is_no_shared_one(folder: Folder) -> None:
    """A token that is signed with the text of the provider's own public key is not believed."""
    folder.add()
    folder.issuer.key, folder.issuer.algorithm = new_key("RSA"), "RS256"
    public = folder.issuer.key.as_pem(private=False)  # type: ignore[union-attr]

    def forge(told: dict[str, Any]) -> None:
        parts = ({"alg": "HS256", "kid": "one"}, claims_of(folder))
        text = ".".join(encoded(json.dumps(part).encode()) for part in parts)
        told["id_token"] = f"{text}.{encoded(digest(public, text.encode(), 'sha256'))}"

    folder.issuer.token = forge
    folder.refused("signature")


def test_a_token_of_another_key_is_refused(folder: Folder) -> None:
    """Neither a strange key under a known name nor one that the token brings along is believed."""
    folder.add()
    strange = new_key("EC", "one")
    brought: list[dict[str, Any]] = [
        {},
        {"jwk": strange.as_dict(private=False)},
        {"jku": f"{folder.other.url}/keys"},
    ]

    def forge(told: dict[str, Any]) -> None:
        told["id_token"] = signed(claims_of(folder), strange, "ES256", brought[0])

    folder.issuer.token = forge
    while brought:
        folder.refused("signature")
        del brought[0]
    assert folder.other.asked == []


@pytest.mark.parametrize("token", ["", "a.b.c", "e30.e30.", "x" * 60_000, None, 7, ["a"]])
def test_what_is_no_token_is_refused(folder: Folder, token: Any) -> None:  # noqa: ANN401  anything
    """Whatever comes in the place of a token keeps somebody out, and nothing fails."""
    folder.add()
    folder.issuer.token = lambda told: told.update(id_token=token)
    with pytest.raises(NotVouched):
        folder.sign_in()


def test_new_keys_are_followed(folder: Folder) -> None:
    """A key that is not known yet is asked for, also where it has the old one's name."""
    folder.add()
    folder.sign_in()
    assert folder.issuer.paths().count("/keys") == 1
    folder.sign_in()
    assert folder.issuer.paths().count("/keys") == 1
    for kid in ("two", "two"):
        folder.issuer.key = new_key("EC", kid)
        folder.sign_in()
    assert folder.issuer.paths().count("/keys") == 3
    folder.clock.advance(hours=1)
    folder.sign_in()
    assert folder.issuer.paths().count("/keys") == 4


@pytest.mark.parametrize(
    "published",
    [
        [],
        None,
        {"kty": "EC"},
        [7, None, "key", {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "EC", "crv": "P-9"}],
        [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "one"}],
    ],
)
def test_what_are_no_keys_is_told(folder: Folder, published: Any) -> None:  # noqa: ANN401  anything
    """A provider without a key that can be believed is named, and nobody comes in."""
    folder.add()
    folder.issuer.published = published if published is not None else [{}]
    with pytest.raises(Unavailable, match="key"):
        folder.sign_in()


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": 7},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
        {"code_challenge_methods_supported": ["plain"]},
    ],
)
def test_odd_metadata_is_told(folder: Folder, change: dict[str, Any]) -> None:
    """A provider that is not what it must be is named before anybody is sent there."""
    folder.add()
    folder.issuer.told = lambda told: told.update(change)
    with pytest.raises(Unavailable):
        folder.openid.begin("idp")


def test_a_provider_is_not_asked_again_at_once(folder: Folder) -> None:
    """Whoever asks to be sent to a provider that is down does not make us ask it each time."""
    folder.add()
    folder.issuer.told = lambda told: told.update(issuer="x")
    for _ in range(3):
        with pytest.raises(Unavailable):
            folder.openid.begin("idp")
    assert len(folder.issuer.asked) == 1
    folder.issuer.told = dict
    folder.clock.advance(seconds=10)
    folder.openid.begin("idp")


def test_inner_places_are_not_asked(folder: Folder) -> None:
    """What a provider names of its own network is asked no more than what people type in."""
    folder.add()
    inner = {"token_endpoint": "http://169.254.169.254/latest/meta-data/"}
    folder.issuer.told = lambda told: told.update(inner)
    with pytest.raises(Unavailable):
        folder.sign_in()
    strict = OpenId(folder.access, Egress(), PUBLIC_URL)
    with pytest.raises(Unavailable):
        strict.begin("idp")
    assert "/token" not in folder.issuer.paths()


@pytest.mark.parametrize(
    ("answered", "status", "kind"),
    [
        ({"error": "invalid_grant"}, 400, NotVouched),
        ({"error": "server_error"}, 500, Unavailable),
        ({}, 302, Unavailable),
        ({"id_token": None}, 200, NotVouched),
    ],
)
def test_a_refused_code_is_told(
    folder: Folder, answered: dict[str, Any], status: int, kind: type[Exception]
) -> None:
    """A code that the provider does not take, and a provider that fails, let nobody in."""
    folder.add()
    folder.issuer.status = status

    def answer(told: dict[str, Any]) -> None:
        told.clear()
        told.update(answered)

    folder.issuer.token = answer
    with pytest.raises(kind):
        folder.sign_in()


def test_ways_to_say_who_we_are(folder: Folder) -> None:
    """The secret goes where the provider takes it; without one, the client's id does."""
    folder.add(client_secret=None)
    folder.sign_in()
    _, headers, form = folder.issuer.asked[-2]
    assert form["client_id"] == "vaultmeter"
    assert "Authorization" not in headers
    folder.add("other")
    ways = ["client_secret_post", "private_key_jwt"]
    folder.other.told = lambda told: told.update(token_endpoint_auth_methods_supported=ways)
    folder.sign_in("other")
    _, headers, form = folder.other.asked[-2]
    assert form["client_secret"] == SECRET
    assert "Authorization" not in headers


def test_the_issuer_is_named_where_that_is_promised(folder: Folder) -> None:
    """A provider that says it names itself in its answers (RFC 9207) has to."""
    folder.add()
    promise = {"authorization_response_iss_parameter_supported": True}
    folder.issuer.told = lambda told: told.update(promise)
    folder.refused("iss")
    away = folder.openid.begin("idp")
    told = folder.issuer.code(away.url) | {"iss": folder.issuer.url}
    folder.openid.finish("idp", told, away.cookie, NOBODY)


def claims_of(folder: Folder) -> dict[str, Any]:
    """Claims with which somebody would come in."""
    now = int(folder.clock().timestamp())
    return {
        "iss": folder.issuer.url,
        "sub": "s-1",
        "aud": "vaultmeter",
        "iat": now,
        "exp": now + 300,
        "nonce": folder.issuer.sent["nonce"],
    }


def relabelled(token: str, algorithm: str) -> str:
    """The same token, which says it is signed in another way."""
    head, _, rest = token.partition(".")
    header = json.loads(urlsafe_b64decode(head + "==")) | {"alg": algorithm}
    return f"{encoded(json.dumps(header).encode())}.{rest}"


def encoded(content: bytes) -> str:
    """Write bytes as a token has them."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()
