"""Connections: each ceiling holds, and what is below it passes."""

import json
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.conftest import event, ndjson
from tests.server.running import (
    Running,
    local_reply,
    read_all,
    reply_of,
    running,
    wait_for,
)

from vaultmeter.server.limits import Limits

SHORT = Limits(
    header_seconds=1,
    body_seconds=3,
    body_rate=100,
    body_grace=0.5,
    idle_seconds=1,
    unread_seconds=1,
    linger_seconds=0.5,
)
GET = b"GET /healthz HTTP/1.1\r\nHost: vault\r\n\r\n"


def sent(server: Running, *parts: bytes) -> bytes:
    """Send bytes on a connection; answers what comes until it is closed."""
    with server.connect() as opened:
        for part in parts:
            opened.sendall(part)
        return read_all(opened)


def status_of(answer: bytes) -> int:
    """Read the status of the first answer."""
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost: "])
def test_a_connection_without_headers_is_closed(tmp_path: Path, said: bytes) -> None:
    """Silence is ended without a word, and half a request with 408."""
    with running(tmp_path / "data", limits=SHORT) as server:
        answer = sent(server, said)
        assert answer == b"" if not said else status_of(answer) == 408
        assert server.ended("slow_header") == 1


def test_a_stray_newline_does_not_keep_a_connection(tmp_path: Path) -> None:
    """Bytes between two requests begin the time of the next one's headers."""
    with running(tmp_path / "data", limits=SHORT) as server, server.connect() as opened:
        opened.sendall(GET)
        assert status_of(opened.recv(1 << 16)) == 200
        opened.sendall(b"\r\n")
        read_all(opened)
        assert server.ended("slow_header") == 1


def test_an_idle_connection_is_closed(tmp_path: Path) -> None:
    """A connection that asks nothing more is closed without being counted as slow."""
    with running(tmp_path / "data", limits=SHORT) as server, server.connect() as opened:
        opened.sendall(GET + GET)
        assert read_all(opened).count(b"HTTP/1.1 200") == 2
        wait_for(lambda: len(server.listeners.crowd) == 0)
        assert not server.listeners.crowd.ended


@pytest.mark.parametrize("size", [1, 40])
def test_a_body_that_does_not_come_is_given_up(tmp_path: Path, size: int) -> None:
    """A push whose body stays away is answered with 408, and nothing of it is kept."""
    head = f"POST /ingest/vault HTTP/1.1\r\nHost: v\r\nContent-Length: {size + 1}\r\n"
    with running(tmp_path / "data", limits=SHORT) as server:
        key = f"Authorization: Bearer {server.key}\r\n\r\n"
        answer = sent(server, (head + key).encode(), b"x" * size)
        assert status_of(answer) == 408
        assert server.ended("slow_body") == 1
        assert server.accepted() == b""


def test_headers_have_a_ceiling(tmp_path: Path) -> None:
    """Headers of 16 KiB pass; one byte more, in a field, in many or in the path, gets 431."""
    with running(tmp_path / "data") as server:
        most = server.limits.header_bytes
        fixed = len(b"/healthz" + b"Host: v\r\n" + b"A: \r\n")
        for size, status in ((most - fixed, 200), (most - fixed + 1, 431), (200_000, 431)):
            value = b"x" * size
            head = b"GET /healthz HTTP/1.1\r\nHost: v\r\nA: " + value + b"\r\n"
            with server.connect() as opened:
                opened.sendall(head + b"\r\n")
                assert status_of(opened.recv(1 << 16)) == status
        many = b"".join(b"H%d: v\r\n" % number for number in range(2500))
        assert status_of(sent(server, b"GET / HTTP/1.1\r\n" + many)) == 431
        assert status_of(sent(server, b"GET /" + b"x" * most + b" HTTP/1.1\r\n")) == 431
        assert server.ended("header_size") == 4


def test_headers_that_never_end_have_a_ceiling(tmp_path: Path) -> None:
    """A single field that grows in small pieces is refused once it is too large."""
    with running(tmp_path / "data") as server:
        pieces = [b"x" * 1000] * 17
        assert status_of(sent(server, b"GET / HTTP/1.1\r\nA: ", *pieces)) == 431


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /ingest/vault HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", 400),
        (b"POST /ingest/vault HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5", 400),
        (b"POST /ingest/vault HTTP/1.1\r\nTransfer-Encoding: gzip, chunked", 400),
        (b"POST /ingest/vault HTTP/1.1\r\nTransfer-Encoding: xchunked", 400),
        (b"POST /ingest/vault HTTP/1.1\r\nTransfer-Encoding : chunked", 400),
        (b"POST /ingest/vault HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2", 400),
        (b"POST /ingest/vault HTTP/1.1\r\nContent-Length: +2", 400),
        (b"POST /ingest/vault HTTP/1.1\nHost: v", 400),
        (b"TRACE / HTTP/1.1", 405),
        (b"CONNECT example.org:443 HTTP/1.1", 405),
        (b"GET /\xff HTTP/1.1", 400),
        (b"\x16\x03\x01\x02\x00", 400),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(tmp_path: Path, head: bytes, status: int) -> None:
    """Requests that a proxy may read otherwise, and methods nobody needs, end the connection."""
    with running(tmp_path / "data") as server:
        answer = sent(server, head + b"\r\n\r\n0\r\n\r\n" + GET)
        assert status_of(answer) == status
        assert answer.count(b"HTTP/1.1 ") == 1
        assert b"\r\nconnection: close\r\n" in answer
        body = json.loads(answer.partition(b"\r\n\r\n")[2])
        assert body["status"] == status
        assert server.accepted() == b""


def test_trailers_are_no_headers(tmp_path: Path) -> None:
    """A key that comes behind the body opens nothing."""
    with running(tmp_path / "data") as server, server.connect() as opened:
        opened.sendall(
            b"POST /ingest/vault HTTP/1.1\r\nHost: v\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"2\r\n{}\r\n0\r\nAuthorization: Bearer " + server.key.encode() + b"\r\n\r\n"
        )
        assert status_of(opened.recv(1 << 16)) == 401


def test_a_refused_body_is_read_to_its_end(tmp_path: Path) -> None:
    """Whoever sends a large body with a wrong key reads why, and may go on on the connection."""
    with running(tmp_path / "data") as server:
        client = server.client()
        client.request("POST", "/ingest/vault", b"{}\n" * 1_000_000)
        assert reply_of(client.getresponse()).status == 401
        client.request("GET", "/healthz")
        assert reply_of(client.getresponse()).status == 200
        client.close()


def test_a_refused_body_without_end_is_cut(tmp_path: Path) -> None:
    """A sender that goes on sending what was refused is not listened to for long."""
    with running(tmp_path / "data", limits=SHORT) as server:
        head = b"POST /ingest/vault HTTP/1.1\r\nHost: v\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert status_of(sent(server, head, b"2\r\n{}\r\n")) == 401
        assert server.ended("slow_body") == 1


def test_an_expecting_sender_is_told_before_it_sends(tmp_path: Path) -> None:
    """With `Expect: 100-continue`, a wrong key is refused without the body, a right one invited."""
    head = (
        b"POST /ingest/vault HTTP/1.1\r\nHost: v\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
    )
    with running(tmp_path / "data") as server:
        with server.connect() as opened:
            opened.sendall(head + b"\r\n")
            assert status_of(opened.recv(1 << 16)) == 401
        with server.connect() as opened:
            opened.sendall(head + b"Authorization: Bearer " + server.key.encode() + b"\r\n\r\n")
            assert status_of(opened.recv(1 << 16)) == 100
            opened.sendall(b"{}")
            assert status_of(opened.recv(1 << 16)) == 204


def test_requests_without_waiting_have_a_ceiling(tmp_path: Path) -> None:
    """Some requests may be sent at once; with too many the connection ends after these."""
    with running(tmp_path / "data") as server:
        client = server.connect()
        client.sendall(GET * 16)
        answered = b""
        while answered.count(b"HTTP/1.1 200") < 16:
            answered += client.recv(1 << 16)
        client.close()
        assert sent(server, GET * 1000).count(b"HTTP/1.1 200") == 17
        assert server.ended("pipelined") == 1


def test_an_upgrade_is_not_done(tmp_path: Path) -> None:
    """A request to change the protocol is answered as if it did not ask to, and ends."""
    with running(tmp_path / "data") as server:
        ask = b"GET /healthz HTTP/1.1\r\nHost: v\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
        assert status_of(sent(server, ask + b"PRI * HTTP/2.0\r\n\r\n")) == 200


def test_one_address_has_so_many_connections(tmp_path: Path) -> None:
    """The last connection allowed is answered, one more gets 503, and a closed one makes room."""
    with running(tmp_path / "data", limits=Limits(per_address=3)) as server:
        opened = [server.connect() for _ in range(3)]
        opened[-1].sendall(GET)
        assert status_of(opened[-1].recv(1 << 16)) == 200
        with server.connect() as one_more:
            assert status_of(read_all(one_more)) == 503
        assert server.ended("address") == 1
        opened.pop().close()
        wait_for(lambda: len(server.listeners.crowd) == 2)
        assert server.ask("GET", "/healthz").status == 200
        for each in opened:
            each.close()


def test_a_part_of_all_connections_is_kept_for_pushes(tmp_path: Path) -> None:
    """When strangers have used up their part, pushes with a key come in until all is full.

    The command line of the same machine comes in even then.
    """
    with running(tmp_path / "data", limits=Limits(connections=6, reserved=2)) as server:
        strangers = [server.connect() for _ in range(4)]
        wait_for(lambda: len(server.listeners.crowd) == 4)
        assert status_of(sent(server, GET)) == 503
        wait_for(lambda: len(server.listeners.crowd) == 4)
        reply = server.ask("POST", "/ingest/vault", b"{}", {"Authorization": "Bearer no"})
        assert reply.status == 503
        wait_for(lambda: len(server.listeners.crowd) == 4)
        assert server.push(ndjson(event(1))).status == 204
        wait_for(lambda: len(server.listeners.crowd) == 4)
        strangers += [server.connect() for _ in range(2)]
        wait_for(lambda: len(server.listeners.crowd) == 6)
        with server.connect() as one_more:
            assert status_of(read_all(one_more)) == 503
        assert server.ended("full") == 3
        assert server.local is not None
        assert local_reply(server.local).status == 200
        for each in strangers:
            each.close()


def test_slow_connections_do_not_hold_up_others(tmp_path: Path) -> None:
    """Beside 100 each of slow headers, slow bodies and slow readers, pushes are answered."""
    limits = Limits(
        header_seconds=4,
        body_seconds=8,
        body_grace=2,
        unread_seconds=2,
        linger_seconds=1,
        per_address=400,
    )
    routes = (Route("/large", large),)
    with running(tmp_path / "data", limits=limits, routes=routes) as server:
        slow = Slow(server)
        wait_for(lambda: len(server.listeners.crowd) == 300)
        for number in range(100):
            assert server.push(ndjson(event(number))).status == 204
            slow.go_on()
        wait_for(slow.are_sent_away)
        assert server.listeners.crowd.ended == {
            "slow_header": 100,
            "slow_body": 100,
            "unread": 100,
        }
        assert server.accepted() == ndjson(*map(event, range(100)))
        slow.close()


async def large(_: Request) -> Response:
    """Answer more than the kernel holds for somebody who does not read."""
    return Response(b"x" * (1 << 20))


class Slow:
    """Connections that send and read as little as they can, 100 of each kind."""

    def __init__(self, server: Running) -> None:
        """Begin requests."""
        self._server = server
        body = b"POST /ingest/vault HTTP/1.1\r\nHost: v\r\nContent-Length: 100000\r\n"
        key = b"Authorization: Bearer " + server.key.encode() + b"\r\n\r\n"
        self._senders = [
            *_begun(server, b"POST /ingest/vault HTTP/1.1\r\nHost: "),
            *_begun(server, body + key),
        ]
        self._readers = _begun(server, GET.replace(b"/healthz", b"/large"), buffer=4096)

    def go_on(self) -> None:
        """Send one byte more, and read one, wherever that is still possible."""
        for sender in self._senders:
            with suppress(OSError):
                sender.send(b"x")
        for reader in self._readers:
            with suppress(OSError):
                reader.recv(1)

    def are_sent_away(self) -> bool:
        """Go on, and say whether the server has closed every one of them."""
        self.go_on()
        return len(self._server.listeners.crowd) == 0

    def close(self) -> None:
        """Close all of them."""
        for opened in (*self._senders, *self._readers):
            opened.close()


def _begun(server: Running, said: bytes, buffer: int | None = None) -> list[socket.socket]:
    opened = [server.connect(buffer=buffer) for _ in range(100)]
    for each in opened:
        each.sendall(said)
        each.settimeout(0)
    return opened
