"""Opens the sockets that receivers listen on."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vaultmeter.model.errors import Unavailable
from vaultmeter.receive.address import Address

MODE = 0o660
"""Who may send to a unix socket: our user and our group, to which the vault's user is added."""
_BACKLOG = 128
_RECEIVE_BUFFER = 4 << 20
"""Bytes of datagrams that may wait for us; the system may allow less (net.core.rmem_max)."""


@contextmanager
def bound(address: Address) -> Iterator[socket.socket]:
    """A socket that listens, or receives datagrams, without blocking; its file goes with it.

    Raises `Unavailable` when the place is taken or cannot be had.
    """
    try:
        opened = _local(address) if address.is_local else _remote(address)
    except OSError as error:
        raise Unavailable(
            f"Cannot listen at {address.url}: {error.strerror or error}.",
            "Stop what uses the address, or listen at another one.",
        ) from error
    with opened:
        own = _identity(address.path) if address.is_local else None
        try:
            yield opened
        finally:
            if own and _identity(address.path) == own:
                address.path.unlink(missing_ok=True)


def _remote(address: Address) -> socket.socket:
    kind = socket.SOCK_STREAM if address.is_stream else socket.SOCK_DGRAM
    found = socket.getaddrinfo(address.host, address.port, type=kind, flags=socket.AI_PASSIVE)
    family, _, _, _, place = found[0]
    opened = socket.socket(family, kind)
    if address.is_stream:
        # A port of a process that has just ended may be used again at once.
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return _ready(opened, address, place)


def _local(address: Address) -> socket.socket:
    kind = socket.SOCK_STREAM if address.is_stream else socket.SOCK_DGRAM
    _remove_stale(address.path, kind)
    opened = socket.socket(socket.AF_UNIX, kind)
    # The file is made with the mode of the socket, so that it is never open to others.
    os.fchmod(opened.fileno(), MODE)
    _ready(opened, address, str(address.path))
    address.path.chmod(MODE)
    return opened


def _ready(opened: socket.socket, address: Address, place: object) -> socket.socket:
    try:
        opened.settimeout(0)
        if not address.is_stream:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        opened.bind(place)  # type: ignore[arg-type]  # of the kind that the family wants
        if address.is_stream:
            opened.listen(_BACKLOG)
    except BaseException:
        opened.close()
        raise
    return opened


def _remove_stale(path: Path, kind: int) -> None:
    """Remove the socket file of a process that is gone; raises `OSError` when one is there."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise OSError(None, "a file that is no socket has that name")
    with socket.socket(socket.AF_UNIX, kind) as caller:
        caller.settimeout(0)
        try:
            caller.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
        except BlockingIOError:
            pass
    raise OSError(None, "another process listens there")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
