"""Accepts what senders bring, many deliveries with one sync.

Each way into a source, such as push, is a stream, and each stream is one file a day: it has no
end, so that a record that is accepted always has a place in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from vaultmeter.inbox.batches import Chunk, Delivery, Receipt, Source, TakenFile
from vaultmeter.inbox.database import Database, as_text
from vaultmeter.inbox.files import Files

_LINES_OF_A_FILE = 1 << 30
"""After so many lines a stream begins another file: line numbers have 31 bits."""


@dataclass
class Arrived:
    """What came of one stream at once: the lines of its deliveries, one after the other."""

    source: Source
    stream: str
    content: list[bytes] = field(default_factory=list)
    lines: int = 0
    redacted: int = 0

    def add(self, delivery: Delivery) -> None:
        """What came behind it."""
        self.content.append(delivery.content)
        self.lines += delivery.lines
        self.redacted += delivery.redacted or 0

    def chunk(self, file: TakenFile) -> Chunk:
        """The lines as what follows in a file."""
        content = b"".join(self.content)
        first = file.lines + 1
        return Chunk(Path(file.path), content, file.position, first, self.lines, self.redacted)


class Deliveries:
    """The deliveries of an inbox."""

    def __init__(self, database: Database, files: Files) -> None:
        """Work on an open inbox."""
        self._database, self._files = database, files

    def receive(
        self, deliveries: Sequence[Delivery], now: datetime
    ) -> tuple[list[Receipt], list[Arrived]]:
        """Leave out what was delivered before; within the transaction that accepts the rest."""
        arrived: dict[tuple[int, str], Arrived] = {}
        receipts = []
        for delivery in deliveries:
            duplicate = delivery.key is not None and not self._is_new(delivery, now)
            receipts.append(Receipt(duplicate))
            if not duplicate:
                key = delivery.source.id, delivery.stream
                stream = arrived.setdefault(key, Arrived(delivery.source, delivery.stream))
                stream.add(delivery)
        return receipts, list(arrived.values())

    def file(self, arrived: Arrived, now: datetime) -> TakenFile:
        """The file of the day that a stream goes on in; with id 0 when it is new."""
        path = f"{arrived.stream} {now.astimezone(UTC):%Y-%m-%d}"
        known = self._files.latest_at(arrived.source, path)
        if known and known.lines < _LINES_OF_A_FILE:
            return known
        # No file on disk starts like this, so that none is taken for it.
        return TakenFile(0, arrived.source.id, path, b"\0" + path.encode(), None, 0, 0)

    def _is_new(self, delivery: Delivery, now: datetime) -> bool:
        return bool(
            self._database.execute(
                "insert or ignore into delivery values (?, ?, ?) returning 1",
                (delivery.source.id, delivery.key, as_text(now)),
            )
        )
