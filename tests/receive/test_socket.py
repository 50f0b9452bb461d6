"""Checks that streams of lines are taken exactly, and that a full inbox keeps nobody waiting."""

import socket
import stat
from collections import Counter
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from tests.receive.following import lines, numbers
from tests.receive.listening import Listening, listening, place, sender, url_of

from vaultmeter.receive.socket import Listener


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Name a data folder."""
    return tmp_path / "data"


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_lines_are_taken_as_they_come(data: Path, tmp_path: Path, transport: str) -> None:
    """Lines cut anywhere by the network are whole lines in the inbox."""
    content = lines(0, 500)
    with listening(data, url_of(transport, tmp_path)) as listen, listen.connect() as vault:
        for start in range(0, len(content), 777):
            vault.sendall(content[start : start + 777])
        assert Counter(listen.until_taken(500)) == numbers(0, 500)
        assert listen.condition.ok
        assert "1 connected" in listen.condition.words
        assert listen.gaps == []


def test_many_senders_at_once_are_taken_exactly(data: Path, tmp_path: Path) -> None:
    """Fifty thousand lines from forty connections arrive once each."""
    with listening(data, url_of("tcp", tmp_path)) as listen:
        threads = [
            Thread(target=listen.send, args=(lines(n * 1_250, (n + 1) * 1_250),)) for n in range(40)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Counter(listen.until_taken(50_000)) == numbers(0, 50_000)
        assert listen.gaps == []


def test_a_connection_that_ends_in_mid_line(data: Path, tmp_path: Path) -> None:
    """What a sender leaves unfinished is a line of its own, and hurts no other one."""
    with listening(data, url_of("tcp", tmp_path)) as listen:
        listen.send(lines(0, 2) + lines(2, 3)[:30])
        listen.send(lines(2, 3))
        assert Counter(listen.until_taken(4)) == numbers(0, 3) + Counter([lines(2, 3)[:30]])


def test_a_giant_line_is_taken_in_pieces_that_are_refused(data: Path, tmp_path: Path) -> None:
    """A line above the limit keeps its bytes in pieces, each of which is too large itself."""
    giant = b'{"x":"' + b"y" * 3_000_000 + b'"}'
    with listening(data, url_of("unix", tmp_path), max_line_bytes=200_000) as listen:
        listen.send(lines(0, 1) + giant + b"\n" + lines(1, 2))
        listen.until(lambda: listen.count >= 3 and b'{"n":1,' in listen.until_taken(1)[-1])
        taken = listen.until_taken(3)
        assert (taken[0], taken[-1]) == (lines(0, 1)[:-1], lines(1, 2)[:-1])
        assert b"".join(taken[1:-1]) == giant
        assert min(map(len, taken[1:-1])) > 200_000


@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_a_full_inbox_closes_connections_until_there_is_room(
    data: Path, tmp_path: Path, transport: str
) -> None:
    """Senders are hung up on and refused while it is full; what had been read is not lost."""
    with listening(data, url_of(transport, tmp_path)) as listen:
        with listen.connect() as vault:
            vault.sendall(lines(0, 10))
            listen.until_taken(10)
            listen.door.full = "The disk is full."
            vault.sendall(lines(10, 20))
            assert is_hung_up_on(vault)
        assert is_refused(listen)
        listen.until(lambda: not listen.condition.ok)
        assert "The disk is full." in listen.condition.words
        listen.door.full = ""
        listen.send(lines(20, 25))
        assert Counter(listen.until_taken(25)) == numbers(0, 25)
        kinds = [(gap.kind, gap.lines) for gap in listen.gaps]
        assert kinds == ([("reconnected", 1)] if transport == "tcp" else [])


def test_an_inbox_that_does_not_answer_closes_connections(data: Path, tmp_path: Path) -> None:
    """A vault is hung up on, not kept waiting, when no receipt comes within two seconds."""
    with listening(data, url_of("unix", tmp_path)) as listen, listen.connect() as vault:
        vault.sendall(lines(0, 1))
        listen.until_taken(1)
        listen.door.is_deaf = True
        vault.sendall(lines(1, 2))
        assert is_hung_up_on(vault)
        assert is_refused(listen)
        listen.until(lambda: not listen.condition.ok)
        assert "did not answer" in listen.condition.words
        listen.receiver._handover._offered.clear()


def is_hung_up_on(vault: socket.socket) -> bool:
    """Wait for the other end to close."""
    vault.settimeout(20)
    try:
        return vault.recv(1) == b""
    except ConnectionResetError:
        return True


def is_refused(listen: Listening) -> bool:
    """Whether nobody listens there."""
    with sender(listen.address) as vault:
        return vault.connect_ex(place(listen.address)) != 0


def test_losses_are_added_up(data: Path, tmp_path: Path) -> None:
    """Connections that break are noted at once, and then not a row each."""
    with listening(data, url_of("tcp", tmp_path)) as listen:
        for number in range(20):
            with listen.connect() as vault:
                vault.sendall(lines(number, number + 1))
                listen.until_taken(number + 1)
                vault.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        receiver = listen.receiver
        assert isinstance(receiver, Listener)
        listen.until(lambda: receiver._losses._lines == 19)
        assert [(gap.kind, gap.lines) for gap in listen.gaps] == [("reconnected", 1)]
    with listening(data, str(listen.address.url)) as again:
        again.send(lines(20, 21))
        again.until_taken(21)
        assert [gap.lines for gap in again.gaps] == [1, 19, None]


def test_megabytes_that_wait_unread_are_taken_before_the_end(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a sender could write before it was hung up on is not lost."""
    turn, is_busy, written = Listener._turn, Event(), Event()

    def busy_turn(listener: Listener, *given: Any) -> None:  # noqa: ANN401  passed on as they are
        if is_busy.is_set():
            assert written.wait(20)
            listener._handover.trouble = "The inbox does not answer."
        else:
            turn(listener, *given)

    monkeypatch.setattr(Listener, "_turn", busy_turn)
    content = b"".join(b"%07d %s\n" % (number, b"x" * 1_000) for number in range(3_000))
    with listening(data, url_of("tcp", tmp_path)) as listen, sender(listen.address) as vault:
        vault.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        vault.connect(place(listen.address))
        listen.until(lambda: "1 connected" in listen.condition.words)
        is_busy.set()
        vault.settimeout(20)
        vault.sendall(content)
        written.set()
        assert is_hung_up_on(vault)
        is_busy.clear()
        assert len(listen.until_taken(3_000)) == 3_000


def test_an_ordinary_goodbye_is_no_loss(data: Path, tmp_path: Path) -> None:
    """A vault that hangs up by itself, and comes back, has lost nothing."""
    with listening(data, url_of("tcp", tmp_path)) as listen:
        for number in range(3):
            listen.send(lines(number, number + 1))
        listen.until_taken(3)
        assert listen.gaps == []


def test_what_has_arrived_when_the_server_ends_is_taken(data: Path, tmp_path: Path) -> None:
    """Ending reads what lies in the buffers and waits for its receipts."""
    with listening(data, url_of("tcp", tmp_path)) as listen:
        vault = listen.connect()
        vault.sendall(lines(0, 300))
    vault.close()
    with listening(data, url_of("tcp", tmp_path)) as listen:
        assert Counter(listen.until_taken(300)) == numbers(0, 300)


def test_no_more_senders_than_allowed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes above the ceiling is hung up on at once, and the others are served."""
    monkeypatch.setattr("vaultmeter.receive.socket.CONNECTIONS", 2)
    with (
        listening(data, url_of("tcp", tmp_path)) as listen,
        listen.connect() as first,
        listen.connect() as second,
        listen.connect() as third,
    ):
        assert is_hung_up_on(third)
        assert "turned away" in listen.condition.words
        first.sendall(lines(0, 1))
        second.sendall(lines(1, 2))
        assert Counter(listen.until_taken(2)) == numbers(0, 2)


def test_a_port_that_is_taken_is_trouble_until_it_is_free(data: Path, tmp_path: Path) -> None:
    """A place that another process has is named, tried again, and used once it is free."""
    url = url_of("tcp", tmp_path)
    other = socket.create_server(("127.0.0.1", int(url.rsplit(":", 1)[1])))
    with listening(data, url) as listen, other:
        listen.until(lambda: not listen.condition.ok)
        assert url in listen.condition.words
        other.close()
        listen.send(lines(0, 1))
        listen.until_taken(1)
        assert listen.condition.ok


def test_a_unix_socket_is_for_user_and_group_and_goes_with_the_listener(
    data: Path, tmp_path: Path
) -> None:
    """The file has mode 0660, replaces one that nobody listens at, and is removed at the end."""
    url = url_of("unix", tmp_path)
    path = Path(url.removeprefix("unix://"))
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    with listening(data, url) as listen:
        mode = path.stat().st_mode
        assert (stat.S_ISSOCK(mode), stat.S_IMODE(mode)) == (True, 0o660)
        with listening(data.with_name("other"), url) as second:
            second.until(lambda: not second.condition.ok)
            assert "another process listens there" in second.condition.words
        listen.send(lines(0, 1))
        listen.until_taken(1)
    assert not path.exists()


def test_a_file_is_never_taken_for_a_stale_socket(data: Path, tmp_path: Path) -> None:
    """A file that is no socket stays, and is named as trouble."""
    url = url_of("unix", tmp_path)
    path = Path(url.removeprefix("unix://"))
    path.write_bytes(b"precious")
    with listening(data, url) as listen:
        listen.until(lambda: not listen.condition.ok)
        assert "no socket" in listen.condition.words
    assert path.read_bytes() == b"precious"
