"""Opens files only where a source may read.

A source that follows `/var/log/openbao/audit.log` reads regular files that lie in
`/var/log/openbao`, or below it, and in the folders that the settings allow besides. What counts is
where a file really lies, after every symbolic link: a link in that folder to `/etc/shadow` is not
read, and a link from one log to the next one beside it is. The folder itself may be a link, since
it was configured. A hard link cannot be told from a file; the system keeps users from making one to
what they may not read (`fs.protected_hardlinks`).
"""

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vaultmeter.model.errors import Invalid, NotFound

_DELETED = " (deleted)"
"""Ends the name the kernel gives for a file that has none any more (proc(5))."""


class Fence:
    """The folders whose files may be read."""

    def __init__(self, patterns: Iterable[str], allowed: Iterable[Path] = ()) -> None:
        """Allow the folders of paths and patterns, and others."""
        self._folders = [*map(_folder, patterns), *allowed]

    def open(self, path: Path) -> int:
        """A descriptor to read a file by; the caller closes it.

        Raises `NotFound` when there is none, and `Invalid` when it may not or cannot be read.
        """
        try:
            with _found(path) as found:
                self._check(path, found)
                # By this name it is the file that was checked, whatever its path means by now.
                return os.open(f"/proc/self/fd/{found}", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise NotFound(f"There is no file {path}.") from error
        except OSError as error:
            raise Invalid(
                f"{path} cannot be read: {error.strerror}.",
                "Let the user that vaultmeter runs as read the file and its folder.",
            ) from error

    def _check(self, path: Path, found: int) -> None:
        real = str(Path(f"/proc/self/fd/{found}").readlink())
        if real.endswith(_DELETED):
            raise FileNotFoundError
        folders = [Path(os.path.realpath(folder)) for folder in self._folders]
        if not any(Path(real).is_relative_to(folder) for folder in folders):
            raise Invalid(
                f"{path} leads to {real}, outside of the folders that this source may read.",
                "Follow that file by its own path, or allow its folder in the settings.",
            )
        if not stat.S_ISREG(os.fstat(found).st_mode):
            raise Invalid(f"{path} is no regular file.", "Follow a file; a socket is listened on.")


@contextmanager
def _found(path: Path) -> Iterator[int]:
    """A descriptor that names a file without opening it, so that nothing happens to a device."""
    found = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        yield found
    finally:
        os.close(found)


def _folder(pattern: str) -> Path:
    """The folder that a path or the fixed beginning of a pattern names."""
    fixed = Path(pattern)
    while glob.has_magic(str(fixed)):
        fixed = fixed.parent
    return fixed if fixed != Path(pattern) else fixed.parent
