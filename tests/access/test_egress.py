"""Requests that leave: to the internet and to what is allowed, whatever the address looks like."""

import socket
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import httpcore
import pytest
from tests.access.peer import Peer, body, certified, listening, says

from vaultmeter.access.egress import Answer, Egress
from vaultmeter.access.egress_rules import Allowed
from vaultmeter.model.errors import Invalid, Unavailable

PUBLIC = "93.184.215.14"
PUBLIC_6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
NAMES = {
    "public.example": [PUBLIC],
    "both.example": [PUBLIC_6, PUBLIC],
    "xn--bcher-kva.example": [PUBLIC],
    "localhost": ["127.0.0.1", "::1"],
    "sub.localhost": ["127.0.0.1"],
    "loop.example": ["127.0.0.1"],
    "half.example": [PUBLIC, "127.0.0.1"],
    "half6.example": [PUBLIC_6, "::1"],
    "private.example": ["10.1.2.3"],
    "mapped.example": ["::ffff:10.1.2.3"],
    "zone.example": ["fe80::1%lo"],
    "odd.example": ["not an address"],
    "empty.example": [],
    "metadata.google.internal": [PUBLIC],
    "metadata": [PUBLIC],
    "printer.local": [PUBLIC],
    "vault.acme.internal": [PUBLIC],
}

NOWHERE = [
    # loopback and unspecified, in every form there is
    "http://127.0.0.1/",
    "http://127.0.0.1:80/",
    "https://127.0.0.1:8443/",
    "http://127.255.255.254/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://0177.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://127.0.0.01/",
    "http://127.000.000.001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::0001]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::FFFF:127.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1:0:0:80ff:fffe]/",
    "http://[2606:2800::5efe:127.0.0.1]/",
    "http://[::1%25lo]/",
    "http://[::1%lo]/",
    "http://[fe80::1%25eth0]/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://sub.localhost/",
    "http://loop.example/",
    # private, link-local, carrier-grade, multicast, reserved, documentation
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.1.1/",
    "http://100.64.0.1/",
    "http://100.127.255.255/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://192.0.2.1/",
    "http://198.51.100.7/",
    "http://203.0.113.9/",
    "http://198.18.0.1/",
    "http://192.0.0.8/",
    "http://[fc00::1]/",
    "http://[fd12:3456::1]/",
    "http://[fe80::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[100::1]/",
    "http://[4000::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[2002:a00:1::]/",
    "http://private.example/",
    "http://mapped.example/",
    "http://zone.example/",
    "http://odd.example/",
    "http://empty.example/",
    "http://half.example/",
    "http://half6.example/",
    # what clouds tell their machines
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "http://168.63.129.16/",
    "http://100.100.100.200/",
    "http://metadata.google.internal/",
    "http://METADATA.google.internal./",
    "http://metadata/",
    "http://printer.local/",
    "http://vault.acme.internal/",
    # users, brackets, spaces, other letters, other schemes
    "http://public.example@127.0.0.1/",
    "http://127.0.0.1@public.example/",
    "http://user:pass@public.example/",
    "http://public.example:80@127.0.0.1/",
    "http://public.example#@127.0.0.1/",
    "http://public.example\\@127.0.0.1/",
    "http://127.0.0.1\\.public.example/",
    "http://public.example%00.127.0.0.1/",
    "http://%31%32%37.0.0.1/",
    "http://public.example%2f@127.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://\uff11\uff12\uff17.0.0.1/",
    "http://127。0。0。1/",
    "http://ⓛocalhost/",
    "http://bücher.example/",
    "http://[127.0.0.1]/",
    "http://[public.example]/",
    "http://[::1/",
    "http://[[::1]]/",
    "http://::1/",
    "http://[v1.fe80]/",
    "http:// public.example/",
    " http://public.example/",
    "http://public.example/\r\nHost: 127.0.0.1",
    "http://public.example/a b",
    "http://public\t.example/",
    "http:///public.example/",
    "http:/public.example/",
    "http:public.example",
    "//public.example/",
    "public.example",
    "http://",
    "http://.example/",
    "http://a..example/",
    "http://-a.example/",
    "http://public.example:0/",
    "http://public.example:65536/",
    "http://public.example:+80/",
    "http://public.example:\uff18\uff10/",
    "http://public.example:/",
    "http://public.example:80:80/",
    "http://public.example?@127.0.0.1/",
    "file:///etc/passwd",
    "ftp://public.example/",
    "gopher://127.0.0.1:70/",
    "unix:///run/docker.sock",
    "https+unix://x/",
    "javascript:alert(1)",
    # ports
    "http://public.example:22/",
    "http://public.example:25/",
    "http://public.example:6379/",
    "https://public.example:8200/",
    "http://public.example:8080/",
]
SOMEWHERE = {
    "http://public.example": (PUBLIC, 80),
    "https://PUBLIC.example./x?y=z": (PUBLIC, 443),
    "https://public.example:8443/": (PUBLIC, 8443),
    "https://both.example/": (PUBLIC_6, 443),
    "https://xn--bcher-kva.example/": (PUBLIC, 443),
    f"https://{PUBLIC}/": (PUBLIC, 443),
    f"https://[{PUBLIC_6}]/": (PUBLIC_6, 443),
    f"https://[::ffff:{PUBLIC}]/": (f"::ffff:{int('5db8', 16):x}:{int('d70e', 16):x}", 443),
    f"https://[64:ff9b::{PUBLIC}]/": ("64:ff9b::5db8:d70e", 443),
    "http://1.0.0.1/": ("1.0.0.1", 80),
    "http://172.32.0.1/": ("172.32.0.1", 80),
    "http://100.128.0.1/": ("100.128.0.1", 80),
}


def resolve(host: str, _port: int) -> Sequence[str]:
    """Resolve by a list of names."""
    if host not in NAMES:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")
    return NAMES[host]


class Closed(httpcore.NetworkBackend):
    """A network that notes where somebody would connect to, and on which nobody answers."""

    def __init__(self) -> None:
        """Begin with no attempt."""
        self.attempts: list[tuple[str, int]] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the library's signature
        local_address: str | None = None,  # noqa: ARG002  as above
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002  as above
    ) -> httpcore.NetworkStream:
        """Note an attempt, and refuse it."""
        self.attempts.append((host, port))
        raise httpcore.ConnectError("closed")


def near(peer: Peer, **parts: Any) -> Egress:  # noqa: ANN401  the parts of a client
    """Give a client that may ask a peer on this machine."""
    return Egress(Allowed.read([f"127.0.0.1:{peer.port}"]), **parts)


def asked(peer: Peer, **parts: Any) -> Answer:  # noqa: ANN401  as above
    """Ask a peer."""
    return near(peer, **parts).ask("GET", f"http://127.0.0.1:{peer.port}/path?query=1")


@pytest.mark.parametrize("url", NOWHERE)
def test_nothing_nearby_is_asked(url: str) -> None:
    """No form of an address that is not of the internet leads to a connection."""
    network = Closed()
    with pytest.raises((Invalid, Unavailable)):
        Egress(resolve=resolve, sockets=network).ask("GET", url)
    assert network.attempts == []


def test_there_are_enough_forms() -> None:
    """They are many, and each is there once."""
    assert len(NOWHERE) >= 60
    assert len(set(NOWHERE)) == len(NOWHERE)


@pytest.mark.parametrize(("url", "place"), SOMEWHERE.items())
def test_the_internet_is_asked(url: str, place: tuple[str, int]) -> None:
    """A public address is connected to, and first the first of a name's."""
    network = Closed()
    with pytest.raises(Unavailable):
        Egress(resolve=resolve, sockets=network).ask("GET", url)
    assert network.attempts[0] == place


def test_a_name_that_changes_its_mind_is_asked_where_it_was_found() -> None:
    """A name is resolved once, so that a second answer for the same name leads nowhere."""
    answers = [[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]]
    network = Closed()
    client = Egress(resolve=lambda *_: answers.pop(0), sockets=network)
    with pytest.raises(Unavailable):
        client.ask("GET", "http://rebind.example/")
    assert network.attempts == [(PUBLIC, 80)]
    with pytest.raises(Unavailable):
        client.ask("GET", "http://rebind.example/")
    assert network.attempts == [(PUBLIC, 80)]
    assert len(answers) == 1


def test_a_connection_that_ends_elsewhere_is_not_used() -> None:
    """The connected address counts: a network that leads to another one is of no use."""

    class Bent(httpcore.SyncBackend):
        def connect_tcp(self, host: str, port: int, *more: Any) -> httpcore.NetworkStream:  # noqa: ANN401  the library's
            assert host == PUBLIC
            return super().connect_tcp("127.0.0.1", port, *more)

    with listening(says(body(b"inside"))) as peer:
        client = Egress(
            Allowed.read([f"a.example:{peer.port}"]), lambda *_: [PUBLIC], sockets=Bent()
        )
        with pytest.raises(Unavailable):
            client.ask("GET", f"http://a.example:{peer.port}/")
        assert peer.heads in ([], [b""])


def test_an_answer_comes_back_as_it_is() -> None:
    """Status, headers and body arrive; the request named its host and asked for plain bytes."""
    answer = body(b"hello", "418 Teapot", "X-One: 1\r\n")
    with listening(says(answer)) as peer:
        got = asked(peer)
        assert got == Answer(418, {"content-length": "5", "x-one": "1"}, b"hello", is_whole=True)
        head = peer.heads[0].decode().lower()
        assert head.startswith("get /path?query=1 http/1.1\r\n")
        assert f"host: 127.0.0.1:{peer.port}\r\n" in head
        assert "accept-encoding: identity\r\n" in head


def test_a_redirect_is_not_followed() -> None:
    """It is an answer like any other, also where it leads to this machine."""
    with listening(says(body(b"inside"))) as inner:
        to_it = f"Location: http://127.0.0.1:{inner.port}/\r\n"
        with listening(says(body(b"", "302 Found", to_it))) as peer:
            client = Egress(Allowed.read([f"127.0.0.1:{peer.port}", f"127.0.0.1:{inner.port}"]))
            assert client.ask("GET", f"http://127.0.0.1:{peer.port}/").status == 302
        assert inner.connections == 0


def test_of_a_huge_body_the_beginning_is_read() -> None:
    """An endless body is read up to the most, and then the connection ends."""

    def endless(_peer: Peer, opened: socket.socket) -> None:
        opened.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        try:
            while True:
                opened.sendall(b"x" * 65_536)
        except OSError:
            return

    with listening(endless) as peer:
        got = asked(peer)
        assert (len(got.body), got.is_whole) == (64 << 10, False)


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_what_trickles_is_given_up(begin: bytes) -> None:
    """A peer that sends a byte now and then, for ever, is not waited for for ever."""

    def trickle(peer: Peer, opened: socket.socket) -> None:
        opened.sendall(begin)
        try:
            while not peer.over.wait(0.05):
                opened.sendall(b"x")
        except OSError:
            return

    with listening(trickle) as peer, pytest.raises(Unavailable):
        asked(peer, seconds=0.4)


def test_a_name_that_is_not_resolved_is_given_up() -> None:
    """A resolver that does not answer is not waited for for ever."""
    with listening(says(b"")) as peer:

        def never(_host: str, _port: int) -> list[str]:
            peer.over.wait(20)
            return [PUBLIC]

        with pytest.raises(Unavailable):
            Egress(resolve=never, seconds=0.2).ask("GET", "http://slow.example/")


def test_the_name_is_the_certificates(tmp_path: Path) -> None:
    """TLS is spoken with the name of the address, and ends where the certificate has another."""
    server, trusting = certified(tmp_path, "right.example")
    named: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: named.append(name)
    with listening(says(body(b"secure")), server) as peer:
        allowed = Allowed.read([f"{host}.example:{peer.port}" for host in ("right", "wrong")])
        client = Egress(allowed, lambda *_: ["127.0.0.1"], context=trusting)
        right = client.ask("GET", f"https://right.example:{peer.port}/")
        assert right.body == b"secure"
        assert b"host: right.example:" in peer.heads[0].lower()
        with pytest.raises(Unavailable):
            client.ask("GET", f"https://wrong.example:{peer.port}/")
        assert named == ["right.example", "wrong.example"]
        assert len([head for head in peer.heads if head]) == 1


def test_an_unknown_certificate_is_refused(tmp_path: Path) -> None:
    """A certificate that nobody vouches for ends the request before it is sent."""
    server, _ = certified(tmp_path, "right.example")
    with listening(says(body(b"secure")), server) as peer:
        allowed = Allowed.read([f"right.example:{peer.port}"])
        with pytest.raises(Unavailable):
            Egress(allowed, lambda *_: ["127.0.0.1"]).ask(
                "GET", f"https://right.example:{peer.port}/"
            )
        assert peer.heads == []


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that name a proxy change nothing."""
    with listening(says(body(b"proxy"))) as proxy, listening(says(body(b"peer"))) as peer:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert asked(peer).body == b"peer"
        assert proxy.connections == 0


def test_trouble_is_told_in_the_same_words(tmp_path: Path) -> None:
    """Closed, silent, odd, forbidden and unknown places are told alike, but for their name."""
    server, _ = certified(tmp_path, "other.example")
    with (
        listening(says(b"SSH-2.0-OpenSSH_9.2\r\n")) as odd,
        listening(says(b"")) as silent,
        listening(says(b""), server) as secure,
        socket.create_server(("127.0.0.1", 0)) as bound,
    ):
        closed = bound.getsockname()[1]
        bound.close()
        told = set()
        ports = [odd.port, silent.port, secure.port, closed]
        for port in ports:
            for scheme in ("http", "https"):
                for allowed in ([], [f"127.0.0.1:{port}"]):
                    client = Egress(Allowed.read(allowed), seconds=0.5)
                    with pytest.raises(Unavailable) as refused:
                        client.ask("GET", f"{scheme}://127.0.0.1:{port}/")
                    words = refused.value.message.replace(f"{scheme}://127.0.0.1:{port}", "IT")
                    told.add((words, refused.value.hint))
                    assert refused.value.__cause__ is None
    with pytest.raises(Unavailable) as refused:
        Egress(resolve=resolve).ask("GET", "http://unknown.example/")
    told.add((refused.value.message.replace("http://unknown.example", "IT"), refused.value.hint))
    assert len(told) == 1


ALLOWED = {
    "10.1.2.3": "http://10.1.2.3/ http://[::ffff:10.1.2.3]/ http://private.example:8443/",
    "10.0.0.0/8": "https://10.255.0.1/ http://private.example/",
    "private.example": "http://private.example/ https://private.example:8443/",
    "private.example:9999": "http://private.example:9999/",
    "[fd00::1]:8200": "http://[fd00::1]:8200/",
    "fd00::/8": "http://[fd00::1]/",
    "metadata": "http://metadata/",
}


@pytest.mark.parametrize(("entry", "urls"), ALLOWED.items())
def test_what_the_administrator_names_is_asked(entry: str, urls: str) -> None:
    """Hosts, addresses and networks that are named may be asked, at the ports that are named."""
    for url in urls.split():
        network = Closed()
        with pytest.raises(Unavailable):
            Egress(Allowed.read([entry]), resolve, sockets=network).ask("GET", url)
        assert network.attempts, url


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("10.1.2.3", "http://10.1.2.4/"),
        ("10.1.2.3", "http://10.1.2.3:9999/"),
        ("private.example:9999", "http://private.example/"),
        ("private.example", "http://loop.example/"),
        ("private.example", "http://10.1.2.3/"),
        ("example", "http://private.example/"),
        ("10.0.0.0/8", "http://half.example/"),
        ("10.0.0.0/8", "http://[2002:a00:1::]/"),
    ],
)
def test_no_more_than_that_is_asked(entry: str, url: str) -> None:
    """An entry lets nothing in but what it names."""
    network = Closed()
    with pytest.raises(Unavailable):
        Egress(Allowed.read([entry]), resolve, sockets=network).ask("GET", url)
    assert network.attempts == []


@pytest.mark.parametrize("text", ["", "a b", "10.0.0.1/8", "*", "http://a.example", "a:b", "a:0"])
def test_an_entry_that_is_none_is_refused(text: str) -> None:
    """What is no host, address or network is named in the error."""
    with pytest.raises(Invalid, match="egress_allow"):
        Allowed.read([text])


def test_plain_http_is_for_what_is_allowed() -> None:
    """Where TLS is needed, plain HTTP goes to named places alone."""
    network = Closed()
    for allowed, attempts in ([], 0), (["public.example"], 1):
        client = Egress(Allowed.read(allowed), resolve, sockets=network)
        with pytest.raises(Unavailable):
            client.ask("GET", "http://public.example/", needs_tls=True)
        assert len(network.attempts) == attempts
