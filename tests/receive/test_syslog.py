"""Checks that the records in syslog messages are found, however these are written and framed."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.conftest import seeded
from tests.receive.listening import listening, url_of

from vaultmeter.receive.cutter import Cutter
from vaultmeter.receive.syslog import Messages, record_of

RECORD = b'{"a": "b ] {\\" =", "n": [1]}'
MESSAGES = [
    b"<165>1 2026-11-22T02:00:00.003Z bao.example.org vault 8710 ID47 - " + RECORD,
    b"<165>1 2026-11-22T02:00:00Z - - - - - \xef\xbb\xbf" + RECORD,
    b'<14>1 - host app - - [ex@32473 iut="3" a="{\\"x\\"}"][b@1 c="\\]"] ' + RECORD,
    b"<14>1 - host app - - [ex@32473] @cee: " + RECORD,
    b"<38>Nov 22 02:00:00 vault[8710]: " + RECORD,
    b"<38>2026-11-22T02:00:00Z host vault[8710]: " + RECORD + b"\n",
    b"vault: " + RECORD + b"\r\n\0",
    RECORD,
]
OTHERS = [
    b'<165>1 2026-11-22T02:00:00Z host app - - [a b="{"] nothing here',
    b"<34>Oct 11 22:14:15 host su: 'su root' failed",
    b"<",
    b"12345",
]


@pytest.mark.parametrize("message", MESSAGES)
def test_the_record_of_a_message(message: bytes) -> None:
    """What a message says from its first brace on is the record; headers never are."""
    assert record_of(message) == RECORD


@pytest.mark.parametrize("message", OTHERS)
def test_a_message_without_a_record_stays_what_it_is(message: bytes) -> None:
    """A message that carries no record is passed on with all its bytes, to be a reject."""
    if b'"{"' not in message:
        assert record_of(message) == message


def test_a_brace_in_structured_data_is_no_record() -> None:
    """Structured data is passed over, whatever its values look like."""
    assert record_of(OTHERS[0]) == OTHERS[0]


def test_a_line_break_in_a_record_becomes_a_space() -> None:
    """A record that is spread over lines is one line, and says the same."""
    spread = json.dumps({"a": 1, "b": [2]}, indent=2).encode()
    assert record_of(b"<14>1 - h a - - - " + spread) == spread.replace(b"\n", b" ")


def framed(message: bytes, number: int) -> bytes:
    """Frame a message by its length or by a newline, in turn."""
    return b"%d %s" % (len(message), message) if number % 2 else message.strip(b"\r\n\0") + b"\n"


def test_framings_may_change_from_message_to_message() -> None:
    """Counted and ended messages are told apart, wherever the network cuts them."""
    random = seeded(6587)
    content = b"".join(framed(message, n) for n, message in enumerate(MESSAGES * 50))
    splitter, taken = Messages(Cutter(65_536, 10_000)), b""
    place = 0
    while place < len(content):
        size = random.randint(1, 40)
        taken += splitter.feed(content[place : place + size])
        place += size
    assert taken == (RECORD + b"\n") * len(MESSAGES) * 50
    assert splitter.rest() == b""


@pytest.mark.parametrize("is_counted", [True, False])
def test_a_message_that_is_too_long_cannot_smuggle_a_record_in(*, is_counted: bool) -> None:
    """A message above what is held comes in pieces that are refused, with every byte, in order."""
    giant = b"<14>1 - h a - - - " + b"y" * 300_000 + RECORD + b"z" * 900 + RECORD
    frame = b"%d %s" % (len(giant), giant) if is_counted else giant + b"\n"
    splitter, taken = Messages(Cutter(4_096, 8_000)), b""
    content = frame + b"<38>Nov 22 02:00:00 vault: " + RECORD + b"\n"
    for place in range(0, len(content), 1_000):
        taken += splitter.feed(content[place : place + 1_000])
    *pieces, last = taken.splitlines()
    assert b"".join(pieces) == giant
    assert min(map(len, pieces)) > 8_000
    assert last == RECORD


def test_what_a_sender_leaves_unfinished_is_kept() -> None:
    """The beginning of a message is passed on as it is when the sender hangs up."""
    splitter = Messages(Cutter(4_096, 8_000))
    assert splitter.feed(b"200 <14>1 - h a - - - {") == b""
    assert splitter.rest() == b"<14>1 - h a - - - {\n"


@pytest.mark.parametrize(
    ("transport", "options"),
    [
        ("tcp", ["--tcp", "--rfc5424", "--octet-count"]),
        ("tcp", ["--tcp", "--rfc3164"]),
        ("udp", ["--udp", "--rfc5424"]),
        ("udp", ["--udp", "--rfc3164"]),
        ("unix", ["--rfc5424"]),
        ("unixgram", []),
    ],
)
def test_logger_is_understood(tmp_path: Path, transport: str, options: list[str]) -> None:
    """What the system's own `logger` sends over each transport arrives as records."""
    program = shutil.which("logger")
    assert program
    records = [json.dumps({"n": number, "text": "ö" * number}) for number in range(40)]
    with listening(tmp_path / "data", url_of(f"syslog+{transport}", tmp_path)) as listen:
        address = listen.address
        where = (
            ["--socket", str(address.path)]
            if address.is_local
            else ["--server", address.host, "--port", str(address.port)]
        )
        subprocess.run(  # noqa: S603  a program of the system
            [program, *where, *options, "--tag", "vault", "--size", "64KiB"],
            input="\n".join(records).encode() + b"\n",
            check=True,
            timeout=30,
        )
        taken = listen.until_taken(40)
    assert [json.loads(line) for line in taken] == [json.loads(record) for record in records]
