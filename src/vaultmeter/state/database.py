"""The state's database: opened once, migrated when it is behind, every change a transaction."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from itertools import count
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from vaultmeter.model.errors import Unavailable

HEAD = "0010"
"""The newest migration."""
_NAME = "state.sqlite"
_WRITES = "vaultmeter_writes"
"""The option of connections that are going to write."""


class _Connection(sqlite3.Connection):
    """The driver's connection, which leaves no read open behind a transaction.

    A cursor that was not read to its end, and hangs on an exception, would hold its lock on the
    file until it is collected: nobody could commit meanwhile.
    """

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  the driver's
        """Open as the driver does."""
        super().__init__(*given, **named)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401  the driver's
        """Give a cursor, and remember it."""
        cursor = super().cursor(*given, **named)
        self._cursors.add(cursor)
        return cursor

    def commit(self) -> None:
        """Close what is being read, and commit."""
        self._close_cursors()
        super().commit()

    def rollback(self) -> None:
        """Close what is being read, and roll back."""
        self._close_cursors()
        super().rollback()

    def _close_cursors(self) -> None:
        for cursor in list(self._cursors):
            cursor.close()
        self._cursors.clear()


class State:
    """What people have decided, in a data folder."""

    def __init__(self, folder: Path) -> None:
        """Open the database of a folder, or make it; raises `Unavailable`."""
        self._path = folder / _NAME
        self._engine = create_engine(
            f"sqlite:///{self._path}", connect_args={"factory": _Connection}
        )
        self._numbers = count(1)
        self.changes = 0
        """Another number after every change: equal ones mean equal decisions."""
        event.listen(self._engine, "connect", _on_connect)
        event.listen(self._engine, "begin", _on_begin)
        self._writer = self._engine.execution_options(**{_WRITES: True})
        with self._translating():
            if _version(self._engine) != HEAD:
                migrate(self._engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with."""
        with self._translating(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def changing(self, *, decides: bool = True) -> Iterator[Connection]:
        """Give a connection whose changes hold together at the end, or not at all.

        What changes nothing that an answer rests on, such as a worker's own notes, does not
        `decide`: answers that are kept hold on.
        """
        try:
            with self._translating(), self._writer.begin() as connection:
                yield connection
        finally:
            if decides:
                self.changes = next(self._numbers)

    def close(self) -> None:
        """Release the file."""
        self._engine.dispose()

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise Unavailable(
                f"The state {self._path} cannot be used: {error.orig}.",
                "It holds definitions, limits and groups: restore it from a backup.",
                inside=True,
            ) from error


def migrate(engine: Engine, to: str = "head") -> None:
    """Bring a database's tables to a version."""
    # Most starts find nothing to do, and the library takes longer to load than a report.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with as_file(files("vaultmeter.state.migrations")) as scripts, engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(scripts))
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("select version_num from alembic_version")).scalar()


def _on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # The driver would begin transactions late and run the scripts outside of any.
    connection.isolation_level = None
    for pragma in ("journal_mode = delete", "synchronous = full", "foreign_keys = on"):
        connection.cursor().execute(f"pragma {pragma}")


def _on_begin(connection: Connection) -> None:
    # One that reads first and writes then would be refused where another one came in between.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("begin immediate" if writes else "begin")
