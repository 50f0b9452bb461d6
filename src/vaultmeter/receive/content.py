"""The content of a file as it was before compression, read forwards: plain, gzip or zstd."""

import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import zstandard

from vaultmeter.model.errors import Invalid, NotFound

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
STANDARD_INPUT = Path("-")


@dataclass(frozen=True)
class Content:
    """An open file: its decompressed stream, and whether its last line may still grow."""

    stream: BinaryIO
    raw: BinaryIO
    may_grow: bool
    path: Path

    def fill(self, view: memoryview) -> int:
        """Read into a view until it is full or the content ends; answers how many bytes.

        Raises `Invalid` when a compressed file is damaged; what came before was read.
        """
        filled = 0
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
def opened(path: Path) -> Iterator[Content]:
    """The content of a file, or of standard input for `-`; raises `NotFound` or `Invalid`."""
    try:
        raw = _raw(path)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.", "Check the path; quote patterns.") from error
    except (PermissionError, IsADirectoryError) as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from error
    with raw:
        yield _decoded(raw, path)


def _raw(path: Path) -> io.BufferedReader:
    if path == STANDARD_INPUT:
        return io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False))
    return path.open("rb")


def _decoded(raw: io.BufferedReader, path: Path) -> Content:
    magic = raw.peek(4)[:4]
    if magic.startswith(_GZIP):
        stream: BinaryIO = gzip.GzipFile(fileobj=raw)  # type: ignore[assignment]  # is one, is not declared one
        return Content(stream, raw, may_grow=False, path=path)
    if magic == _ZSTD:
        reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
        return Content(reader, raw, may_grow=False, path=path)
    return Content(raw, raw, may_grow=path != STANDARD_INPUT, path=path)
