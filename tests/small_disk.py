"""A small disk, which can be full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """Mount a disk of so many bytes at a new folder, for the length of a block."""
    assert os.geteuid() == 0, "Mounting a small disk needs root: run make test as root."
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    subprocess.run(mount, check=True)  # noqa: S603  our own folder
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)  # noqa: S603, S607  our own folder
