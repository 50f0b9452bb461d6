"""The content of a file as it was before compression, read forwards: plain, gzip or zstd."""

import io
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import zstandard

from vaultmeter.model.errors import Invalid, NotFound

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
PACKED_SIZES = 1 << 32
"""A gzip file states its size modulo this."""
_PIECE = 1 << 12
"""Compressed bytes unpacked at once; zeros unpack to 32,000 times as many."""
STANDARD_INPUT = Path("-")


Pulse = Callable[[], None]
"""Called now and then in long work."""


@dataclass(frozen=True)
class Content:
    """An open file: its decompressed stream, and whether its last line may still grow.

    `pulse` is called each time more is read; what it raises ends the reading.
    """

    stream: BinaryIO
    raw: BinaryIO
    may_grow: bool
    path: Path
    pulse: Pulse

    def fill(self, view: memoryview) -> int:
        """Read into a view until it is full or the content ends; answers how many bytes.

        Raises `Invalid` when a compressed file is damaged; what came before was read.
        """
        filled = 0
        self.pulse()
        try:
            while filled < len(view) and (read := self.stream.readinto(view[filled:])):  # type: ignore[attr-defined]  # every stream here has it
                filled += read
        except (EOFError, OSError, zlib.error, zstandard.ZstdError) as error:
            if not filled:
                raise Invalid(
                    f"{self.path} is damaged: {error}.",
                    "What came before the damage was taken in. Repair the file and read it again.",
                ) from error
        return filled

    def read(self, size: int) -> bytes:
        """Up to `size` decompressed bytes; fewer only at the end. Raises as `fill`."""
        content = bytearray(size)
        return bytes(content[: self.fill(memoryview(content))])

    @property
    def measurable(self) -> bool:
        """Whether the place reached in the file on disk can be told."""
        return self.path != STANDARD_INPUT

    def seek(self, position: int) -> bool:
        """Move from the start to a decompressed position; false when the content ends before."""
        if self.may_grow:
            return self.stream.seek(0, io.SEEK_END) >= position == self.stream.seek(position)
        left = position
        while left:
            part = self.read(min(left, 1 << 20))
            if not part:
                return False
            left -= len(part)
        return True


@contextmanager
def opened(
    path: Path, descriptor: int | None = None, pulse: Pulse = lambda: None
) -> Iterator[Content]:
    """The content of a file, or of standard input for `-`; raises `NotFound` or `Invalid`.

    With a descriptor it is the content of what that stands for, from the start; it stays open.
    """
    try:
        raw = _raw(path if descriptor is None else Path(f"/proc/self/fd/{descriptor}"))
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.", "Check the path; quote patterns.") from error
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from error
    with raw:
        yield _decoded(raw, path, pulse)


def _raw(path: Path) -> io.BufferedReader:
    if path == STANDARD_INPUT:
        return io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False))
    return path.open("rb")


def _decoded(raw: io.BufferedReader, path: Path, pulse: Pulse) -> Content:
    magic = raw.peek(4)[:4]
    if magic.startswith(_GZIP):
        unpacked = _Unpacked(raw, lambda: zlib.decompressobj(zlib.MAX_WBITS | 16))
    elif magic == _ZSTD:
        unpacked = _Unpacked(raw, lambda: zstandard.ZstdDecompressor().decompressobj())
    else:
        return Content(raw, raw, may_grow=path != STANDARD_INPUT, path=path, pulse=pulse)
    stream = cast("BinaryIO", unpacked)
    return Content(stream, raw, may_grow=False, path=path, pulse=pulse)


def is_packed(descriptor: int) -> bool:
    """Whether a file is one that `opened` decompresses."""
    start = os.pread(descriptor, 4, 0)
    return start.startswith(_GZIP) or start == _ZSTD


def packed_size(descriptor: int) -> int | None:
    """The decompressed size that a file states, modulo 2 ** 32; a file of many parts may lie.

    gzip: the last four bytes (RFC 1952); zstd: the header of the first frame (RFC 8878).
    """
    start = os.pread(descriptor, 18, 0)
    if start.startswith(_GZIP):
        end = os.pread(descriptor, 4, max(os.fstat(descriptor).st_size - 4, 0))
        return int.from_bytes(end, "little")
    if start.startswith(_ZSTD):
        try:
            size = zstandard.frame_content_size(start)
        except zstandard.ZstdError:
            return None
        return size % PACKED_SIZES if size >= 0 else None
    return None


class _Part(Protocol):
    """One compressed part of a file: a gzip member or a zstd frame."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class _Unpacked(io.RawIOBase):
    """Unpacks part after part; gives out what comes before damage, and then raises each time."""

    def __init__(self, raw: BinaryIO, begin: Callable[[], _Part]) -> None:
        self._raw, self._begin = raw, begin
        self._part: _Part | None = None
        self._packed, self._ready = b"", memoryview(b"")
        self._damage: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # narrower: only we call it
        while not self._ready and self._unpack():
            pass
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def _unpack(self) -> bool:
        if self._damage:
            raise self._damage
        try:
            return self._unpack_piece()
        except (EOFError, OSError, zlib.error, zstandard.ZstdError) as error:
            self._damage = error
            raise

    def _unpack_piece(self) -> bool:
        """Unpack some more; false at the end."""
        packed = self._packed or self._raw.read(_PIECE)
        if not packed:
            if self._part:
                raise EOFError("it ends before its end")
            return False
        if not self._part:
            # Zeros may fill up the last block of a tape or a disk.
            packed = packed.lstrip(b"\0")
            self._part = self._begin() if packed else None
        if self._part:
            self._ready = memoryview(self._part.decompress(packed))
        self._packed = b""
        if self._part and self._part.eof:
            self._packed, self._part = self._part.unused_data, None
        return True
