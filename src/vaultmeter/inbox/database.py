"""The inbox's SQLite file: opened once, write-ahead log, every commit synced before it returns."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from shutil import disk_usage

import apsw

from vaultmeter.model.errors import Unavailable

_SQLITE_AT_LEAST = 3051003
"""Older ones can lose committed data when a write-ahead log is reset (sqlite.org/wal.html)."""
_ROOM_TO_OPEN = 1 << 20
"""Bytes that must be free: the log's index alone takes 32 KiB."""


def open_database(path: Path) -> apsw.Connection:
    """Open and migrate; raises `Unavailable` when the file cannot be used."""
    if apsw.sqlite_lib_version() and apsw.SQLITE_VERSION_NUMBER < _SQLITE_AT_LEAST:
        raise Unavailable(
            f"SQLite {apsw.sqlite_lib_version()} is too old.",
            "Install apsw 3.51.3 or later.",
        )
    try:
        connection = apsw.Connection(str(path))
        connection.set_busy_timeout(5000)
        for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
            connection.execute(f"pragma {pragma}").fetchall()
        _migrate(connection)
    except apsw.Error as error:
        hint = "It holds what was accepted: restore it from a backup, and keep the damaged file."
        if disk_usage(path.parent).free < _ROOM_TO_OPEN:
            hint = "The disk is full. Free some space and try again."
        raise Unavailable(f"The inbox {path} cannot be opened: {error}.", hint) from error
    return connection


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """Everything inside becomes durable together, or not at all."""
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        # When the disk is full SQLite has taken everything back already.
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def _migrate(connection: apsw.Connection) -> None:
    version = int(str(connection.execute("pragma user_version").fetchall()[0][0]))
    scripts = sorted(
        (entry for entry in files("vaultmeter.inbox.migrations").iterdir()), key=lambda e: e.name
    )
    for script in (entry for entry in scripts if entry.name.endswith(".sql")):
        number = int(script.name.split("_")[0])
        if number <= version:
            continue
        with transaction(connection):
            connection.execute(script.read_text("utf-8"))
            connection.execute(f"pragma user_version = {number}")
