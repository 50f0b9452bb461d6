"""Accepts batches with the position that follows them, and hands them out again in order."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xxhash import xxh3_128_digest

from vaultmeter.clock import Clock
from vaultmeter.failpoints import reach
from vaultmeter.inbox.archive import Archive, Sealed, compress, decompress
from vaultmeter.inbox.batches import (
    Batch,
    Chunk,
    Content,
    Delivery,
    Gap,
    Receipt,
    Source,
    TakenFile,
)
from vaultmeter.inbox.database import accepting, as_text, open_database
from vaultmeter.inbox.deliveries import Deliveries
from vaultmeter.inbox.expiry import Expiry, known_files
from vaultmeter.inbox.files import Files
from vaultmeter.inbox.gaps import Gaps
from vaultmeter.inbox.merging import Merging, merged
from vaultmeter.inbox.redaction import Redacted, Redaction, Redactions, RedactOf, nothing_secret
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean

if TYPE_CHECKING:
    from vaultmeter.inbox.lines import Numbers

_BATCH = "seq, source, file, received, first_line, lines, start, bytes, digest"
_SEGMENT_FULL = 8
"""A segment of waiting batches is sealed when it holds this many times `segment_bytes`."""
_MERGED_AT_MOST = 1 << 24
"""Bytes of a batch that is made of several when they are sealed."""

Packed = tuple[bytes, bytes, Sealed | None]
"""A compressed batch, the digest of its content, and its segment where it has one of its own."""


class Inbox:
    """One folder's inbox and archive. One process opens it; several threads may use it."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        segment_bytes: int,
        redact_of: RedactOf = nothing_secret,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open the inbox of a data folder, and clear what a killed process left in its archive.

        `redact_of` answers how records of a connector are redacted before they are accepted, and
        `say` is told of each source whose records had to be.
        """
        self._clock = clock
        self._segment_bytes = segment_bytes
        self._database = open_database(folder / "inbox.sqlite")
        self.archive = Archive(folder / "archive")
        self.files = Files(self._database)
        self.expiry = Expiry(self._database, self.archive)
        self._gaps = Gaps(self._database)
        self._redaction = Redaction(self._database, redact_of, say)
        self._deliveries = Deliveries(self._database, self.files)
        self._merging = Merging(self._database)
        self.archive.sweep(known_files(self._database))

    def close(self) -> None:
        """Close the database; everything accepted is on disk already."""
        self._database.close()

    def source(self, name: str, connector: str, account: str | None) -> Source:
        """The source of that name, added when it is new.

        Raises `Invalid` when it exists with another connector or account, `Unavailable` when the
        disk does not take it.
        """
        for source in self.sources():
            if source.name == name:
                _check_same(source, connector, account)
                return source
        with accepting(), self._database.transaction():
            self._database.execute(
                "insert into source (name, connector, account, added) values (?, ?, ?, ?)",
                (name, connector, account or "default", as_text(self._clock())),
            )
        return self.source(name, connector, account)

    def sources(self) -> list[Source]:
        """Every source, in the order they were added."""
        return [
            Source(*row)
            for row in self._rows("select id, name, connector, account from source order by id")
        ]

    def source_named(self, name: str) -> Source:
        """The source of that name; raises `NotFound`."""
        known = {source.name: source for source in self.sources()}
        if name not in known:
            raise NotFound(f"There is no source {name!r}.", did_you_mean(name, known))
        return known[name]

    def batches_of(self, file: TakenFile) -> list[Batch]:
        """The batches taken from a file, in the order of its content."""
        return self._batches("where file = ? order by start", (file.id,))

    def last_batches_of(self, file: TakenFile, count: int) -> list[Batch]:
        """The batches taken last from a file, in the order of its content."""
        found = self._batches("where file = ? order by start desc limit ?", (file.id, count))
        return found[::-1]

    def batches_after(self, seq: int, limit: int = 64) -> list[Batch]:
        """The next batches after a sequence number, in order."""
        return self._batches("where seq > ? order by seq limit ?", (seq, limit))

    def batch(self, seq: int) -> Batch:
        """The batch of that number; raises `NotFound`."""
        return self._one("where seq = ?", seq)

    def batch_holding(self, seq: int, file: int) -> Batch:
        """The batch that a batch of a file has become a part of; raises `NotFound`."""
        return self._one("where file = ? and seq >= ? order by seq limit 1", file, seq)

    def parts_after(self, batch: Batch) -> int:
        """The number after which batches of its file have become parts of a batch."""
        return int(
            self._rows(
                "select coalesce(max(seq), 0) from batch where file = ? and seq < ?",
                (batch.file, batch.seq),
            )[0][0]
        )

    def last_seq(self) -> int:
        """The number of the last accepted batch, 0 when there is none."""
        return int(self._rows("select coalesce(max(seq), 0) from batch")[0][0])

    def accept(self, file: TakenFile, chunk: Chunk) -> tuple[Batch, TakenFile]:
        """Make a chunk durable together with the position after it.

        Answers the batch, and the file with its new position. Raises `Unavailable` when the disk
        does not take it: nothing is accepted then.
        """
        chunk = self._redaction.chunk(file.source, chunk)
        with accepting():
            now = self._clock()
            packed = self._packed(chunk, now)
            with self._database.transaction():
                seq, file_id = self._insert(file, chunk, packed, now)
                # Within the transaction: afterwards another thread may merge and number it anew.
                accepted = self.batch(seq), self.files.get(file_id)
        self._redaction.tell(file.source, chunk.redacted)
        reach("batch-accepted")
        return accepted

    def accept_all(self, deliveries: Sequence[Delivery]) -> list[Receipt]:
        """Make deliveries durable together, with one sync; answers a receipt for each.

        Raises `Unavailable` when the disk does not take them: nothing is accepted then.
        """
        now = self._clock()
        deliveries = [self._redaction.delivery(delivery) for delivery in deliveries]
        with accepting(), self._database.transaction():
            receipts, arrived = self._deliveries.receive(deliveries, now)
            for stream in arrived:
                file = self._deliveries.file(stream, now)
                chunk = stream.chunk(file)
                self._insert(file, chunk, self._packed(chunk, now), now)
        for stream in arrived:
            self._redaction.tell(stream.source.id, stream.redacted)
        reach("deliveries-accepted")
        return receipts

    def redact(self, source: Source, content: Content, ends: "Numbers | None" = None) -> Redacted:
        """Lines of a source as they may be kept; `ends` are their ends, where they are known."""
        return self._redaction.redact(source.id, content, ends)

    def redactions(self, source: Source) -> Redactions | None:
        """What had to be redacted of a source, if anything."""
        return self._redaction.of(source.id)

    def merge(self, after: int, most: int) -> int:
        """Make larger batches, of at most so many bytes, of those after a number.

        None of these may be in the store, and nobody may hold one of them. Answers the number of
        the last one that was looked at; those behind it come later. Raises `Unavailable` when the
        disk does not take them: they stay as they were.
        """
        with accepting():
            return self._merging.merge(after, most)

    def note_gap(self, gap: Gap) -> None:
        """Keep what may be missing of a source; raises `Unavailable`."""
        with accepting():
            self._gaps.note(gap)

    def gaps(self, source: Source | None = None) -> list[Gap]:
        """What may be missing of a source, or of all, in the order it was noticed."""
        return self._gaps.of(source.id if source else None)

    def waiting(self, after: int) -> tuple[int, int, int, datetime | None]:
        """Batches after a number, with their lines, their bytes and the first one's receipt."""
        batches, lines, size, first = self._rows(
            "select count(*), coalesce(sum(lines), 0), coalesce(sum(bytes), 0), min(received)"
            " from batch where seq > ?",
            (after,),
        )[0]
        return batches, lines, size, first and datetime.fromisoformat(first)

    def arrived(self, source: Source, after: int) -> tuple[datetime | None, int, int]:
        """When a source last sent something, its lines, and those in batches after a number."""
        last, lines, waiting = self._rows(
            "select max(received), coalesce(sum(lines), 0),"
            " coalesce(sum(lines) filter (where seq > ?), 0) from batch where source = ?",
            (after, source.id),
        )[0]
        return last and datetime.fromisoformat(last), lines, waiting

    def content(self, batch: Batch) -> bytes:
        """What was accepted as this batch; raises `ArchiveDamaged`."""
        body, segment, offset, size, digest = self._rows(
            "select body, segment, segment_offset, stored_bytes, coalesce(kept_digest, digest)"
            " from batch where seq = ?",
            (batch.seq,),
        )[0]
        frame = body if body is not None else self.archive.frame(segment, offset, size)
        return decompress(frame, digest, f"Batch {batch.seq} ({segment or 'in the inbox'})")

    def verify(self, pulse: Callable[[], None] = lambda: None) -> None:
        """Read every batch back; raises `ArchiveDamaged` when one is not what was accepted.

        `pulse` is called for each.
        """
        if kept := self.expiry.kept():
            self.archive.verify(kept)
        for batch in self.each_batch():
            pulse()
            self.content(batch)

    def seal(self, up_to: int, *, everything: bool = False) -> bool:
        """Move waiting batches up to a sequence number into a segment, once they fill one.

        Raises `Unavailable` when the disk does not take it: they stay where they are.
        """
        size = self._rows(
            "select sum(stored_bytes) from batch where body is not null and seq <= ?", (up_to,)
        )[0][0]
        if not size or not (everything or size >= _SEGMENT_FULL * self._segment_bytes):
            return False
        now = self._clock()
        groups = merged(self._merging.waiting(0, up_to), _MERGED_AT_MOST)
        wholes = [group.whole() for group in groups]
        with accepting():
            sealed = self.archive.write([whole.frame for whole in wholes], now)
            reach("seal-written")
            with self._database.transaction():
                self._add_segment(sealed, now)
                offset = 0
                for group, whole in zip(groups, wholes, strict=True):
                    self._merging.replace(group, whole, (sealed.name, offset))
                    offset += len(whole.frame)
        reach("seal-done")
        return True

    def received(self) -> list[tuple[str, str, int, int]]:
        """Lines received by source, day of receipt (UTC) and batch: `(source, day, seq, lines)`."""
        return self._rows(
            "select source.name, substr(batch.received, 1, 10), batch.seq, batch.lines"
            " from batch join source on source.id = batch.source order by batch.seq"
        )

    def _packed(self, chunk: Chunk, now: datetime) -> Packed:
        """A chunk compressed, with its digest; a large one is sealed by itself."""
        frame = compress(chunk.content)
        is_large = len(frame) >= self._segment_bytes
        sealed = self.archive.write([frame], now) if is_large else None
        return frame, xxh3_128_digest(chunk.content), sealed

    def _insert(
        self, file: TakenFile, chunk: Chunk, packed: Packed, now: datetime
    ) -> tuple[int, int]:
        """Write a batch and the position after it; answers the numbers of batch and file."""
        frame, digest, sealed = packed
        file_id = file.id or self.files.add(file, now)
        self._redaction.count(file.source, chunk.redacted, now)
        if sealed:
            self._add_segment(sealed, now)
        seq = self._database.insert(
            f"insert into batch ({_BATCH}, body, segment, segment_offset, stored_bytes)"
            " values ((select coalesce(max(seq), 0) + 1 from batch),"
            " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(file.source, file_id, as_text(now), chunk.first_line, chunk.lines),
                *(chunk.start, len(chunk.content), digest, None if sealed else frame),
                *(sealed.name if sealed else None, 0 if sealed else None, len(frame)),
            ),
        )
        reach("batch-inserted")
        self.files.advance(file_id, file, chunk, now)
        return seq, file_id

    def _add_segment(self, sealed: Sealed, now: datetime) -> None:
        self._database.execute(
            "insert into segment (name, bytes, sha256, sealed) values (?, ?, ?, ?)",
            (sealed.name, sealed.bytes, sealed.sha256, as_text(now)),
        )

    def _batches(self, clause: str, values: tuple[Any, ...]) -> list[Batch]:
        rows = self._rows(f"select {_BATCH}, expired from batch {clause}", values)
        return [
            Batch(*row[:3], datetime.fromisoformat(row[3]), *row[4:])  # type: ignore[call-arg]  # SQLite rows are untyped
            for row in rows
        ]

    def _one(self, clause: str, *values: int) -> Batch:
        found = self._batches(clause, values)
        if not found:
            raise NotFound(f"There is no batch {values[-1]}.")
        return found[0]

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._database.execute(sql, values)

    def each_batch(self, after: int = 0, up_to: int | None = None) -> Iterator[Batch]:
        """The batches after a number, up to another where it is given, in order."""
        while batches := self.batches_after(after):
            for batch in batches:
                if up_to is not None and batch.seq > up_to:
                    return
                yield batch
            after = batches[-1].seq


def _check_same(source: Source, connector: str, account: str | None) -> None:
    if source.connector != connector:
        raise Invalid(
            f"Source {source.name!r} is read by the connector {source.connector!r}.",
            "Name another source with --source.",
        )
    if account is not None and source.account != account:
        raise Invalid(
            f"Source {source.name!r} belongs to account {source.account!r}.",
            "Leave --account out, or name another source with --source.",
        )
