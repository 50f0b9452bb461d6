"""Reads files into the inbox, once: plain, compressed, grown, rotated, or from standard input.

A file is known again by its content, not by its name: the same start, and the same digest for
every batch already taken. Then reading goes on behind them. A file that is not known is read
from its start, and what it shares with others falls to the dedupe.
"""

import glob
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from xxhash import xxh3_128_digest

from vaultmeter.inbox.batches import Batch, Chunk, Source, TakenFile
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.receive.content import STANDARD_INPUT, Content, opened

_HEAD = 1024
"""How many bytes of its start a file is looked up by."""
_LOOK = 1 << 16
"""How many bytes of its start are looked at for a header line."""


@dataclass(frozen=True)
class Taken:
    """One chunk of a file, accepted. `read` is how far the file on disk was read, in bytes."""

    batch: Batch
    content: bytes
    read: int


@dataclass
class FileReader:
    """Takes the lines of files into the inbox.

    `is_header` says whether a first line names columns. `waiting` collects the paths whose last
    line has no newline yet, with how many bytes of it there are.
    """

    inbox: Inbox
    source: Source
    chunk_bytes: int
    is_header: Callable[[bytes], bool]
    waiting: dict[Path, int] = field(default_factory=dict)

    def take(self, path: Path) -> Iterator[Taken]:
        """Accept what is new in a file, chunk by chunk; each is durable when it is handed out."""
        with opened(path) as content:
            start = content.read(_LOOK)
            known = None if path == STANDARD_INPUT else self._known(path, start[:_HEAD])
            if known is None:
                file = self._new(path, start)
                yield from self._accepted(content, file, start[file.position :])
                return
        with opened(path) as content:
            content.seek(known.position)
            yield from self._accepted(content, known, b"")

    def _known(self, path: Path, head: bytes) -> TakenFile | None:
        for file in self.inbox.files_like(self.source, head):
            with opened(path) as content:
                if self._continues(content, file):
                    return replace(file, path=str(path), head=head)
        return None

    def _continues(self, content: Content, file: TakenFile) -> bool:
        batches = self.inbox.batches_of(file)
        if not batches or not content.seek(batches[0].start):
            return False
        last = b""
        for batch in batches:
            last = content.read(batch.bytes)
            if len(last) < batch.bytes or xxh3_128_digest(last) != batch.digest:
                return False
        return last.endswith(b"\n")

    def _new(self, path: Path, start: bytes) -> TakenFile:
        first = start[: start.find(b"\n") + 1]
        header = first if self.is_header(first) else None
        return self.inbox.new_file(self.source, path, start[:_HEAD], header)

    def _accepted(self, content: Content, file: TakenFile, rest: bytes) -> Iterator[Taken]:
        for chunk in self._chunks(content, file, rest):
            batch, file = self.inbox.accept(file, chunk)
            yield Taken(batch, chunk.content, content.raw.tell() if content.measurable else 0)

    def _chunks(self, content: Content, file: TakenFile, rest: bytes) -> Iterator[Chunk]:
        start, line = file.position, file.lines + 1
        ended = False
        while not ended:
            part = content.read(self.chunk_bytes)
            ended = not part
            whole, rest = _split_at_last_newline(rest + part)
            if (ended and not content.may_grow) or len(rest) > self.chunk_bytes:
                # The last line of what is finished, or a piece of one larger than a chunk.
                whole, rest = whole + rest, b""
            if whole:
                chunk = _chunk(content, whole, start, line)
                yield chunk
                start, line = start + len(whole), line + chunk.lines
        if rest:
            self.waiting[content.path] = len(rest)


def _chunk(content: Content, whole: bytes, start: int, line: int) -> Chunk:
    lines = whole.count(b"\n") + (not whole.endswith(b"\n"))
    return Chunk(content.path, whole, start, line, lines)


def expand(patterns: Iterable[str]) -> list[Path]:
    """The files meant by paths and patterns, oldest first within a pattern.

    Raises `NotFound` for a pattern that matches nothing, `Invalid` for a folder.
    """
    found: list[Path] = []
    for pattern in patterns:
        if pattern == str(STANDARD_INPUT) or not glob.has_magic(pattern) or Path(pattern).exists():
            matches = [Path(pattern)]
        else:
            matches = sorted(map(Path, glob.glob(pattern, recursive=True)), key=_age)
        if not matches:
            raise NotFound(f"No file matches {pattern!r}.", "Check the folder and the pattern.")
        found += [path for path in matches if path not in found]
    for path in found:
        if path.is_dir():
            raise Invalid(f"{path} is a folder.", f"Name its files, for example '{path}/*'.")
    return found


def _age(path: Path) -> tuple[float, str]:
    return path.stat().st_mtime, str(path)


def _split_at_last_newline(data: bytes) -> tuple[bytes, bytes]:
    end = data.rfind(b"\n") + 1
    return (data, b"") if end == len(data) else (data[:end], data[end:])
