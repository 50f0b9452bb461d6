"""Makes few large batches of many small ones, so that a flush is worth its price.

Senders bring a record at a time, and each sync of the inbox makes a batch. Those of one file that
follow each other become one; nothing else of them changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from xxhash import xxh3_128_digest

from vaultmeter.failpoints import reach
from vaultmeter.inbox.archive import compress, decompress
from vaultmeter.inbox.database import Database

MERGED_AT_ONCE = 5000
"""Batches that are looked at together, at the most."""
_COLUMNS = (
    "seq, file, substr(received, 1, 10), first_line, lines, start, bytes, digest, body,"
    " kept_digest is not null"
)


@dataclass(frozen=True)
class Waiting:
    """A batch that waits in the inbox, with its frame; `day` is that of its receipt (UTC)."""

    seq: int
    file: int
    day: str
    first_line: int
    lines: int
    start: int
    size: int
    digest: bytes
    frame: bytes
    is_blanked: bool = False
    """Whether retention has deleted lines of it; it stays as it is."""

    def goes_on_in(self, other: "Waiting") -> bool:
        """Whether the other follows it in the same file, and was received on the same day."""
        return (
            self.file == other.file
            and self.day == other.day
            and self.start + self.size == other.start
            and not (self.is_blanked or other.is_blanked)
        )


@dataclass
class Merged:
    """Batches that are one now; its number is that of the last."""

    parts: list[Waiting]
    size: int

    @property
    def last(self) -> Waiting:
        """The part with the highest number."""
        return self.parts[-1]

    def whole(self) -> Waiting:
        """The parts as one batch."""
        if len(self.parts) == 1:
            return self.last
        first = self.parts[0]
        content = b"".join(
            decompress(part.frame, part.digest, f"Batch {part.seq}") for part in self.parts
        )
        return Waiting(
            self.last.seq,
            first.file,
            first.day,
            first.first_line,
            sum(part.lines for part in self.parts),
            first.start,
            self.size,
            xxh3_128_digest(content),
            compress(content),
        )


def merged(waiting: Iterable[Waiting], most: int) -> list[Merged]:
    """Batches in groups of at most so many bytes, each of one file; in the order of their ends."""
    done: list[Merged] = []
    growing: dict[int, Merged] = {}
    for batch in waiting:
        group = growing.get(batch.file)
        if group and group.last.goes_on_in(batch) and group.size + batch.size <= most:
            group.parts.append(batch)
            group.size += batch.size
        else:
            growing[batch.file] = Merged([batch], batch.size)
            done.append(growing[batch.file])
    return sorted(done, key=lambda group: group.last.seq)


class Merging:
    """The batches of an inbox that nobody has asked for yet."""

    def __init__(self, database: Database) -> None:
        """Work on an open inbox."""
        self._database = database

    def waiting(self, after: int, up_to: int | None = None) -> list[Waiting]:
        """Batches that wait in the inbox between two numbers; without an end, the first of them."""
        rows = self._database.execute(
            f"select {_COLUMNS} from batch where body is not null"
            " and seq > ? and seq <= coalesce(?, seq) order by seq limit ?",
            (after, up_to, MERGED_AT_ONCE if up_to is None else -1),
        )
        return [Waiting(*row) for row in rows]

    def merge(self, after: int, most: int) -> int:
        """Merge the batches after a number, none of which is in the store yet.

        Their numbers are given anew, so that they do not run out: nobody knows them so far.
        Answers the number of the last one that was looked at.
        """
        waiting = self.waiting(after)
        last = waiting[-1].seq if len(waiting) == MERGED_AT_ONCE else self._last()
        groups = [group for group in merged(waiting, most) if len(group.parts) > 1]
        if not groups:
            return last
        wholes = [(group, group.whole()) for group in groups]
        with self._database.transaction():
            for group, whole in wholes:
                self.replace(group, whole)
            last = self._number_anew(after, last)
        reach("batches-merged")
        return last

    def _last(self) -> int:
        return int(self._database.execute("select coalesce(max(seq), 0) from batch")[0][0])

    def replace(self, group: Merged, whole: Waiting, sealed: tuple[str, int] | None = None) -> None:
        """Put one batch in the place of its parts; `sealed` says where in which segment it is."""
        for part in group.parts[:-1]:
            self._database.execute("delete from batch where seq = ?", (part.seq,))
        segment, offset = sealed or (None, None)
        self._database.execute(
            "update batch set first_line = ?, lines = ?, start = ?, bytes = ?, digest = ?,"
            " body = ?, segment = ?, segment_offset = ?, stored_bytes = ? where seq = ?",
            (
                *(whole.first_line, whole.lines, whole.start, whole.size, whole.digest),
                *(None if sealed else whole.frame, segment, offset, len(whole.frame), whole.seq),
            ),
        )

    def _number_anew(self, after: int, last: int) -> int:
        """Number the batches between two numbers without holes; answers the new last number.

        Those behind keep theirs until it is their turn: while many wait, others accept more.
        """
        rows = self._database.execute(
            "select seq from batch where seq > ? and seq <= ? order by seq", (after, last)
        )
        for number, (seq,) in enumerate(rows, after + 1):
            if seq != number:
                self._database.execute("update batch set seq = ? where seq = ?", (number, seq))
        return after + len(rows)
