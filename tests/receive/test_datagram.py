"""Checks that datagrams are taken, and that those which are dropped are counted."""

import socket
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.receive.following import lines, numbers
from tests.receive.listening import listening, place, sender, url_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Name a data folder."""
    return tmp_path / "data"


@pytest.mark.parametrize("transport", ["udp", "unixgram"])
def test_a_datagram_is_one_line_or_several(data: Path, tmp_path: Path, transport: str) -> None:
    """Each datagram ends its last line, with or without a newline."""
    with listening(data, url_of(transport, tmp_path)) as listen, listen.connect() as vault:
        vault.send(lines(0, 1))
        vault.send(lines(1, 2)[:-1])
        vault.send(lines(2, 5))
        vault.send(b"")
        assert Counter(listen.until_taken(5)) == numbers(0, 5)
        assert listen.condition.ok


def test_a_unix_socket_drops_nothing(data: Path, tmp_path: Path) -> None:
    """Over a unix socket a sender waits, so that twenty thousand datagrams all arrive."""
    with listening(data, url_of("unixgram", tmp_path)) as listen, listen.connect() as vault:
        for number in range(20_000):
            vault.send(lines(number, number + 1))
        assert Counter(listen.until_taken(20_000)) == numbers(0, 20_000)


def test_the_largest_datagrams_arrive_whole(data: Path, tmp_path: Path) -> None:
    """What UDP can carry at most is one line."""
    record = b"x" * 65_000
    with listening(data, url_of("udp", tmp_path)) as listen, listen.connect() as vault:
        vault.send(record)
        assert listen.until_taken(1) == [record]


def test_what_the_system_drops_is_noted(data: Path, tmp_path: Path) -> None:
    """Datagrams that found no room are told by the system, and are a gap with their number."""
    with listening(data, url_of("udp", tmp_path)) as listen, listen.connect() as vault:
        sent = 0
        deadline = time.monotonic() + 15
        while not listen.gaps and time.monotonic() < deadline:
            for _ in range(2_000):
                vault.send(b"y" * 8_000)
                sent += 1
            time.sleep(0.05)
        gap = listen.gaps[0]
        assert gap.kind == "datagrams"
        assert gap.lines is not None
        assert 0 < gap.lines < sent


@pytest.mark.parametrize("transport", ["udp", "unixgram"])
def test_a_full_inbox_closes_the_socket(data: Path, tmp_path: Path, transport: str) -> None:
    """While it is full nobody is there to send to; what had been read is not lost."""
    with listening(data, url_of(transport, tmp_path)) as listen:
        with listen.connect() as vault:
            vault.send(lines(0, 5))
            listen.until_taken(5)
            listen.door.full = "The disk is full."
            vault.send(lines(5, 8))
            listen.until(lambda: not listen.condition.ok)
            listen.until(lambda: is_refused(vault))
        listen.door.full = ""
        listen.until(lambda: listen.condition.ok)
        with sender(listen.address) as vault:
            vault.connect(place(listen.address))
            vault.send(lines(8, 9))
            assert numbers(0, 9) <= Counter(listen.until_taken(9))


def is_refused(vault: socket.socket) -> bool:
    """Whether sending fails."""
    try:
        vault.send(b"{}\n")
    except (ConnectionError, FileNotFoundError):
        return True
    return False
