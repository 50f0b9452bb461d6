"""Where the server listens: addresses, TLS, the socket file, proxies, and the end."""

import os
import socket
import ssl
import stat
import warnings
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.server.running import (
    Reply,
    Running,
    local_reply,
    read_all,
    reply_of,
    running,
    wait_for,
)

from vaultmeter.model.errors import Invalid, Unavailable
from vaultmeter.server.limits import Limits
from vaultmeter.server.listening import Address, Certificate, Proxies, _bound
from vaultmeter.server.local import local_socket


def certificate(folder: Path) -> Certificate:
    """Make a certificate for this machine that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = Certificate(folder / "server.pem", folder / "server.key")
    files.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    files.key.chmod(0o600)
    return files


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8080", Address("127.0.0.1", 8080)),
        ("[::1]:0", Address("::1", 0)),
        (":8080", Address("::", 8080)),
    ],
)
def test_an_address_is_read(text: str, address: Address) -> None:
    """Host and port are read, and written in the same way."""
    assert Address.read(text) == address
    assert Address.read(str(address)) == address


@pytest.mark.parametrize("text", ["8080", "host:", "host:port", "host:65536", "host:-1", ""])
def test_what_is_no_address_is_told(text: str) -> None:
    """An address without a port is refused, with an example of one."""
    with pytest.raises(Invalid, match="no address to listen at"):
        Address.read(text)


def test_both_families_are_served(tmp_path: Path) -> None:
    """At `[::]` clients of IPv4 and IPv6 are answered."""
    with running(tmp_path / "data", listen="[::]:0") as server:
        for host in ("127.0.0.1", "::1"):
            client = HTTPConnection(host, server.address.port, timeout=10)
            client.request("GET", "/metrics")
            assert reply_of(client.getresponse()).status == 200
            client.close()


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """Connections send what is written at once: an answer is more than one piece."""
    with (
        _bound(Address("127.0.0.1", 0)) as bound,
        socket.create_connection(bound.getsockname()),
    ):
        accepted, _ = bound.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_in_use_is_told(tmp_path: Path) -> None:
    """A second server at the same address is refused with what to do."""
    with running(tmp_path / "one") as first, pytest.raises(Unavailable, match="in use") as raised:
        Running(tmp_path / "two", listen=str(first.address))
    assert "--listen" in raised.value.hint


def test_tls_is_spoken(tmp_path: Path) -> None:
    """Pushes over TLS are accepted by a certificate that the sender checks."""
    files = certificate(tmp_path)
    with running(tmp_path / "data", certificate=files) as server:
        context = ssl.create_default_context(cafile=str(files.certificate))
        client = server.client(context)
        client.request("POST", "/ingest/vault", b"{}", server.bearer())
        assert reply_of(client.getresponse()).status == 204
        client.close()
        with server.connect() as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: v\r\n\r\n")
            assert b"HTTP" not in read_all(plain)


def test_old_tls_is_not_spoken(tmp_path: Path) -> None:
    """A client that speaks TLS 1.1 at most finds nobody; with TLS 1.2 it is answered."""
    files = certificate(tmp_path)
    with running(tmp_path / "data", certificate=files) as server:
        context = ssl.create_default_context(cafile=str(files.certificate))
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1"):
            context.minimum_version = ssl.TLSVersion.TLSv1
        for version, is_spoken in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.maximum_version = version
            assert speaks(server, context) == is_spoken


def speaks(server: Running, context: ssl.SSLContext) -> bool:
    """Say whether a handshake succeeds."""
    with server.connect() as opened:
        try:
            context.wrap_socket(opened, server_hostname="localhost").close()
        except ssl.SSLError:
            return False
    return True


def test_limits_hold_over_tls(tmp_path: Path) -> None:
    """Unfinished handshakes and slow headers are ended over TLS too."""
    files = certificate(tmp_path)
    limits = Limits(header_seconds=1, linger_seconds=0.5)
    with running(tmp_path / "data", certificate=files, limits=limits) as server:
        with server.connect() as silent:
            assert read_all(silent) == b""
        context = ssl.create_default_context(cafile=str(files.certificate))
        with (
            server.connect() as opened,
            context.wrap_socket(opened, server_hostname="localhost") as wrapped,
        ):
            wrapped.sendall(b"GET /")
            assert b" 408 " in read_all(wrapped)
        assert server.ended("slow_header") == 1


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """A missing file, a foreign key and a key that everybody may read are refused."""
    files = certificate(tmp_path)
    (tmp_path / "other").mkdir()
    other = certificate(tmp_path / "other")
    with pytest.raises(Invalid, match="No such file"):
        Certificate(tmp_path / "none.pem", files.key).context()
    with pytest.raises(Invalid, match="cannot be used"):
        Certificate(files.certificate, other.key).context()
    files.key.chmod(0o644)
    with pytest.raises(Invalid, match="Everybody may read"):
        files.context()


def test_the_socket_file_is_for_its_user(tmp_path: Path) -> None:
    """The socket file has mode 0600, replaces a stale one, and goes away at the end."""
    data = tmp_path / "data"
    data.mkdir()
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(data / "server.sock"))
    stale.close()
    with running(data) as server:
        path = local_socket(data)
        assert path == data / "server.sock" == server.local
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert local_reply(path).json()["ready"] is True
    assert not path.exists()


def test_opening_the_socket_leaves_what_others_make_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process has one mask for new files: a folder made meanwhile can be used."""
    bind, made = socket.socket.bind, tmp_path / "made"

    def bind_and_make(opened: socket.socket, address: str) -> None:
        bind(opened, address)
        made.mkdir(mode=0o700, exist_ok=True)

    monkeypatch.setattr(socket.socket, "bind", bind_and_make)
    with running(tmp_path / "data"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_watch_that_died_is_told(tmp_path: Path) -> None:
    """Without it nobody would be sent away for being slow, unseen."""

    class Broken:
        def check(self, _: float) -> None:
            raise RuntimeError("a bug")

    async def check(server: Running) -> None:
        server.listeners.check()

    def died(server: Running) -> bool:
        try:
            server.within(check(server))
        except RuntimeError as error:
            return str(error) == "a bug"
        return False

    with running(tmp_path / "data") as server:
        server.within(check(server))
        server.listeners.crowd.enter(Broken(), "")
        wait_for(lambda: died(server))


def test_a_long_path_has_its_socket_elsewhere(tmp_path: Path) -> None:
    """Where a path is too long for a socket, the file lies in a folder of this user alone."""
    data = tmp_path / ("x" * 60) / ("y" * 60)
    data.mkdir(parents=True)
    with running(data):
        path = local_socket(data)
        assert len(os.fsencode(path)) <= 107
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert local_reply(path).status == 200
    path.parent.chmod(0o755)
    with pytest.raises(Unavailable, match="this user alone"):
        Running(data)
    path.parent.rmdir()


def forwarded(server: Running, **headers: str) -> int:
    """Ask for the metrics, which only this machine may read, as if forwarded."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.ask("GET", "/metrics", headers=sent).status


def test_forwarded_headers_of_strangers_are_not_believed(tmp_path: Path) -> None:
    """Nobody changes the address they are known by, unless they are a proxy that was named.

    A proxy of this machine that was not named makes nobody pass for this machine.
    """
    with running(tmp_path / "data") as server:
        assert forwarded(server) == 200
        for header in ("X_Forwarded_For", "Forwarded", "X_Real_IP"):
            assert forwarded(server, **{header: "127.0.0.1"}) == 401
    with running(tmp_path / "proxied", proxies=("127.0.0.0/8",)) as server:
        assert forwarded(server, X_Forwarded_For="203.0.113.9") == 401
        assert forwarded(server, X_Forwarded_For="127.0.0.1, 203.0.113.9") == 401
        assert forwarded(server, X_Forwarded_For="unknown") == 401
        assert forwarded(server) == 200


def test_proxies_stand_for_many(tmp_path: Path) -> None:
    """The connections of a proxy have no ceiling of one address."""
    limits = Limits(per_address=1)
    with running(tmp_path / "data", limits=limits, proxies=("127.0.0.1",)) as server:
        opened = [server.connect() for _ in range(3)]
        wait_for(lambda: len(server.listeners.crowd) == 3)
        assert server.ask("GET", "/healthz").status == 200
        for each in opened:
            each.close()


@pytest.mark.parametrize("text", ["*", "proxy.example.org", "10.0.0.1/8"])
def test_proxies_are_addresses(text: str) -> None:
    """Everybody, names and networks with a host in them are no proxies."""
    with pytest.raises(Invalid, match="no address of a proxy"):
        Proxies.read([text])


def test_the_end_waits_for_answers(tmp_path: Path) -> None:
    """A push that is being accepted when the server ends is still answered."""
    server = Running(tmp_path / "data", stands=True)
    replies: list[Reply] = []
    asking = Thread(target=lambda: replies.append(server.push(b"{}")))
    asking.start()
    idle = server.connect()
    wait_for(lambda: len(server.standing.waiting) == 1)
    ending = Thread(target=server.close, args=(10,))
    ending.start()
    assert read_all(idle) == b""
    idle.close()
    server.standing.go_on()
    asking.join()
    ending.join()
    assert replies[0].status == 204


def test_the_end_does_not_wait_for_ever(tmp_path: Path) -> None:
    """What does not end within the time that is given is cut off, and counted."""
    server = Running(tmp_path / "data", stands=True)
    opened = server.connect()
    opened.sendall(b"POST /ingest/vault HTTP/1.1\r\nHost: v\r\nContent-Length: 2\r\n")
    opened.sendall(f"Authorization: Bearer {server.key}\r\n\r\n{{}}".encode())
    wait_for(lambda: len(server.standing.waiting) == 1)
    assert server.within(server.listeners.close(0.2)) == 1
    assert read_all(opened) == b""
    opened.close()
    server.standing.go_on()
    server.close()
