"""Checks that deliveries are accepted together, in order, and once."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.conftest import SetClock

from vaultmeter.inbox import deliveries
from vaultmeter.inbox.batches import Delivery, Gap
from vaultmeter.inbox.inbox import Inbox


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    """Give an inbox."""
    opened = Inbox(tmp_path, SetClock(), 1 << 20)
    yield opened
    opened.close()


def delivery(inbox: Inbox, content: bytes, key: bytes | None = None, name: str = "one") -> Delivery:
    """Make a delivery of a source that is pushed to."""
    lines = content.count(b"\n")
    return Delivery(inbox.source(name, "events", None), "push", content, lines, key)


def everything(inbox: Inbox) -> bytes:
    """Join what was accepted, in order."""
    return b"".join(inbox.content(batch) for batch in inbox.each_batch())


def test_deliveries_of_one_sync_are_one_batch(inbox: Inbox) -> None:
    """What one source brings at once is one batch, in the order it was brought."""
    given = [delivery(inbox, b"a\n"), delivery(inbox, b"b\nc\n"), delivery(inbox, b"d\n")]

    receipts = inbox.accept_all(given)

    assert [receipt.duplicate for receipt in receipts] == [False, False, False]
    assert [batch.lines for batch in inbox.each_batch()] == [4]
    assert everything(inbox) == b"a\nb\nc\nd\n"


def test_a_key_is_accepted_once(inbox: Inbox) -> None:
    """A key that is known adds nothing, in one sync or later; sources do not share keys."""
    first = inbox.accept_all([delivery(inbox, b"a\n", b"k"), delivery(inbox, b"a\n", b"k")])
    later = inbox.accept_all([delivery(inbox, b"a\n", b"k"), delivery(inbox, b"a\n", b"k", "two")])

    assert [receipt.duplicate for receipt in first + later] == [False, True, True, False]
    assert everything(inbox) == b"a\na\n"


def test_what_has_no_key_is_accepted_each_time(inbox: Inbox) -> None:
    """Without a key nothing is looked up: records are told apart by their own ids later."""
    inbox.accept_all([delivery(inbox, b"a\n"), delivery(inbox, b"a\n")])

    assert everything(inbox) == b"a\na\n"


def test_a_refused_delivery_may_come_again(inbox: Inbox, tmp_path: Path) -> None:
    """When a sync fails none of its keys is known, and nothing of it is accepted."""
    given = [delivery(inbox, b"a\n", b"k")]
    other = apsw.Connection(str(tmp_path / "inbox.sqlite"))
    other.execute(
        "create trigger refuse before insert on batch begin select raise(abort, 'no'); end"
    )
    with pytest.raises(apsw.ConstraintError):
        inbox.accept_all(given)
    other.execute("drop trigger refuse")
    other.close()

    (receipt,) = inbox.accept_all(given)

    assert not receipt.duplicate
    assert everything(inbox) == b"a\n"


def test_lines_of_a_file_do_not_run_out(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream begins another file before its line numbers become too large to keep."""
    monkeypatch.setattr(deliveries, "_LINES_OF_A_FILE", 3)
    for number in range(5):
        inbox.accept_all([delivery(inbox, b"%d\nx\n" % number)])

    batches = list(inbox.each_batch())

    assert [batch.first_line for batch in batches] == [1, 3, 1, 3, 1]
    assert len({batch.file for batch in batches}) == 3


def test_gaps_are_kept_in_order(inbox: Inbox) -> None:
    """What may be missing is kept with its source, its time and how much it is."""
    one, two = inbox.source("one", "events", None), inbox.source("two", "events", None)
    now = SetClock()()
    gaps = [
        Gap(one.id, "truncated", now, None, 512, "Up to 512 bytes may be missing."),
        Gap(two.id, "reconnected", now, 1, None, "One entry may be missing."),
    ]
    for gap in gaps:
        inbox.note_gap(gap)

    assert inbox.gaps() == gaps
    assert inbox.gaps(two) == gaps[1:]
