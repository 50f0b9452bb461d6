"""The inbox's SQLite file: opened once, write-ahead log, every commit synced before it returns."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from shutil import disk_usage
from threading import RLock
from typing import Any

import apsw

from vaultmeter.model.errors import Unavailable

_SQLITE_AT_LEAST = 3051003
"""Older ones can lose committed data when a write-ahead log is reset (sqlite.org/wal.html)."""
_ROOM_TO_OPEN = 1 << 20
"""Bytes that must be free: the log's index alone takes 32 KiB."""


class Database:
    """One connection that several threads may use, one after the other."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; `open_database` also migrates it."""
        self._connection = apsw.Connection(str(path))
        self._connection.set_busy_timeout(5000)
        self._alone = RLock()

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run a statement; answers its rows."""
        with self._alone:
            return self._connection.execute(sql, values).fetchall()

    def insert(self, sql: str, values: Sequence[Any]) -> int:
        """Insert a row; answers its id."""
        with self._alone:
            self._connection.execute(sql, values)
            return self._connection.last_insert_rowid()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside becomes durable together, or not at all; other threads wait."""
        with self._alone:
            self._connection.execute("begin immediate")
            try:
                yield
                self._connection.execute("commit")
            except BaseException:
                # When the disk is full SQLite has taken everything back already.
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    def close(self) -> None:
        """Close the file."""
        with self._alone:
            self._connection.close()


def open_database(path: Path) -> Database:
    """Open and migrate; raises `Unavailable` when the file cannot be used."""
    if apsw.SQLITE_VERSION_NUMBER < _SQLITE_AT_LEAST:
        raise Unavailable(
            f"SQLite {apsw.sqlite_lib_version()} is too old.",
            "Install apsw 3.51.3 or later.",
        )
    try:
        database = Database(path)
        for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
            database.execute(f"pragma {pragma}")
        _migrate(database)
    except apsw.Error as error:
        hint = "It holds what was accepted: restore it from a backup, and keep the damaged file."
        if disk_usage(path.parent).free < _ROOM_TO_OPEN:
            hint = "The disk is full. Free some space and try again."
        raise Unavailable(f"The inbox {path} cannot be opened: {error}.", hint) from error
    return database


@contextmanager
def accepting() -> Iterator[None]:
    """Whatever the disk refuses is an error that says that nothing was accepted."""
    try:
        yield
    except (OSError, apsw.FullError, apsw.IOError) as error:
        raise Unavailable(
            f"The inbox cannot write: {error}.",
            "Free some space in the data folder and run the same command again.",
        ) from error


def _migrate(database: Database) -> None:
    version = int(str(database.execute("pragma user_version")[0][0]))
    scripts = sorted(
        (entry for entry in files("vaultmeter.inbox.migrations").iterdir()), key=lambda e: e.name
    )
    for script in (entry for entry in scripts if entry.name.endswith(".sql")):
        number = int(script.name.split("_")[0])
        if number <= version:
            continue
        with database.transaction():
            database.execute(script.read_text("utf-8"))
            database.execute(f"pragma user_version = {number}")


def as_text(instant: datetime) -> str:
    """An instant as the inbox writes it down, in UTC."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
