"""How long the disk takes to sync 4 KiB, beside whatever else is measured on it.

A server that answers when a record is on disk cannot answer faster than that. Runs as a process of
its own, so that nothing but the disk is measured: `python benchmarks/disk.py FILE`, until its
standard input ends.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select

_SIZE = 4096
_ROUND = 1 << 22
_EVERY = 0.005
"""Seconds between two syncs."""


@contextmanager
def syncs_beside(file: Path) -> Iterator[list[float]]:
    """Sync a file again and again within the block; the list has the seconds of each after it."""
    seconds: list[float] = []
    words = [sys.executable, __file__, str(file)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield seconds
        finally:
            told, _ = process.communicate()
            seconds += map(float, told.split())
            file.unlink(missing_ok=True)


def _sync(file: Path) -> Iterator[float]:
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY, 0o600)
    place = 0
    while not select([sys.stdin], [], [], _EVERY)[0]:
        begun = time.monotonic()
        os.pwrite(descriptor, bytes(_SIZE), place % _ROUND)
        os.fdatasync(descriptor)
        place += _SIZE
        yield time.monotonic() - begun
    os.close(descriptor)


if __name__ == "__main__":
    print(*_sync(Path(sys.argv[1])))
