"""The DuckDB engine: opens the file, sets damage aside, translates its errors.

The file is a view of inbox and archive. A write-ahead log that does not replay, or a file that
does not open, is moved to `quarantine/`, and what is missing is flushed again.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from threading import Timer
from time import monotonic, sleep
from typing import Any

import duckdb

from vaultmeter.clock import Clock
from vaultmeter.failpoints import reach
from vaultmeter.model.errors import Invalid, StoreDamaged, VaultmeterError
from vaultmeter.settings import Settings
from vaultmeter.store.duckdb.errors import translated, translating
from vaultmeter.store.duckdb.shared import Shared

_NAME = "store.duckdb"
_STATEMENTS = 512
"""How many texts of statements are remembered as they were parsed."""
_ANSWERS = 1024
"""How many answers as of a state are remembered."""
_CLOSE_WITHIN, _CLOSE_AGAIN = 5.0, 0.001
"""Seconds within which a connection that is in use is closed, and after which it is tried again."""
_CHANGED = ["disabled_optimizers", "enable_progress_bar", "memory_limit"]
"""Settings that we change while it is open."""
_READS = {duckdb.StatementType.SELECT, duckdb.StatementType.TRANSACTION}
"""What a reader runs: everything else changes data, settings or files."""


class DuckDB:
    """A data folder's database, open and migrated."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        settings: Settings,
        shared: Shared | None = None,
        *,
        reads: bool = False,
    ) -> None:
        """Own an open connection; use `open_store` to get one. One that `reads` does only that."""
        self._connection, self._settings, self._reads = connection, settings, reads
        self._shared, self._is_first = shared or Shared(), shared is None
        self._writers: set[DuckDB] = set()
        """Those that are closed with this one."""
        self._is_within = False

    @property
    def changes(self) -> int:
        """Raised after everything that others may see since: equal numbers mean equal answers."""
        return self._shared.changes

    @property
    def is_open(self) -> bool:
        """Whether it can still be asked."""
        return self._shared.is_open

    def query(self, sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement and answer its rows; raises `StoreDamaged`."""
        with translating():
            return self._execute(sql, values).fetchall()

    def query_as_of(
        self, state: str, sql: str, values: dict[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run one statement, unless it was answered as of the same state; answer its rows."""
        *_, last = self._parsed(sql)
        answers, key = self._shared.answers, (state, sql, repr(_used(last, values)))
        known = answers.get(key)
        if known is None:
            if len(answers) >= _ANSWERS:
                answers.clear()
            known = answers[key] = self.query(sql, values)
        return known

    def chunks(
        self, sql: str, values: dict[str, Any] | None = None, rows: int = 10_000
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Run one statement and answer its rows by and by, so many at once."""
        with translating():
            result = self._execute(sql, values)
        while True:
            with translating():
                found = result.fetchmany(rows)
            if not found:
                return
            yield found

    def interrupt(self) -> None:
        """End what is being asked now, from another thread: it raises `TookTooLong`."""
        self._connection.interrupt()

    def parse(self, sql: str) -> Any:  # noqa: ANN401  a syntax tree is plain JSON
        """The syntax tree of a text of selects; raises `Invalid` for anything else."""
        tree = json.loads(self.query("select json_serialize_sql($text)", {"text": sql})[0][0])
        if tree["error"]:
            raise Invalid(f"This SQL cannot be a report: {tree['error_message']}")
        return tree

    def run(self, sql: str, values: dict[str, Any] | None = None) -> int:
        """Run one statement and answer how many rows it changed."""
        with translating():
            row = self._execute(sql, values).fetchone()
        if not self._is_within and not self._reads:
            self._shared.changes += 1
        return int(row[0]) if row and isinstance(row[0], int) else 0

    def offer(self, name: str, rows: object) -> None:
        """Make an Arrow table readable under a name."""
        self._connection.register(name, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, or take everything back when something raises."""
        self.run("begin transaction")
        self._is_within = True
        try:
            yield
        except BaseException:
            self._is_within = False
            self._roll_back()
            raise
        self._is_within = False
        self.run("commit")

    @contextmanager
    def beside(self, path: Path) -> Iterator[str]:
        """Make a new empty store that statements can write to as `beside`; one file at the end."""
        other = _opened(path, self._settings)
        other.checkpoint()
        other.close()
        quoted = str(path).replace("'", "''")
        self.run(f"attach '{quoted}' as beside")
        try:
            with self.transaction():
                yield "beside"
            self.run("checkpoint beside")
        finally:
            self.run("detach beside")

    @contextmanager
    def reader(self, seconds: float | None = None) -> Iterator["DuckDB"]:
        """The same database over a connection of its own, for another thread to read.

        What takes longer than `seconds` is given up, with `TookTooLong`.
        """
        # Several statements make an answer, and what is folded between two would count twice.
        with (
            self._shared.readers.another(),
            closing(self._another(reads=True)) as other,
            _within(other, seconds),
            other.transaction(),
        ):
            yield other

    @contextmanager
    def writer(self) -> Iterator["DuckDB"]:
        """The same database over a connection of its own that may write; closed with this one."""
        with self._shared.opening:
            other = self._another(reads=False)
            self._writers.add(other)
        try:
            yield other
        finally:
            with self._shared.opening:
                self._writers.discard(other)
                other.close()

    def checkpoint(self) -> bool:
        """Fold the write-ahead log into the file; false when other work under way forbids it."""
        reach("checkpoint-begun")
        try:
            self.run("checkpoint")
        except Invalid:
            return False
        reach("checkpoint-done")
        return True

    def give_back(self) -> bool:
        """Forget the blocks that are gone; false, and nothing is done, while somebody reads.

        DuckDB 2.0 (`BufferPool::PurgeQueue`) keeps an entry for each block it gave back until a
        queue has tens of thousands of them, which small flushes take hours to fill. Asked for
        less memory than is in use it goes through its queues, and refuses. What others do
        meanwhile would be refused with it.
        """
        with self._shared.readers.nobody() as alone:
            if alone:
                with translating(), suppress(duckdb.OutOfMemoryException):
                    self._connection.execute("set memory_limit = '0B'")
                    self._connection.execute(f"set memory_limit = '{self._settings.memory_limit}'")
        return alone

    def meta(self, name: str) -> str | None:
        """A remembered value."""
        rows = self.query("select value from meta where name = $name", {"name": name})
        return rows[0][0] if rows else None

    def remember(self, name: str, value: str) -> None:
        """Keep a value under a name."""
        self.run("delete from meta where name = $name", {"name": name})
        self.run("insert into meta values ($name, $value)", {"name": name, "value": value})

    def position(self) -> int:
        """The number of the last batch that is wholly in the store, 0 for none."""
        return int(self.query("select coalesce(max(batch), 0) from flushed")[0][0])

    def close(self) -> None:
        """Release the file, as soon as nobody asks for a reader at this very moment."""
        if self._is_first:
            self._close_writers()
        until = monotonic() + _CLOSE_WITHIN
        while True:
            try:
                return self._connection.close()
            except duckdb.ResourceInUseException as error:
                if monotonic() > until:
                    raise translated(error) from error
                sleep(_CLOSE_AGAIN)

    def _close_writers(self) -> None:
        with self._shared.opening:
            self._shared.is_open = False
            for writer in self._writers:
                writer.interrupt()
                writer.close()
            self._writers.clear()

    def _another(self, *, reads: bool) -> "DuckDB":
        try:
            connection = self._connection.cursor()
        except duckdb.Error as error:
            raise translated(error) from error
        return DuckDB(connection, self._settings, self._shared, reads=reads)

    def _roll_back(self) -> None:
        try:
            self.run("rollback")
        except VaultmeterError:
            # The transaction is gone with the error that is being raised already.
            return

    def _parsed(self, sql: str) -> list[duckdb.Statement]:
        """The statements of a text. Flushes and reports repeat theirs: an eighth of their time."""
        statements = self._shared.statements
        known = statements.get(sql)
        if known is None:
            if len(statements) >= _STATEMENTS:
                statements.clear()
            known = statements[sql] = self._connection.extract_statements(sql)
        return known

    def _execute(self, sql: str, values: dict[str, Any] | None) -> duckdb.DuckDBPyConnection:
        *before, last = statements = self._parsed(sql)
        if self._reads and not all(each.type in _READS for each in statements):
            raise Invalid("A reader runs selects alone.")
        for statement in before:
            self._connection.execute(statement)
        return self._connection.execute(last, _used(last, values))


def _used(statement: duckdb.Statement, values: dict[str, Any] | None) -> dict[str, Any]:
    values = values or {}
    return {name: values[name] for name in sorted(statement.named_parameters) if name in values}


def open_store(
    folder: Path, settings: Settings, clock: Clock, say: Callable[[str], None]
) -> DuckDB:
    """Open the database of a data folder, setting aside what is damaged, and migrate it.

    `say` is told of damage; what is missing then has to be flushed again.
    """
    path = folder / _NAME
    for name in (path.with_name(_NAME + ".wal"), path):
        try:
            return _opened(path, settings)
        except StoreDamaged as damage:
            say(f"The store is damaged; what is missing is made again. ({damage.message})")
            set_aside(name, clock)
    return _opened(path, settings)


def discard_store(folder: Path, clock: Clock, *, keep: bool) -> None:
    """Remove the database of a data folder, or keep it in `quarantine/` when it is damaged."""
    for name in (_NAME + ".wal", _NAME):
        if keep:
            set_aside(folder / name, clock)
        else:
            (folder / name).unlink(missing_ok=True)


def lay(folder: Path, beginning: Path) -> None:
    """Make a file the database of a data folder that has none."""
    beginning.rename(folder / _NAME)


def set_aside(path: Path, clock: Clock) -> None:
    """Move a damaged file to the quarantine folder beside it, if it is there."""
    if not path.exists():
        return
    quarantine = path.parent / "quarantine"
    quarantine.mkdir(exist_ok=True, mode=0o700)
    path.rename(quarantine / f"{clock():%Y%m%dT%H%M%S%f}-{path.name}")


def _opened(path: Path, settings: Settings) -> DuckDB:
    options: dict[str, Any] = {
        "memory_limit": settings.memory_limit,
        "temp_directory": str(path.parent / "temporary"),
        "preserve_insertion_order": False,
        "wal_autocheckpoint": "1GB",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
    }
    if settings.threads:
        options["threads"] = settings.threads
    try:
        store = DuckDB(duckdb.connect(str(path), config=options), settings)
        store.run("set enable_progress_bar = false")
        # Where readers are left of when it was open before, it is the very same engine.
        if not store.query("select current_setting('lock_configuration')")[0][0]:
            _lock(store, path.parent / "temporary")
        _migrate(store)
    except duckdb.Error as error:
        raise translated(error) from error
    return store


def _lock(store: DuckDB, temporary: Path) -> None:
    """Leave the engine no files but its own and temporary ones, no extensions, and no settings."""
    quoted = str(temporary.resolve()).replace("'", "''")
    store.run("set global timezone = 'UTC'")
    store.run(f"set allowed_directories = ['{quoted}']")
    store.run("set enable_external_access = false")
    store.run(f"set allowed_configs = {_CHANGED}")
    store.run("set lock_configuration = true")


@contextmanager
def _within(reader: DuckDB, seconds: float | None) -> Iterator[None]:
    """Interrupt whatever a reader asks after so many seconds."""
    if seconds is None:
        yield
        return
    timer = Timer(seconds, reader.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _migrate(store: DuckDB, up_to: int | None = None) -> None:
    """Run the scripts that the database has not seen, each in a transaction of its own."""
    known = store.query("select 1 from duckdb_tables() where table_name = 'meta'")
    version = int(store.meta("schema") or 0) if known else 0
    scripts = [
        entry
        for entry in files("vaultmeter.store.duckdb.migrations").iterdir()
        if entry.name.endswith(".sql")
    ]
    for script in sorted(scripts, key=lambda entry: entry.name):
        number = int(script.name.split("_")[0])
        if number <= version or (up_to is not None and number > up_to):
            continue
        with store.transaction():
            store.run(script.read_text("utf-8"))
            store.remember("schema", str(number))
