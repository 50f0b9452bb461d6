"""Accepts batches with the position that follows them, and hands them out again in order."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
from xxhash import xxh3_128_digest

from vaultmeter.clock import Clock
from vaultmeter.failpoints import reach
from vaultmeter.inbox.archive import Archive, Sealed, compress, decompress
from vaultmeter.inbox.batches import Batch, Chunk, Source, TakenFile
from vaultmeter.inbox.database import open_database, transaction
from vaultmeter.inbox.expiry import Expiry, known_files
from vaultmeter.model.errors import Invalid, NotFound, Unavailable, did_you_mean

_BATCH = "seq, source, file, received, first_line, lines, start, bytes, digest"
_FILE = "id, source, path, head, header, position, lines"
_SEGMENT_FULL = 8
"""A segment of waiting batches is sealed when it holds this many times `segment_bytes`."""


class Inbox:
    """One folder's inbox and archive. One process opens it, and one thread writes to it."""

    def __init__(self, folder: Path, clock: Clock, segment_bytes: int) -> None:
        """Open the inbox of a data folder, and clear what a killed process left in its archive."""
        self._clock = clock
        self._segment_bytes = segment_bytes
        self._database = open_database(folder / "inbox.sqlite")
        self.archive = Archive(folder / "archive")
        self.expiry = Expiry(self._database, self.archive)
        self.archive.sweep(known_files(self._database))

    def close(self) -> None:
        """Close the database; everything accepted is on disk already."""
        self._database.close()

    def source(self, name: str, connector: str, account: str | None) -> Source:
        """The source of that name, added when it is new.

        Raises `Invalid` when it exists with another connector or account.
        """
        for source in self.sources():
            if source.name == name:
                _check_same(source, connector, account)
                return source
        with transaction(self._database):
            self._database.execute(
                "insert into source (name, connector, account, added) values (?, ?, ?, ?)",
                (name, connector, account or "default", _text(self._clock())),
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

    def files_like(self, source: Source, head: bytes) -> list[TakenFile]:
        """Files of a source whose content starts like `head`, the furthest read first."""
        digests = self._digests(source, head)
        rows = self._rows(
            f"select {_FILE} from file where source = ?"
            " and (head_digest is null and head = substr(?, 1, length(head))"
            f" or head_digest in ({', '.join('?' * len(digests))}))"
            " order by position desc, id",
            (source.id, head, *digests),
        )
        return [TakenFile(*row) for row in rows]

    def _digests(self, source: Source, head: bytes) -> list[bytes]:
        """What starts like `head` have become whose lines were deleted."""
        sizes = self._rows(
            "select distinct head_size from file where source = ? and head_size <= ?",
            (source.id, len(head)),
        )
        return [xxh3_128_digest(head[:size]) for (size,) in sizes]

    def new_file(self, source: Source, path: Path, head: bytes, header: bytes | None) -> TakenFile:
        """A file that is read for the first time, with nothing taken from it yet.

        It becomes durable with its first batch.
        """
        start, lines = (len(header), 1) if header else (0, 0)
        return TakenFile(0, source.id, str(path), head, header, start, lines)

    def file(self, file_id: int) -> TakenFile:
        """The file of that id."""
        return TakenFile(*self._rows(f"select {_FILE} from file where id = ?", (file_id,))[0])

    def batches_of(self, file: TakenFile) -> list[Batch]:
        """The batches taken from a file, in the order of its content."""
        return self._batches("where file = ? order by start", (file.id,))

    def batches_after(self, seq: int, limit: int = 64) -> list[Batch]:
        """The next batches after a sequence number, in order."""
        return self._batches("where seq > ? order by seq limit ?", (seq, limit))

    def batch(self, seq: int) -> Batch:
        """The batch of that number; raises `NotFound`."""
        found = self._batches("where seq = ?", (seq,))
        if not found:
            raise NotFound(f"There is no batch {seq}.")
        return found[0]

    def last_seq(self) -> int:
        """The number of the last accepted batch, 0 when there is none."""
        return int(self._rows("select coalesce(max(seq), 0) from batch")[0][0])

    def accept(self, file: TakenFile, chunk: Chunk) -> tuple[Batch, TakenFile]:
        """Make a chunk durable together with the position after it.

        Answers the batch, and the file with its new position. Raises `Unavailable` when the disk
        does not take it: nothing is accepted then.
        """
        frame = compress(chunk.content)
        digest = xxh3_128_digest(chunk.content)
        now = self._clock()
        try:
            return self._accept(file, chunk, frame, digest, now)
        except (OSError, apsw.FullError, apsw.IOError) as error:
            raise Unavailable(
                f"The inbox cannot write: {error}.",
                "Free some space in the data folder and run the same command again.",
            ) from error

    def content(self, batch: Batch) -> bytes:
        """What was accepted as this batch; raises `ArchiveDamaged`."""
        body, segment, offset, size, digest = self._rows(
            "select body, segment, segment_offset, stored_bytes, coalesce(kept_digest, digest)"
            " from batch where seq = ?",
            (batch.seq,),
        )[0]
        frame = body if body is not None else self.archive.frame(segment, offset, size)
        return decompress(frame, digest, f"Batch {batch.seq} ({segment or 'in the inbox'})")

    def verify(self) -> None:
        """Read every batch back; raises `ArchiveDamaged` when one is not what was accepted."""
        if kept := self.expiry.kept():
            self.archive.verify(kept)
        for batch in self.each_batch():
            self.content(batch)

    def seal(self, up_to: int, *, everything: bool = False) -> bool:
        """Move waiting batches up to a sequence number into a segment, once they fill one."""
        rows = self._rows(
            "select seq, body from batch where body is not null and seq <= ? order by seq", (up_to,)
        )
        frames = [body for _, body in rows]
        full = sum(len(frame) for frame in frames) >= _SEGMENT_FULL * self._segment_bytes
        if not frames or not (full or everything):
            return False
        now = self._clock()
        sealed = self.archive.write(frames, now)
        reach("seal-written")
        with transaction(self._database):
            self._add_segment(sealed, now)
            offset = 0
            for seq, body in rows:
                self._database.execute(
                    "update batch set body = null, segment = ?, segment_offset = ? where seq = ?",
                    (sealed.name, offset, seq),
                )
                offset += len(body)
        reach("seal-done")
        return True

    def received(self) -> list[tuple[str, str, int, int]]:
        """Lines received by source, day of receipt (UTC) and batch: `(source, day, seq, lines)`."""
        return self._rows(
            "select source.name, substr(batch.received, 1, 10), batch.seq, batch.lines"
            " from batch join source on source.id = batch.source order by batch.seq"
        )

    def _accept(
        self, file: TakenFile, chunk: Chunk, frame: bytes, digest: bytes, now: datetime
    ) -> tuple[Batch, TakenFile]:
        own_segment = len(frame) >= self._segment_bytes
        sealed = self.archive.write([frame], now) if own_segment else None
        with transaction(self._database):
            file_id = file.id or self._add_file(file, now)
            if sealed:
                self._add_segment(sealed, now)
            self._database.execute(
                f"insert into batch ({_BATCH.removeprefix('seq, ')},"
                " body, segment, segment_offset, stored_bytes)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(file.source, file_id, _text(now), chunk.first_line, chunk.lines),
                    *(chunk.start, len(chunk.content), digest, None if sealed else frame),
                    *(sealed.name if sealed else None, 0 if sealed else None, len(frame)),
                ),
            )
            seq = self._database.last_insert_rowid()
            reach("batch-inserted")
            self._database.execute(
                "update file set position = ?, lines = ?, path = ?,"
                " head = iif(head_digest is null, ?, head), updated = ? where id = ?",
                (
                    *(chunk.start + len(chunk.content), chunk.first_line + chunk.lines - 1),
                    *(file.path, file.head, _text(now), file_id),
                ),
            )
        reach("batch-accepted")
        return self.batch(seq), self.file(file_id)

    def _add_file(self, file: TakenFile, now: datetime) -> int:
        self._database.execute(
            "insert into file (source, path, head, header, position, lines, updated)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (file.source, file.path, file.head, file.header, file.position, file.lines, _text(now)),
        )
        return self._database.last_insert_rowid()

    def _add_segment(self, sealed: Sealed, now: datetime) -> None:
        self._database.execute(
            "insert into segment (name, bytes, sha256, sealed) values (?, ?, ?, ?)",
            (sealed.name, sealed.bytes, sealed.sha256, _text(now)),
        )

    def _batches(self, clause: str, values: tuple[Any, ...]) -> list[Batch]:
        rows = self._rows(f"select {_BATCH}, expired from batch {clause}", values)
        return [
            Batch(*row[:3], datetime.fromisoformat(row[3]), *row[4:])  # type: ignore[call-arg]  # SQLite rows are untyped
            for row in rows
        ]

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._database.execute(sql, values).fetchall()

    def each_batch(self, after: int = 0) -> Iterator[Batch]:
        """Every batch after a sequence number, in order, a few at a time."""
        while batches := self.batches_after(after):
            yield from batches
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


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
