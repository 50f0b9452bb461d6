"""A real PostgreSQL server, for which a vault makes credentials."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 30.0
_MISSING = "PostgreSQL is missing: apt-get install -y postgresql (make test does it)."


@contextmanager
def postgresql() -> Iterator[int]:
    """Give the port of a server that lets the user `postgres` in without a password."""
    binaries = _binaries()
    # It refuses root, and must be able to reach its folder.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="vaultmeter-postgresql-"))
    if user:
        shutil.chown(folder, user)
    port = _free_port()
    initdb = f"{binaries}/initdb -D data -U postgres -A trust --no-sync".split()
    subprocess.run(initdb, user=user, cwd=folder, check=True, capture_output=True)  # noqa: S603
    server = subprocess.Popen(  # noqa: S603
        f"{binaries}/postgres -D data -k {folder} -h 127.0.0.1 -p {port} -c fsync=off".split(),
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(binaries, port)
        yield port
    finally:
        server.terminate()
        server.wait(_PATIENCE)
        shutil.rmtree(folder)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    on_path = shutil.which("postgres")
    assert found or on_path, _MISSING
    return (found[-1] if found else Path(str(on_path))).parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(binaries: Path, port: int) -> None:
    ready = f"{binaries}/pg_isready -q -h 127.0.0.1 -p {port}".split()
    deadline = time.monotonic() + _PATIENCE
    while subprocess.run(ready, check=False).returncode:  # noqa: S603
        assert time.monotonic() < deadline, "PostgreSQL does not answer."
        time.sleep(0.05)
