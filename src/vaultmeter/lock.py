"""One process has a data folder at a time; the others are told which one."""

import fcntl
import os
import time
from pathlib import Path

from vaultmeter.model.errors import Busy

_STEP = 0.05


class FolderLock:
    """An advisory lock on a data folder. It dies with its process, however that ends."""

    def __init__(self, folder: Path, wait: float) -> None:
        """Take the lock, waiting up to `wait` seconds; raises `Busy` naming the holder."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = (folder / "lock").open("a+")
        deadline = time.monotonic() + wait
        while not self._taken():
            if time.monotonic() >= deadline:
                raise self._busy(folder)
            time.sleep(_STEP)
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Let another process have the folder."""
        self._file.close()

    def _taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _busy(self, folder: Path) -> Busy:
        self._file.seek(0)
        holder = self._file.read().strip() or "unknown"
        self._file.close()
        return Busy(
            f"Process {holder} is using {folder}.",
            "Wait for it to end, stop it, or give another folder with --data.",
        )
