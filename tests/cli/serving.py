"""A server as a process, for the commands that talk to it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx
from tests.conftest import started
from tests.warm import Process

from vaultmeter.server.local import local_socket

_PATIENCE = 60.0
_ENDED_BY_SIGTERM = 0


@contextmanager
def serving(data: Path, **settings: str) -> Iterator[Process]:
    """Run a server of a folder within a block, ready from the start, and end it in order."""
    words = ("--data", data, "serve", "--listen", "127.0.0.1:0")
    set_ = {"VAULTMETER_RESERVE_BYTES": "0"} | {
        f"VAULTMETER_{name.upper()}": value for name, value in settings.items()
    }
    log, nothing = data.parent / "server.log", Path(os.devnull)
    with log.open("wb") as told, nothing.open("rb") as given, nothing.open("wb") as out:
        process = started(words, set_, (given.fileno(), out.fileno(), told.fileno()))
        try:
            wait_until_ready(data, process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(_PATIENCE)
    assert code in {_ENDED_BY_SIGTERM, -signal.SIGKILL}, log.read_text("utf-8")


def wait_until_ready(data: Path, process: Process) -> None:
    """Wait until a server answers that every part of it works."""
    until = monotonic() + _PATIENCE
    while not _is_open(data):
        assert process.poll() is None, (data.parent / "server.log").read_text("utf-8")
        assert monotonic() < until, (data.parent / "server.log").read_text("utf-8")
        sleep(0.05)


def _is_open(data: Path) -> bool:
    """Whether inbox and store are open; receivers may be waiting for files."""
    path = local_socket(data)
    if not os.path.exists(path):  # noqa: PTH110  a socket is no file to open
        return False
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as client:
            parts = client.get("http://vaultmeter/readyz").json()["components"]
    except httpx.TransportError:
        return False
    return all(part["ok"] for part in parts if part["name"] in {"inbox", "store"})
