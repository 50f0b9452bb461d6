"""The client of inventories trusts whom it is told to, and sends its token nowhere else."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from vaultmeter.connectors._openbao_inventory import take
from vaultmeter.model.errors import Invalid, Unavailable
from vaultmeter.model.inventory import Access

TOKEN = "s.of-this-test"  # noqa: S105  of no server


class Refusing(BaseHTTPRequestHandler):
    """Refuses everything; what is below `status` says how."""

    status = 403
    tokens: list[str | None]

    def do_GET(self) -> None:
        """Answer, and keep the token that came."""
        self.tokens.append(self.headers.get("X-Vault-Token"))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/v1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def refusing(
    status: int, certificate: Path | None = None
) -> Iterator[tuple[int, list[str | None]]]:
    """Give the port of a server that answers one status, and the tokens it was sent."""
    tokens: list[str | None] = []
    handler = type("Handler", (Refusing,), {"status": status, "tokens": tokens})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port, tokens
        finally:
            server.shutdown()
            thread.join()


def certificate(folder: Path) -> Path:
    """Write a certificate that nobody knows, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vault.example")])
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "server.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_certificates_are_checked(tmp_path: Path) -> None:
    """A server nobody vouches for gets no token; with its certificate trusted it is asked."""
    pem = certificate(tmp_path)
    with refusing(403, pem) as (port, tokens):
        address = f"https://127.0.0.1:{port}"
        with pytest.raises(Unavailable, match="certificate"):
            take(Access(address, TOKEN), datetime.now(UTC))
        assert tokens == []

        with pytest.raises(Invalid, match="see nothing"):
            take(Access(address, TOKEN, ca_cert=str(pem)), datetime.now(UTC))
        assert set(tokens) == {TOKEN}


def test_certificates_that_are_none(tmp_path: Path) -> None:
    """A file of certificates that is missing or holds none is named."""
    (tmp_path / "empty.pem").write_text("nothing")
    for name, said in (("none.pem", "no file"), ("empty.pem", "no certificates")):
        with pytest.raises(Invalid, match=said):
            take(Access("https://x", TOKEN, ca_cert=str(tmp_path / name)), datetime.now(UTC))


@pytest.mark.parametrize(("status", "said"), [(307, "another server"), (429, "so many requests")])
def test_a_server_that_sends_elsewhere(status: int, said: str) -> None:
    """A token follows no redirection, and a quota that is used up ends the inventory."""
    with refusing(status) as (port, _), pytest.raises(Unavailable, match=said):
        take(Access(f"http://127.0.0.1:{port}", TOKEN), datetime.now(UTC))


def test_a_token_is_in_no_message() -> None:
    """Neither what an access looks like nor an error holds the token."""
    access = Access("http://127.0.0.1:1", TOKEN)
    with pytest.raises(Unavailable) as error:
        take(access, datetime.now(UTC))
    assert TOKEN not in f"{access!r} {error.value} {error.value.hint}"
    with pytest.raises(Invalid) as refused:
        take(Access("http://127.0.0.1:1", f"{TOKEN}\r\nX-Other: 1"), datetime.now(UTC))
    assert TOKEN not in str(refused.value)
