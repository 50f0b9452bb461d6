"""Checks that small batches become large ones, without a byte or a line changing its place."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import SetClock, seeded

from vaultmeter.inbox import merging
from vaultmeter.inbox.batches import Delivery
from vaultmeter.inbox.inbox import Inbox

MOST = 1 << 20


@pytest.fixture
def clock() -> SetClock:
    """Give the clock of the inbox."""
    return SetClock()


@pytest.fixture
def inbox(tmp_path: Path, clock: SetClock) -> Iterator[Inbox]:
    """Give an inbox in which every batch of these tests waits."""
    opened = Inbox(tmp_path, clock, 1 << 20)
    yield opened
    opened.close()


def deliver(inbox: Inbox, name: str, content: bytes, stream: str = "push") -> None:
    """Deliver lines of a source, with a sync of their own."""
    source = inbox.source(name, "events", None)
    inbox.accept_all([Delivery(source, stream, content, content.count(b"\n"))])


def contents(inbox: Inbox) -> dict[int, bytes]:
    """Join what was accepted, by the number of the file it is in."""
    found: dict[int, bytes] = {}
    for batch in inbox.each_batch():
        found[batch.file] = found.get(batch.file, b"") + inbox.content(batch)
    return found


def test_batches_of_one_stream_become_one(inbox: Inbox) -> None:
    """What follows in one file is one batch, with all lines, and nothing else has changed."""
    for number in range(10):
        deliver(inbox, "one", b"%d\n" % number)

    last = inbox.merge(0, MOST)

    (batch,) = inbox.each_batch()
    assert (last, batch.seq, batch.first_line, batch.lines) == (1, 1, 1, 10)
    assert inbox.content(batch) == b"".join(b"%d\n" % number for number in range(10))


def test_streams_and_days_stay_apart(inbox: Inbox, clock: SetClock) -> None:
    """Lines of two sources, of two streams and of two days are never in one batch."""
    choose = seeded(1)
    for number in range(200):
        name, stream = choose.choice(("one", "two")), choose.choice(("push", "tcp"))
        deliver(inbox, name, b"%s %s %d\n" % (name.encode(), stream.encode(), number), stream)
        if number == 99:
            clock.advance(days=1)
    before = contents(inbox)

    inbox.merge(0, MOST)

    batches = list(inbox.each_batch())
    assert contents(inbox) == before
    assert len(batches) == 8
    assert [batch.seq for batch in batches] == list(range(1, 9))
    assert all(
        len({line[:7] for line in inbox.content(batch).splitlines()}) == 1 for batch in batches
    )


def test_what_is_in_the_store_keeps_its_number(inbox: Inbox) -> None:
    """Batches up to the given number stay as they are, those behind it are numbered from there."""
    for number in range(6):
        deliver(inbox, "one", b"%d\n" % number)

    last = inbox.merge(2, MOST)

    assert last == 3
    assert [inbox.content(batch) for batch in inbox.each_batch()] == [
        b"0\n",
        b"1\n",
        b"2\n3\n4\n5\n",
    ]
    deliver(inbox, "one", b"6\n")
    assert inbox.last_seq() == 4


def test_of_many_batches_some_wait_for_their_turn(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not looked at yet keeps its number; all is in order when its turn has come."""
    monkeypatch.setattr(merging, "MERGED_AT_ONCE", 4)
    for number in range(10):
        deliver(inbox, "one", b"%d\n" % number)

    assert inbox.merge(0, MOST) == 1
    assert [batch.seq for batch in inbox.each_batch()] == [1, 5, 6, 7, 8, 9, 10]
    assert inbox.merge(1, MOST) == 2
    deliver(inbox, "one", b"10\n")
    assert inbox.merge(2, MOST) == 3

    assert [batch.seq for batch in inbox.each_batch()] == [1, 2, 3]
    assert b"".join(contents(inbox).values()) == b"".join(b"%d\n" % each for each in range(11))


def test_a_merged_batch_is_no_larger_than_asked(inbox: Inbox) -> None:
    """Batches are put together up to a size, and larger ones are left alone."""
    for number in range(9):
        deliver(inbox, "one", b"%02d\n" % number)
    deliver(inbox, "one", b"x" * 20 + b"\n")

    inbox.merge(0, 12)

    assert [batch.size for batch in inbox.each_batch()] == [12, 12, 3, 21]


def test_merging_goes_on_where_it_ended(inbox: Inbox) -> None:
    """Batches that come later are merged with each other, and a second time changes nothing."""
    for number in range(4):
        deliver(inbox, "one", b"%d\n" % number)
    inbox.merge(0, MOST)
    before = list(inbox.each_batch())

    assert inbox.merge(0, MOST) == 1
    assert list(inbox.each_batch()) == before


def test_sealed_parts_are_found_by_their_old_number(inbox: Inbox) -> None:
    """A batch that became part of another when it was sealed is found by its number and file."""
    for number in range(5):
        deliver(inbox, "one", b"%d\n" % number)
        deliver(inbox, "two", b"%d\n" % number)
    file = inbox.batch(3).file

    inbox.seal(10, everything=True)

    held = inbox.batch_holding(3, file)
    assert (held.seq, held.file, held.lines) == (9, file, 5)
    assert inbox.parts_after(held) == 0
    assert inbox.content(held) == b"0\n1\n2\n3\n4\n"
