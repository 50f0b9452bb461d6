"""A provider of OpenID Connect that says whatever a test has it say, true or forged."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

Change = Callable[[dict[str, Any]], object]

_CLIENT = "vaultmeter"


def new_key(kind: str = "EC", kid: str = "one") -> Key:
    """Make a key that signs: RSA, EC or OKP; oct is a shared one."""
    parameters: Any = {"kid": kid}
    if kind == "RSA":
        return RSAKey.generate_key(2048, parameters)
    if kind == "OKP":
        return OKPKey.generate_key("Ed25519", parameters)
    if kind == "oct":
        return OctKey.generate_key(256, parameters)
    return ECKey.generate_key("P-256", parameters)


class _Any(JWSRegistry):
    """Signs with every algorithm there is, also with none."""

    def get_alg(self, name: str) -> Any:  # noqa: ANN401  the library's type
        return self.algorithms[name]


def signed(
    claims: Mapping[str, Any], key: Key, algorithm: str, more: Mapping[str, Any] | None = None
) -> str:
    """Sign claims, with whichever algorithm and header."""
    header = {"alg": algorithm, "kid": key.kid, **(more or {})}
    registry = _Any(algorithms=[algorithm], strict_check_header=False)
    return jwt.encode(header, dict(claims), key, registry=registry)


@dataclass
class Issuer:
    """What the provider says; `claims` change those of the next ID tokens, `told` its metadata."""

    now: Callable[[], float]
    port: int = 0
    algorithm: str = "ES256"
    key: Key = field(default_factory=new_key)
    published: list[Any] | None = None
    """Keys as it publishes them; its own where that is not said."""
    claims: Change = dict
    told: Change = dict
    header: Mapping[str, Any] = field(default_factory=dict)
    token: Change = dict
    """Changes what the token endpoint answers."""
    status: int = 200
    sent: dict[str, str] = field(default_factory=dict)
    """What somebody was sent to it with."""
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    """Path, headers and form of each request."""

    @property
    def url(self) -> str:
        """The issuer."""
        return f"http://127.0.0.1:{self.port}"

    def code(self, url: str) -> dict[str, str]:
        """Look at whom it was sent, and send them back with a code."""
        self.sent = dict(parse_qsl(urlsplit(url).query))
        return {"code": "a-code", "state": self.sent["state"]}

    def paths(self) -> list[str]:
        """Every path that was asked for."""
        return [path for path, _, _ in self.asked]

    def answer(self, path: str) -> object:
        """What it answers."""
        if path == "/.well-known/openid-configuration":
            return self._metadata()
        if path == "/keys":
            keys = KeySet([self.key]).as_dict()["keys"]
            return {"keys": keys if self.published is None else self.published}
        return self._tokens()

    def _metadata(self) -> dict[str, Any]:
        told = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": [self.algorithm],
        }
        self.told(told)
        return told

    def _tokens(self) -> dict[str, Any]:
        now = int(self.now())
        claims = {
            "iss": self.url,
            "sub": "s-1",
            "aud": _CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.sent.get("nonce"),
            "preferred_username": "ada",
            "email": "ada@acme.com",
            "email_verified": True,
        }
        self.claims(claims)
        id_token = signed(claims, self.key, self.algorithm, self.header)
        told = {"access_token": "at", "token_type": "Bearer", "id_token": id_token}
        self.token(told)
        return told


class _Server(ThreadingHTTPServer):
    issuer: Issuer


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self._answer(dict(parse_qsl(self.rfile.read(length).decode())))

    def _answer(self, form: dict[str, str]) -> None:
        issuer = self.server.issuer
        issuer.asked.append((self.path, dict(self.headers), form))
        body = json.dumps(issuer.answer(self.path)).encode()
        self.send_response(issuer.status if self.command == "POST" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def issuing(now: Callable[[], float]) -> Iterator[Issuer]:
    """Give a provider within a block."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.issuer = Issuer(now, server.server_address[1])
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.issuer
        finally:
            server.shutdown()
            thread.join()
