"""Checks that nothing becomes part of an inbox unredacted, and that what was is counted."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import apsw
import pytest
from tests.conftest import SetClock

from vaultmeter.inbox.batches import Chunk, Content, Delivery
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.inbox.redaction import Redact, Redacted, unredacted

_SECRET, _FILLED = b"secret", b"******"


def redact_of(connector: str) -> Redact:
    """Take a word out of the records of one connector."""

    def redact(content: Content, _: object = None) -> Redacted:
        text = bytes(content)
        kept = text.replace(_SECRET, _FILLED)
        lines = sum(_FILLED in line for line in kept.splitlines())
        return Redacted(kept if kept != text else content, lines)

    return redact if connector == "openbao" else unredacted


@pytest.fixture
def clock() -> SetClock:
    """Give a clock."""
    return SetClock()


@pytest.fixture
def said() -> list[str]:
    """Collect what the inbox says."""
    return []


@pytest.fixture
def inbox(tmp_path: Path, clock: SetClock, said: list[str]) -> Iterator[Inbox]:
    """Give an inbox that redacts."""
    opened = Inbox(tmp_path, clock, 1 << 20, redact_of, said.append)
    yield opened
    opened.close()


def accept(inbox: Inbox, connector: str, content: bytes, lines: int) -> bytes:
    """Accept a chunk of a source of a connector; answers what was kept of it."""
    source = inbox.source(connector, connector, "acme")
    file = inbox.files.new(source, Path("a.log"), b"", None)
    batch, _ = inbox.accept(file, Chunk(Path("a.log"), content, 0, 1, lines))
    return inbox.content(batch)


def test_a_chunk_is_redacted_when_nobody_did(inbox: Inbox) -> None:
    """A chunk that was not looked at before it is accepted is redacted by the inbox."""
    assert accept(inbox, "openbao", b"a secret\nb\n", 2) == b"a ******\nb\n"
    assert accept(inbox, "events", b"a secret\n", 1) == b"a secret\n"


def test_deliveries_are_redacted_one_by_one(inbox: Inbox) -> None:
    """What is delivered is redacted, and told from what is delivered again by its own digest."""
    source = inbox.source("openbao", "openbao", "acme")
    clear, hashed = (
        Delivery(source, "push", content, 1, key=content[:4].ljust(16))
        for content in (b"one secret\n", b"two\n")
    )
    for delivery in (clear, hashed, clear, hashed):
        inbox.accept_all([delivery])
    kept = [inbox.content(batch) for batch in inbox.each_batch()]
    assert kept == [b"one ******\n", b"two\n", b"one ******\n"]


def test_no_digest_of_a_clear_value_is_kept(inbox: Inbox, tmp_path: Path) -> None:
    """The key of a delivery with clear values is forgotten: by it a guess could be checked."""
    source = inbox.source("openbao", "openbao", "acme")
    inbox.accept_all([Delivery(source, "push", b"a secret\n", 1, key=b"digest of it")])
    inbox.accept_all([Delivery(source, "push", b"harmless\n", 1, key=b"digest of that")])
    inbox.close()
    connection = apsw.Connection(str(tmp_path / "inbox.sqlite"))
    keys = connection.execute("select key from delivery").fetchall()
    connection.close()
    assert keys == [(b"digest of that",)]


def test_redacted_lines_are_counted(inbox: Inbox, clock: SetClock, said: list[str]) -> None:
    """Lines that were redacted are counted by source, since when, and told once."""
    first = clock.now
    accept(inbox, "openbao", b"a secret\nb\nsecret c\n", 3)
    accept(inbox, "events", b"a secret\n", 1)
    clock.advance(hours=1)
    source = inbox.source_named("openbao")
    inbox.accept_all([Delivery(source, "push", b"a secret\n", 1)])
    inbox.accept_all([Delivery(source, "push", b"harmless\n", 1)])

    redactions = inbox.redactions(source)

    assert redactions is not None
    assert redactions.lines == 3
    assert (redactions.first, redactions.last) == (first, first + timedelta(hours=1))
    assert said == [redactions.words]
    assert "'openbao'" in redactions.words
    assert inbox.redactions(inbox.source_named("events")) is None


def test_who_has_redacted_says_so(inbox: Inbox) -> None:
    """Lines that were redacted on their way in are counted, and not looked at again."""
    source = inbox.source("openbao", "openbao", "acme")
    file = inbox.files.new(source, Path("a.log"), b"", None)
    kept, lines = inbox.redact(source, b"a secret\n")
    inbox.accept(file, Chunk(Path("a.log"), kept, 0, 1, 1, lines))
    inbox.accept_all([Delivery(source, "push", bytes(kept), 1, redacted=lines)])
    redactions = inbox.redactions(source)
    assert redactions is not None
    assert redactions.lines == 2
