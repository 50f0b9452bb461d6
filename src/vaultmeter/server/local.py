"""Where the socket file is by which the command line talks to the server of a data folder."""

import os
import stat
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir

from vaultmeter.model.errors import Unavailable

_LONGEST = 107
"""Bytes of a path that the kernel takes for a socket: `sun_path` of unix(7), less its end."""
_SOCKET, _POINTER = "server.sock", "server.sock.path"


def local_socket(data: Path) -> Path:
    """The socket file of a folder's server, whether or not one runs."""
    pointer = data / _POINTER
    if pointer.is_file():
        return Path(pointer.read_text("utf-8"))
    return data / _SOCKET


def prepare_local_socket(data: Path) -> Path:
    """A free path for the socket file; what a killed server left there is removed.

    Where the folder's path is too long for a socket, it lies in a folder of our own among the
    temporary files, and a file in the data folder says where. Raises `Unavailable`. The caller
    holds the lock of the folder.
    """
    path = data.resolve() / _SOCKET
    (data / _POINTER).unlink(missing_ok=True)
    if len(os.fsencode(path)) > _LONGEST:
        path = _temporary_folder(data) / _SOCKET
        (data / _POINTER).write_text(str(path), "utf-8")
    path.unlink(missing_ok=True)
    return path


def _temporary_folder(data: Path) -> Path:
    name = sha256(os.fsencode(data.resolve())).hexdigest()[:16]
    folder = Path(gettempdir()) / f"vaultmeter-{os.getuid()}-{name}"
    if len(os.fsencode(folder / _SOCKET)) > _LONGEST:
        raise Unavailable(
            f"{data} and {gettempdir()} are both too long for a socket file.",
            "Set TMPDIR to a short path, or move the data folder.",
        )
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Unavailable(
            f"{folder} is not a folder of this user alone.", "Remove it and start again."
        )
    return folder
