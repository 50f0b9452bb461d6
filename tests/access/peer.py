"""Somebody at the other end of a request: a plain socket that answers what it is told to."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Talk = Callable[["Peer", socket.socket], None]
"""What is said on a connection after the request's head was read."""


@dataclass
class Peer:
    """A listener on this machine: `heads` are the requests that came."""

    talk: Talk
    tls: ssl.SSLContext | None = None
    heads: list[bytes] = field(default_factory=list)
    connections: int = 0
    over: Event = field(default_factory=Event)
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        """Answer one connection after the other, until it is over."""
        while not self.over.is_set():
            with suppress(OSError):
                opened, _ = listener.accept()
                self.connections += 1
                opened.settimeout(20)
                self._answer(opened)

    def _answer(self, opened: socket.socket) -> None:
        try:
            if self.tls is not None:
                opened = self.tls.wrap_socket(opened, server_side=True)
            head = b""
            while b"\r\n\r\n" not in head and (part := opened.recv(1 << 16)):
                head += part
            self.heads.append(head)
            self.talk(self, opened)
        finally:
            opened.close()


@contextmanager
def listening(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """Give a peer within a block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = Peer(talk, tls, port=listener.getsockname()[1])
        thread = Thread(target=peer.serve, args=(listener,))
        thread.start()
        try:
            yield peer
        finally:
            peer.over.set()
            with suppress(OSError), socket.create_connection(("127.0.0.1", peer.port), 1):
                pass
            thread.join()


def says(answer: bytes) -> Talk:
    """Talk that is one answer."""

    def talk(_peer: Peer, opened: socket.socket) -> None:
        with suppress(OSError):
            opened.sendall(answer)

    return talk


def body(content: bytes, status: str = "200 OK", more: str = "") -> bytes:
    """An answer with a body."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{more}\r\n".encode() + content


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for a name; answers the contexts of its server and of who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, secret)
    return server, ssl.create_default_context(cafile=str(chain))
