"""Deletes lines from what was accepted: their batches are written again with empty lines instead.

All that is new is on disk, synced, before one transaction puts it in the place of the old; until
then nothing has changed, and afterwards the old files are no longer known and are swept.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw
from xxhash import xxh3_128_digest

from vaultmeter.failpoints import reach
from vaultmeter.inbox.archive import Archive, Sealed, compress
from vaultmeter.inbox.database import Database, as_text
from vaultmeter.model.retention import Deletion


@dataclass(frozen=True)
class Blanked:
    """What a batch becomes: its content with empty lines, and how many of them are deleted ones."""

    content: bytes
    expired: int


@dataclass(frozen=True)
class Decided:
    """What is deleted, and the sealed file with what outlives it."""

    cut_offs: Mapping[str, datetime]
    kept: Sealed
    deletions: list[Deletion]


Blank = Callable[[int], Blanked]
"""Makes what a batch becomes, by its number."""
_Row = tuple[Any, ...]
_REWRITE_WAITING = """
    update batch
    set body = ?, stored_bytes = ?, expired = ?, kept_digest = ?
    where seq = ?
"""


class Expiry:
    """The lines that retention deletes from an inbox and its archive."""

    def __init__(self, database: Database, archive: Archive) -> None:
        """Work on an open inbox."""
        self._database, self._archive = database, archive

    def cut_offs(self) -> dict[str, datetime]:
        """The instants (UTC) before which records are deleted, by product."""
        rows = self._rows("select product, before from cut_off order by product")
        return {product: datetime.fromisoformat(before) for product, before in rows}

    def kept(self) -> Sealed | None:
        """The file with what outlives the deleted lines; `None` where none were."""
        rows = self._rows("select name, bytes, sha256 from kept")
        return Sealed(*rows[0]) if rows else None

    def unrecorded(self) -> list[Deletion]:
        """What was deleted and is not yet recorded elsewhere."""
        rows = self._rows(
            "select applied, product, before, events, bytes_before from retention_run order by id"
        )
        return [
            Deletion(
                datetime.fromisoformat(applied), product, datetime.fromisoformat(before), *numbers
            )
            for applied, product, before, *numbers in rows
        ]

    def recorded(self) -> None:
        """Forget what was deleted, once it is recorded elsewhere."""
        self._database.execute("delete from retention_run")

    def delete(self, seqs: set[int], blank: Blank, decided: Decided, now: datetime) -> None:
        """Write batches again without the lines that `blank` leaves out, for good.

        Raises `OSError` and `apsw.FullError` when the disk does not take it: nothing is changed.
        """
        changes: list[tuple[str, _Row]] = []
        for name in self._segments_of(seqs):
            changes += self._rewritten(name, seqs, blank, now)
        for seq in self._waiting(seqs):
            blanked = blank(seq)
            frame = compress(blanked.content)
            changes.append((_REWRITE_WAITING, (frame, len(frame), *_of(blanked), seq)))
        reach("retention-written")
        with self._database.transaction():
            for sql, values in changes:
                self._database.execute(sql, values)
            self._redact_heads()
            self._decide(decided)
        reach("retention-committed")

    def sweep(self) -> None:
        """Delete the files that are no longer known, and what the database still has of them."""
        self._archive.sweep(known_files(self._database))
        # What is true does not depend on it, and the next time does it.
        with suppress(apsw.FullError, apsw.IOError):
            self._database.execute("vacuum")
            self._database.execute("pragma wal_checkpoint(truncate)")

    def _rewritten(
        self, name: str, seqs: set[int], blank: Blank, now: datetime
    ) -> Iterator[tuple[str, _Row]]:
        """Seal the batches of a segment anew; answers the changes that put it in its place."""
        rows = self._rows(
            "select seq, segment_offset, stored_bytes from batch where segment = ?"
            " order by segment_offset",
            (name,),
        )
        blanked = {seq: blank(seq) for seq, *_ in rows if seq in seqs}
        frames = [
            compress(blanked[seq].content)
            if seq in blanked
            else self._archive.frame(name, offset, size)
            for seq, offset, size in rows
        ]
        sealed = self._archive.write(frames, now)
        yield (
            "insert into segment (name, bytes, sha256, sealed) values (?, ?, ?, ?)",
            (sealed.name, sealed.bytes, sealed.sha256, as_text(now)),
        )
        offset = 0
        for (seq, *_), frame in zip(rows, frames, strict=True):
            yield (
                "update batch set segment = ?, segment_offset = ?, stored_bytes = ? where seq = ?",
                (sealed.name, offset, len(frame), seq),
            )
            offset += len(frame)
        for seq, made in blanked.items():
            yield (
                "update batch set expired = ?, kept_digest = ? where seq = ?",
                (*_of(made), seq),
            )
        yield "delete from segment where name = ?", (name,)

    def _segments_of(self, seqs: set[int]) -> list[str]:
        rows = self._rows("select seq, segment from batch where segment is not null order by seq")
        return list(dict.fromkeys(segment for seq, segment in rows if seq in seqs))

    def _waiting(self, seqs: set[int]) -> list[int]:
        rows = self._rows("select seq from batch where segment is null order by seq")
        return [seq for (seq,) in rows if seq in seqs]

    def _redact_heads(self) -> None:
        """Keep of a file's start its digest alone, once lines of its first batch are deleted."""
        rows = self._rows("""
            select file.id, file.head
            from file
            join batch on batch.file = file.id
            where length(file.head) > 0
                and batch.expired > 0
                and batch.start = (select min(start) from batch as own where own.file = file.id)
        """)
        for file, head in rows:
            self._database.execute(
                "update file set head = x'', head_digest = ?, head_size = ? where id = ?",
                (xxh3_128_digest(head), len(head), file),
            )

    def _decide(self, decided: Decided) -> None:
        kept = decided.kept
        self._database.execute("delete from kept")
        self._database.execute(
            "insert into kept values (?, ?, ?)", (kept.name, kept.bytes, kept.sha256)
        )
        for product, before in decided.cut_offs.items():
            self._database.execute(
                "insert or replace into cut_off values (?, ?)", (product, as_text(before))
            )
        for run in decided.deletions:
            self._database.execute(
                "insert into retention_run (applied, product, before, events, bytes_before)"
                " values (?, ?, ?, ?, ?)",
                (
                    *(as_text(run.applied), run.product, as_text(run.before)),
                    *(run.events, run.bytes_before),
                ),
            )

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._database.execute(sql, values)


def known_files(database: Database) -> set[str]:
    """The names of the files of the archive that the inbox refers to."""
    rows = database.execute("select name from segment union all select name from kept")
    return {str(name) for (name,) in rows}


def _of(blanked: Blanked) -> tuple[int, bytes]:
    return blanked.expired, xxh3_128_digest(blanked.content)
