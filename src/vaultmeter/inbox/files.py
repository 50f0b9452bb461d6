"""The files that records were taken from: how far, where, and by what they are known again."""

from datetime import datetime
from pathlib import Path

from xxhash import xxh3_128_digest

from vaultmeter.inbox.batches import Chunk, Source, TakenFile
from vaultmeter.inbox.database import Database, accepting, as_text
from vaultmeter.model.errors import Unavailable

_FILE = "id, source, path, head, header, position, lines"


class Files:
    """The files of an inbox."""

    def __init__(self, database: Database) -> None:
        """Work on an open inbox."""
        self._database = database

    def get(self, number: int) -> TakenFile:
        """The file of that number."""
        rows = self._database.execute(f"select {_FILE} from file where id = ?", (number,))
        return TakenFile(*rows[0])

    def new(self, source: Source, path: Path, head: bytes, header: bytes | None) -> TakenFile:
        """A file that is read for the first time, with nothing taken from it yet.

        It becomes durable with its first batch.
        """
        start, lines = (len(header), 1) if header else (0, 0)
        return TakenFile(0, source.id, str(path), head, header, start, lines)

    def like(self, source: Source, head: bytes) -> list[TakenFile]:
        """Files of a source whose content starts like `head`, the furthest read first."""
        digests = self._digests(source, head)
        rows = self._database.execute(
            f"select {_FILE} from file where source = ?"
            " and (head_digest is null and head = substr(?, 1, length(head))"
            f" or head_digest in ({', '.join('?' * len(digests))}))"
            " order by position desc, id",
            (source.id, head, *digests),
        )
        return [TakenFile(*row) for row in rows]

    def latest_at(self, source: Source, path: str) -> TakenFile | None:
        """The file of a source that was taken from last under a path."""
        rows = self._database.execute(
            f"select {_FILE} from file where source = ? and path = ?"
            " order by updated desc, id desc limit 1",
            (source.id, path),
        )
        return TakenFile(*rows[0]) if rows else None

    def has_stream(self, source: Source, stream: str) -> bool:
        """Whether anything came of a stream yet."""
        rows = self._database.execute(
            "select 1 from file where source = ? and path > ? and path < ? limit 1",
            (source.id, f"{stream} ", f"{stream}!"),
        )
        return bool(rows)

    def followed(self, source: Source) -> dict[str, tuple[int, int, int]]:
        """Device, inode and generation of the file that each followed path stood for."""
        rows = self._database.execute(
            "select path, device, inode, generation from followed where source = ?", (source.id,)
        )
        return {path: (device, inode, generation) for path, device, inode, generation in rows}

    def note_followed(self, source: Source, path: str, file: tuple[int, int, int]) -> None:
        """Keep which file a followed path stands for; raises `Unavailable`."""
        with accepting():
            self._database.execute(
                "insert or replace into followed values (?, ?, ?, ?, ?)", (source.id, path, *file)
            )

    def add(self, file: TakenFile, now: datetime) -> int:
        """Keep a new file; answers its number."""
        return self._database.insert(
            "insert into file (source, path, head, header, position, lines, updated)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                *(file.source, file.path, file.head, file.header),
                *(file.position, file.lines, as_text(now)),
            ),
        )

    def advance(self, number: int, file: TakenFile, chunk: Chunk, now: datetime) -> None:
        """Keep the position behind a chunk, and the path and the start that the file has now.

        Raises `Unavailable` when the chunk does not begin at the position before: somebody else
        has taken lines of the file meanwhile.
        """
        moved = self._database.execute(
            "update file set position = ?, lines = ?, path = ?,"
            " head = iif(head_digest is null, ?, head), updated = ?"
            " where id = ? and position = ? returning 1",
            (
                *(chunk.start + len(chunk.content), chunk.first_line + chunk.lines - 1),
                *(file.path, file.head, as_text(now), number, chunk.start),
            ),
        )
        if not moved:
            raise Unavailable(
                f"Lines of {file.path} were taken by somebody else.", "Read it again from there."
            )

    def _digests(self, source: Source, head: bytes) -> list[bytes]:
        """What starts like `head` have become whose lines were deleted."""
        sizes = self._database.execute(
            "select distinct head_size from file where source = ? and head_size <= ?",
            (source.id, len(head)),
        )
        return [xxh3_128_digest(head[:size]) for (size,) in sizes]
