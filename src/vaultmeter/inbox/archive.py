"""Sealed segments: files of compressed batches that are written once and never changed.

A segment is written under a temporary name, synced, renamed, and its folder synced, before the
inbox refers to it. Each batch in it is one zstd frame with a content checksum.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import zstandard
from xxhash import xxh3_128_digest

from vaultmeter.failpoints import reach
from vaultmeter.model.errors import ArchiveDamaged

_LEVEL = 3
_DAMAGED_HINT = "Restore the archive folder from a backup; nothing else was changed."


def compress(content: bytes | memoryview) -> bytes:
    """One zstd frame that carries its own checksum and size."""
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(content)


def decompress(frame: bytes, digest: bytes, name: str) -> bytes:
    """The content of a frame; raises `ArchiveDamaged` when it is not what was accepted."""
    try:
        content = zstandard.ZstdDecompressor().decompress(frame)
    except zstandard.ZstdError as error:
        raise ArchiveDamaged(f"{name} cannot be read: {error}.", _DAMAGED_HINT) from error
    if xxh3_128_digest(content) != digest:
        raise ArchiveDamaged(f"{name} is not what was accepted.", _DAMAGED_HINT)
    return content


class Archive:
    """The folder of segments, one folder below it for each month of receipt."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is made on the first write."""
        self.folder = folder

    def write(self, frames: Sequence[bytes], received: datetime) -> tuple[str, int, str]:
        """Seal a segment; answers its name, its size in bytes and its SHA-256."""
        name = f"{received:%Y-%m}/{received:%Y%m%dT%H%M%S}-{uuid4().hex[:12]}.zst"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(".partial")
        check = sha256()
        with partial.open("wb") as file:
            for frame in frames:
                check.update(frame)
                file.write(frame)
            file.flush()
            os.fsync(file.fileno())
        reach("segment-written")
        partial.rename(path)
        _sync_folder(path.parent)
        _sync_folder(self.folder)
        reach("segment-renamed")
        return name, sum(len(frame) for frame in frames), check.hexdigest()

    def frame(self, name: str, offset: int, size: int) -> bytes:
        """The bytes of one frame; raises `ArchiveDamaged` when they are not all there."""
        try:
            with (self.folder / name).open("rb") as file:
                file.seek(offset)
                frame = file.read(size)
        except OSError as error:
            raise ArchiveDamaged(f"{name} cannot be read: {error}.", _DAMAGED_HINT) from error
        if len(frame) < size:
            raise ArchiveDamaged(f"{name} is cut short.", _DAMAGED_HINT)
        return frame

    def sweep(self, known: set[str]) -> int:
        """Delete what a killed process left before the inbox referred to it; answers how many."""
        left = [
            path
            for path in self.folder.glob("*/*")
            if path.suffix in (".partial", ".zst")
            and str(path.relative_to(self.folder)) not in known
        ]
        for path in left:
            path.unlink()
        return len(left)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
