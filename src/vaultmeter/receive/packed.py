"""Takes what is new in a rotated file that was compressed, and reads little of those it knows."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vaultmeter.receive.content import PACKED_SIZES, Pulse, opened, packed_size
from vaultmeter.receive.files import LOOK, FileReader

_SETTLED = 10.0
"""Seconds after its last change from which a compressed file is taken for complete."""
_NOT_UNPACKED = {
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x04\x22\x4d\x18": "lz4",
    b"PK\3\4": "zip",
}


def not_unpacked(descriptor: int) -> str:
    """The name of the compression of a file, when it is none that can be undone here."""
    start = os.pread(descriptor, 8, 0)
    return next((kind for sign, kind in _NOT_UNPACKED.items() if start.startswith(sign)), "")


def is_settled(status: os.stat_result) -> bool:
    """Whether nobody has written to a file for a while."""
    return time.time() - status.st_mtime >= _SETTLED


def take_packed(
    reader: FileReader,
    path: Path,
    descriptor: int,
    owned: Callable[[int], bool],
    pulse: Pulse,
) -> int | None:
    """Take what is new in a compressed file; answers its number in the inbox.

    None means that its content is still read from where it was before: look again later. A file
    with a known start that states to be no longer than what was taken is not unpacked further; it
    is shorter where a vault wrote on into the file after it was compressed.
    Raises `Invalid` when it is damaged, after what comes before the damage was taken.
    """
    reader = replace(reader, open=lambda path: opened(path, descriptor, pulse))
    with reader.open(path) as content:
        head = reader.head(content.read(LOOK))
    alike = reader.inbox.files.like(reader.source, head) if head else []
    if any(owned(file.id) for file in alike):
        return None
    size = packed_size(descriptor)
    for file in alike:
        if size is not None and _holds(file.position, size):
            return file.id
    taken = 0
    for chunk in reader.take(path):
        taken = chunk.batch.file
    return taken or next((file.id for file in alike), 0)


def _holds(position: int, size: int) -> bool:
    """Whether so much was taken; a size is told modulo `PACKED_SIZES`."""
    return size <= position if position < PACKED_SIZES else position % PACKED_SIZES == size
