"""Reads files into the inbox, once: plain, compressed, grown, rotated, or from standard input.

A file is known again by its content, not by its name: the same start, and the same digests for
the last batches taken, at the same places. Then reading goes on behind them. A file that is not
known is read from its start, and what it shares with others falls to the dedupe.
"""

import glob
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import cycle
from mmap import MADV_HUGEPAGE, MAP_ANONYMOUS, MAP_PRIVATE, mmap
from pathlib import Path

from xxhash import xxh3_128_digest

from vaultmeter.inbox.batches import Batch, Chunk, Source, TakenFile
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.inbox.lines import Numbers, line_ends
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.receive.content import STANDARD_INPUT, Content, opened
from vaultmeter.receive.cutter import Cutter

_HEAD = 1024
"""How many bytes of its start a file is looked up by."""
_LAST_BATCHES = 64
"""How many of the batches taken last are compared: a followed file has thousands."""
LOOK = 1 << 16
"""How many bytes of its start are looked at for a header line, and to look it up."""


@dataclass(frozen=True)
class Taken:
    """One chunk of a file, accepted. `read` is how far the file on disk was read, in bytes.

    `content` stays readable until the third chunk after it is asked for. `ends` are the ends of
    its lines.
    """

    batch: Batch
    content: memoryview
    ends: Numbers
    read: int


@dataclass
class FileReader:
    """Takes the lines of files into the inbox.

    `is_header` says whether a first line names columns. `waiting` collects the paths whose last
    line has no newline yet, with how many bytes of it there are. `open` gives the content of a
    path; it is asked more than once for each.
    """

    inbox: Inbox
    source: Source
    chunk_bytes: int
    max_line_bytes: int
    is_header: Callable[[bytes], bool]
    waiting: dict[Path, int] = field(default_factory=dict)
    open: Callable[[Path], AbstractContextManager[Content]] = opened

    def take(self, path: Path) -> Iterator[Taken]:
        """Accept what is new in a file, chunk by chunk; each is durable when it is handed out."""
        with self.open(path) as content:
            start = content.read(LOOK)
            known = None if path == STANDARD_INPUT else self.known(path, start)
            if known is None:
                file = self.new(path, start)
                yield from self._accepted(content, file, memoryview(start)[file.position :])
                return
        with self.open(path) as content:
            content.seek(known.position)
            yield from self._accepted(content, known, memoryview(b""))

    def known(self, path: Path, start: bytes) -> TakenFile | None:
        """The file that goes on under a path, as far as it was taken; `start` is its beginning."""
        head = self.head(start)
        for file in self.inbox.files.like(self.source, head):
            with self.open(path) as content:
                if self._continues(content, file):
                    return replace(file, path=str(path), head=head)
        return None

    def new(self, path: Path, start: bytes) -> TakenFile:
        """A file that is not known, with nothing taken of it; `start` is its beginning."""
        first = start[: start.find(b"\n") + 1]
        header = first if self.is_header(first) else None
        return self.inbox.files.new(self.source, path, self.head(start), header)

    def head(self, start: bytes) -> bytes:
        """What a file is looked up by, of its first bytes, of which `start` has `LOOK` or all.

        Of whole lines, where there are some: what a line is after redaction is known at its end.
        """
        whole = start[: start.rfind(b"\n") + 1] or start
        return bytes(self.inbox.redact(self.source, whole).content[:_HEAD])

    def _continues(self, content: Content, file: TakenFile) -> bool:
        batches = self.inbox.last_batches_of(file, _LAST_BATCHES)
        if not batches or not content.seek(batches[0].start):
            return False
        last = b""
        for batch in batches:
            last = content.read(batch.size)
            kept = self.inbox.redact(self.source, last).content
            if len(last) < batch.size or xxh3_128_digest(kept) != batch.digest:
                return False
        return last.endswith(b"\n") or not content.read(1)

    def _accepted(self, content: Content, file: TakenFile, rest: memoryview) -> Iterator[Taken]:
        for buffer in _buffers(self.chunk_bytes + max(self._cutter.held, len(rest))):
            end, filled, ended = self._fill(content, buffer, rest)
            whole, rest = memoryview(buffer)[:end], memoryview(buffer)[end:filled]
            if whole:
                ends = line_ends(whole)
                kept, redacted = self.inbox.redact(self.source, whole, ends)
                place = file.position, file.lines + 1
                chunk = Chunk(content.path, kept, *place, len(ends), redacted)
                batch, file = self.inbox.accept(file, chunk)
                read = content.raw.tell() if content.measurable else 0
                yield Taken(batch, memoryview(kept), ends, read)
            if ended:
                break
        if rest:
            self.waiting[content.path] = len(rest)

    def _fill(self, content: Content, buffer: mmap, rest: memoryview) -> tuple[int, int, bool]:
        """Fill a buffer, behind `rest`, until there are lines to take.

        Answers where these end, where the buffer's content ends, and whether the file does.
        """
        buffer[: len(rest)] = rest
        filled = len(rest)
        while read := content.fill(memoryview(buffer)[filled : filled + self.chunk_bytes]):
            filled += read
            if end := self._cutter.end(buffer, filled):
                return end, filled, False
        return buffer.rfind(b"\n", 0, filled) + 1 if content.may_grow else filled, filled, True

    @property
    def _cutter(self) -> Cutter:
        return Cutter(self.chunk_bytes, self.max_line_bytes)


def _buffers(size: int) -> Iterator[mmap]:
    """The same three buffers in turn: one is flushed, one is mapped, one is filled and accepted.

    Fresh memory for every chunk would cost as much as parsing it.
    """
    buffers = [mmap(-1, size, flags=MAP_PRIVATE | MAP_ANONYMOUS) for _ in range(3)]
    for buffer in buffers:
        buffer.madvise(MADV_HUGEPAGE)
    return cycle(buffers)


def expand(patterns: Iterable[str]) -> list[Path]:
    """The files meant by paths and patterns, oldest first within a pattern.

    Raises `NotFound` for a pattern that matches nothing, `Invalid` for a folder.
    """
    found: list[Path] = []
    for pattern in patterns:
        if pattern == str(STANDARD_INPUT) or not glob.has_magic(pattern) or Path(pattern).exists():
            matches = [Path(pattern)]
        else:
            named = map(Path, glob.glob(pattern, recursive=True))  # noqa: PTH207  absolute patterns too
            matches = sorted((path for path in named if path.exists()), key=_age)
        if not matches:
            raise NotFound(f"No file matches {pattern!r}.", "Check the folder and the pattern.")
        found += [path for path in matches if path not in found]
    for path in found:
        if path.is_dir():
            raise Invalid(f"{path} is a folder.", f"Name its files, for example '{path}/*'.")
    return found


def _age(path: Path) -> tuple[float, str]:
    return path.stat().st_mtime, str(path)
