"""One plain file that is read while it is written."""

import fcntl
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from vaultmeter.inbox.batches import Chunk, TakenFile
from vaultmeter.receive.content import Pulse, opened
from vaultmeter.receive.cutter import Cutter
from vaultmeter.receive.files import LOOK, FileReader

_HEAD = 1024
_GET_VERSION = 0x80087601
"""FS_IOC_GETVERSION: which of the files that had its inode a file is (ioctl_iflags(2))."""
_BEFORE = 1024
"""Bytes before the position that are compared whenever more is read."""
_EVERY = 0.5
"""Seconds between two batches of a file that grows slowly: each is a sync and a row."""
_ENOUGH = 1 << 18
"""Bytes that are worth a batch of their own at once."""


class Key(NamedTuple):
    """What tells files apart while they exist: a number is used again only afterwards."""

    device: int
    inode: int


class Mark(NamedTuple):
    """How a file looked when it was read to its end."""

    size: int
    changed: int


class Cut(Exception):
    """A file lost what it held: it was truncated, or written anew in place."""


def key_of(status: os.stat_result) -> Key:
    """The key of a file."""
    return Key(status.st_dev, status.st_ino)


def mark_of(status: os.stat_result) -> Mark:
    """The mark of a file; `changed` is its time in nanoseconds."""
    return Mark(status.st_size, status.st_mtime_ns)


class Tail:
    """An open file, how far it was taken, and what was seen of it.

    It is read by its descriptor, so that it goes on being the same file whatever it is called
    and after it was deleted. The position never stands inside a line that may still grow.
    """

    def __init__(self, reader: FileReader, live: Path, path: Path, descriptor: int) -> None:
        """Follow an open file from where it was taken to; owns the descriptor.

        `live` is the name under which it is, or was, written to; `path` its name now.
        """
        self.live, self.path = live, path
        self.key = key_of(os.fstat(descriptor))
        self.copy_of = 0
        """The number of the file that is being read from elsewhere and that this is a copy of."""
        self.seen = 0
        """The largest size it had, in bytes, since it was opened or truncated."""
        self.grown = 0.0
        """When it was last seen to grow, by the clock of `look`."""
        self._descriptor = descriptor
        self._reader = reader
        self._file: TakenFile | None = None
        self._before = b""
        self.looked: Mark | None = None
        """How it looked when it was read to its end."""
        self._taken = 0.0

    @property
    def place(self) -> tuple[int, int, int]:
        """Device, inode and generation: no other file has had or will have the same.

        Where a file system does not tell the generation, it is 0.
        """
        told = bytearray(8)
        try:
            fcntl.ioctl(self._descriptor, _GET_VERSION, told)
        except OSError:
            told = bytearray(8)
        return (*self.key, int.from_bytes(told[:4], sys.byteorder))

    @property
    def id(self) -> int:
        """The number of the file in the inbox; 0 while nothing was taken of it."""
        return self._file.id if self._file else 0

    @property
    def position(self) -> int:
        """How many of its bytes were taken."""
        return self._file.position if self._file else 0

    @property
    def waiting(self) -> int:
        """How many bytes of it were seen and not taken."""
        return max(self.seen - self.position, 0)

    def mark(self) -> Mark:
        """How it looks now."""
        return mark_of(os.fstat(self._descriptor))

    def close(self) -> None:
        """Read it no more."""
        os.close(self._descriptor)

    def restart(self) -> None:
        """Begin anew with what it holds now, after it was cut."""
        self._file, self._before, self.looked, self.seen = None, b"", None, 0

    def look(self, now: float, owned: Callable[[int], bool], pulse: Pulse) -> None:
        """Take the whole lines that are new.

        `now` is in seconds, `owned` says whether another file is read as the one of that number.
        Raises `Cut`, `OSError`, and `Unavailable` when the inbox does not take them.
        """
        mark = self._watch(now)
        if mark == self.looked or not self._is_due(mark, now):
            return
        if self._file is None:
            self._file = self._recognised(mark, owned, pulse)
        if self._file is not None and self._take(self._file, mark.size, pulse):
            self._taken = now
        self.looked = mark

    def finish(self, owned: Callable[[int], bool], pulse: Pulse) -> None:
        """Take all that is left, since nobody writes to the file any more. Raises as `look`."""
        mark = self.mark()
        if self._file is None and mark.size:
            self._file = self._recognised(mark, owned, pulse, at_end=True)
        if self._file is not None:
            self._take(self._file, mark.size, pulse, at_end=True)
        self.looked = mark

    def _watch(self, now: float) -> Mark:
        """See how the file looks now, and since when it has not grown."""
        mark = self.mark()
        if mark.size < max(self.position, self.seen):
            raise Cut
        if mark.size > self.seen or not self.grown:
            self.grown = now
        self.seen = mark.size
        return mark

    def _is_due(self, mark: Mark, now: float) -> bool:
        return now - self._taken >= _EVERY or mark.size - self.position >= _ENOUGH

    def _recognised(
        self, mark: Mark, owned: Callable[[int], bool], pulse: Pulse, *, at_end: bool = False
    ) -> TakenFile | None:
        """Which file this is, once a line tells; none when it is read elsewhere."""
        start = os.pread(self._descriptor, LOOK, 0)
        if not at_end and b"\n" not in start and len(start) < LOOK:
            return None
        reader = replace(self._reader, open=lambda path: opened(path, self._descriptor, pulse))
        file = reader.known(self.path, start)
        if file is not None and owned(file.id):
            self.copy_of = file.id
            return None
        if file is None:
            file = reader.new(self.path, start)
            if start.startswith(b"\0"):
                file = replace(file, position=self._first_record(mark.size))
        self._remember(file.position)
        return file

    def _first_record(self, size: int) -> int:
        """Where zeros end, which stand for what was truncated before a writer's own position."""
        place = os.lseek(self._descriptor, 0, os.SEEK_DATA)
        while place < size:
            block = os.pread(self._descriptor, LOOK, place)
            text = block.lstrip(b"\0")
            place += len(block) - len(text)
            if text or not block:
                break
        return place

    def _remember(self, position: int) -> None:
        start = max(position - _BEFORE, 0)
        self._before = os.pread(self._descriptor, position - start, start)

    def _take(self, file: TakenFile, size: int, pulse: Pulse, *, at_end: bool = False) -> bool:
        """Accept line after line up to a size; whether there was any."""
        taken = False
        while content := self._next(file, size, at_end=at_end):
            file = self._file = self._accepted(file, content)
            taken = True
            pulse()
        return taken

    def _next(self, file: TakenFile, size: int, *, at_end: bool) -> bytes:
        """The next whole lines; at the end also a last line without its newline."""
        cutter = Cutter(self._reader.chunk_bytes, self._reader.max_line_bytes)
        wanted, before = min(size - file.position, cutter.held), len(self._before)
        read = os.pread(self._descriptor, before + wanted, file.position - before)
        if read[:before] != self._before:
            raise Cut
        content = read[before:]
        end = cutter.end(content, len(content))
        return content[: end or (len(content) if at_end else 0)]

    def _accepted(self, file: TakenFile, content: bytes) -> TakenFile:
        head = file.head
        if len(head) < _HEAD:
            head = self._reader.head(os.pread(self._descriptor, LOOK, 0))
        lines = content.count(b"\n") + (not content.endswith(b"\n"))
        chunk = Chunk(self.path, content, file.position, file.lines + 1, lines)
        named = replace(file, path=str(self.path), head=head)
        _, accepted = self._reader.inbox.accept(named, chunk)
        self._before = (self._before + content[-_BEFORE:])[-_BEFORE:]
        return accepted
