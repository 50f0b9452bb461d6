"""One process has a data folder at a time; the others are told which one.

What it writes meanwhile is readable for its own user alone: the data tell who uses what.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock

from vaultmeter.model.errors import Busy

_STEP = 0.05
_PRIVATE = 0o077
"""What others may do with new files and folders: nothing."""


class _Umask:
    """The process's mask of new files: private as long as somebody wants it so."""

    def __init__(self) -> None:
        self._wanted, self._before, self._alone = 0, 0, Lock()

    def take(self) -> None:
        with self._alone:
            if not self._wanted:
                self._before = os.umask(_PRIVATE)
            self._wanted += 1

    def give_back(self) -> None:
        with self._alone:
            self._wanted -= 1
            if not self._wanted:
                os.umask(self._before)


_UMASK = _Umask()


@contextmanager
def private_files() -> Iterator[None]:
    """What is made within the block is for the user of this process alone."""
    _UMASK.take()
    try:
        yield
    finally:
        _UMASK.give_back()


class FolderLock:
    """An advisory lock on a data folder. It dies with its process, however that ends."""

    def __init__(self, folder: Path, wait: float) -> None:
        """Take the lock, waiting up to `wait` seconds; raises `Busy` naming the holder."""
        with ExitStack() as held:
            held.enter_context(private_files())
            _make(folder)
            self._file = held.enter_context((folder / "lock").open("a+"))
            deadline = time.monotonic() + wait
            while not self._taken():
                if time.monotonic() >= deadline:
                    raise self._busy(folder)
                time.sleep(_STEP)
            self._file.truncate(0)
            self._file.write(str(os.getpid()))
            self._file.flush()
            self._held = held.pop_all()

    def release(self) -> None:
        """Let another process have the folder."""
        self._held.close()

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _busy(self, folder: Path) -> Busy:
        self._file.seek(0)
        holder = self._file.read().strip() or "unknown"
        return Busy(
            f"Process {holder} is using {folder}.",
            "Wait for it to end, stop it, or give another folder with --data.",
        )


def _make(folder: Path) -> None:
    """Make a folder, and those above it, where they are missing, to outlive a loss of power."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for each in missing:
        # Where names may be added and not listed, they cannot be synced either.
        with suppress(PermissionError):
            sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder be on disk; those of its files are not synced with the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
