"""Checks the gate of the inbox: many senders, one sync, and a clear no when there is no room."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import apsw
import pytest
from tests.conftest import SetClock

from vaultmeter.inbox.batches import Delivery
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.life import Life
from vaultmeter.model.errors import Full, Unavailable
from vaultmeter.receive.gate import Gate
from vaultmeter.settings import Settings

PATIENCE = 20.0


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    """Give an inbox."""
    opened = Inbox(tmp_path, SetClock(), 1 << 20)
    yield opened
    opened.close()


def settings(inbox: Inbox, **given: Any) -> Settings:  # noqa: ANN401  settings are of any type
    """Make settings for a disk of any size."""
    return Settings(data=inbox.archive.folder.parent, **{"reserve_bytes": 0, **given})


def delivery(inbox: Inbox, content: bytes) -> Delivery:
    """Make a delivery of a source that is pushed to."""
    return Delivery(inbox.source("one", "events", None), "push", content, content.count(b"\n"))


class Running:
    """A gate that runs in a thread for the length of a block."""

    def __init__(self, gate: Gate) -> None:
        """Run a gate."""
        self.gate, self.life = gate, Life()
        self.thread = Thread(target=gate.run, args=(self.life,))

    def __enter__(self) -> Gate:
        """Begin."""
        self.thread.start()
        return self.gate

    def __exit__(self, *_: object) -> None:
        """Ask it to end, and wait for that."""
        self.life.stop()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


def test_many_senders_share_a_sync_and_all_are_accepted(inbox: Inbox) -> None:
    """Records of many threads are all accepted, in far fewer batches than there are records."""
    with Running(Gate(inbox, settings(inbox))) as gate, ThreadPoolExecutor(8) as senders:
        one = delivery(inbox, b"x\n")
        offers = [senders.submit(gate.offer, one) for _ in range(2_000)]
        receipts = [offer.result().result(PATIENCE) for offer in offers]

    assert len(receipts) == 2_000
    assert sum(batch.lines for batch in inbox.each_batch()) == 2_000
    assert inbox.last_seq() < 1_000


def test_what_is_acknowledged_is_on_disk(inbox: Inbox, tmp_path: Path) -> None:
    """A receipt comes when another connection to the inbox can read the record."""
    with Running(Gate(inbox, settings(inbox))) as gate:
        gate.offer(delivery(inbox, b"x\n")).result(PATIENCE)
        other = apsw.Connection(str(tmp_path / "inbox.sqlite"))
        lines = other.execute("select sum(lines) from batch").fetchall()[0][0]
        other.close()

    assert lines == 1


def test_a_disk_with_too_little_room_is_full(inbox: Inbox) -> None:
    """Below the reserve nothing is accepted, and the reason says how much is kept free."""
    gate = Gate(inbox, settings(inbox, reserve_bytes=1 << 60))

    with pytest.raises(Full, match="are kept free"):
        gate.offer(delivery(inbox, b"x\n"))


def test_a_store_that_is_far_behind_makes_the_inbox_full(inbox: Inbox) -> None:
    """When more waits for the store than is allowed nothing is accepted, with the reason."""
    gate = Gate(inbox, settings(inbox, spool_bytes=1 << 20), lambda: 2 << 20)

    with pytest.raises(Full, match="2 MiB wait"):
        gate.offer(delivery(inbox, b"x\n"))


def test_records_that_come_too_fast_are_refused_at_once(inbox: Inbox) -> None:
    """While nothing is written no more is held in memory than is allowed."""
    gate = Gate(inbox, settings(inbox, gate_bytes=1024))
    gate.offer(delivery(inbox, b"x" * 2000 + b"\n"))

    with pytest.raises(Full, match="faster than the disk"):
        gate.offer(delivery(inbox, b"x\n"))


def test_what_was_offered_before_the_end_is_accepted(inbox: Inbox) -> None:
    """A gate that ends accepts what it was offered, and refuses what comes afterwards."""
    gate, life = Gate(inbox, settings(inbox)), Life()
    offers = [gate.offer(delivery(inbox, b"x\n")) for _ in range(50)]
    life.stop()

    gate.run(life)

    assert all(not offer.result(0).duplicate for offer in offers)
    with pytest.raises(Unavailable, match="ending"):
        gate.offer(delivery(inbox, b"x\n"))


def test_a_disk_that_fails_is_not_trusted_any_more(inbox: Inbox) -> None:
    """When the disk fails with room left, senders are refused and the gate ends with the error."""
    gate, life = Gate(inbox, settings(inbox)), Life()
    offer = gate.offer(delivery(inbox, b"x\n" * 600_000))
    inbox.archive.folder.write_text("a file where the archive's folder should be")
    inbox._segment_bytes = 1

    with pytest.raises(Unavailable, match="cannot write"):
        gate.run(life)

    with pytest.raises(Full, match="cannot write"):
        offer.result(0)
    assert inbox.last_seq() == 0
