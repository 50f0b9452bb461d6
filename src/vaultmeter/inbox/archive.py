"""Sealed segments: files of compressed batches that are written once and never changed.

A segment is written under a temporary name, synced, renamed, and its folders synced, before the
inbox refers to it. Each batch in it is one zstd frame with a content checksum.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest, sha256
from pathlib import Path
from uuid import uuid4

import zstandard
from xxhash import xxh3_128_digest

from vaultmeter.failpoints import reach
from vaultmeter.lock import sync_folder
from vaultmeter.model.errors import ArchiveDamaged

_LEVEL = 1
"""Level 3 makes an eighth less of an OpenBao log, and takes half as long again."""
_LEVEL_OF_FILES = 9
"""A file of names and totals is written once a month, and kept."""
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


@dataclass(frozen=True)
class Sealed:
    """A file of the archive: its name, its size in bytes and its SHA-256."""

    name: str
    bytes: int
    sha256: str


class Archive:
    """The folder of segments, one folder below it for each month of receipt."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is made on the first write."""
        self.folder = folder

    def write(self, frames: Sequence[bytes], received: datetime) -> Sealed:
        """Seal a segment."""
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
        self._name(partial, path)
        reach("segment-renamed")
        return Sealed(name, sum(len(frame) for frame in frames), check.hexdigest())

    def seal_file(self, name: str, source: Path) -> Sealed:
        """Seal the content of a file, compressed, under a name of the archive."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(".partial")
        with source.open("rb") as content, partial.open("wb+") as file:
            packer = zstandard.ZstdCompressor(_LEVEL_OF_FILES, write_checksum=True)
            packer.copy_stream(content, file)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            check = file_digest(file, "sha256")
        self._name(partial, path)
        return Sealed(name, path.stat().st_size, check.hexdigest())

    def verify(self, sealed: Sealed) -> None:
        """Raises `ArchiveDamaged` when a sealed file is not what was written."""
        try:
            with (self.folder / sealed.name).open("rb") as file:
                check = file_digest(file, "sha256")
        except OSError as error:
            message = f"{sealed.name} cannot be read: {error}."
            raise ArchiveDamaged(message, _DAMAGED_HINT) from error
        if check.hexdigest() != sealed.sha256:
            raise ArchiveDamaged(f"{sealed.name} is not what was written.", _DAMAGED_HINT)

    def unseal(self, sealed: Sealed, target: Path) -> None:
        """Write the content of a sealed file to a path; raises `ArchiveDamaged`."""
        self.verify(sealed)
        with (self.folder / sealed.name).open("rb") as file, target.open("wb") as content:
            zstandard.ZstdDecompressor().copy_stream(file, content)

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
            if path.suffix in (".partial", ".zst", ".kept")
            and str(path.relative_to(self.folder)) not in known
        ]
        for path in left:
            path.unlink()
        return len(left)

    def _name(self, partial: Path, path: Path) -> None:
        partial.rename(path)
        # A new folder's own name is in the folder above it.
        for folder in (path.parent, self.folder, self.folder.parent):
            sync_folder(folder)
