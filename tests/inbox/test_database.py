"""Checks the inbox's SQLite file: its settings, its migrations, and what is not one."""

from importlib.resources import files
from pathlib import Path

import apsw
import pytest
from tests.conftest import run

from vaultmeter.inbox.database import Database, open_database
from vaultmeter.model.errors import Unavailable


def migrate_halfway(connection: Database) -> None:
    """Run a migration that fails at its end."""
    with connection.transaction():
        connection.execute("create table half (id integer)")
        connection.execute("pragma user_version = 99")
        connection.execute("create table half (id integer)")


def version_of(connection: Database) -> object:
    """Read the number of the last migration."""
    return connection.execute("pragma user_version")[0][0]


def test_every_commit_is_synced(tmp_path: Path) -> None:
    """The file has a write-ahead log, is synced at each commit, and checks its references."""
    connection = open_database(tmp_path / "inbox.sqlite")

    answers = [
        connection.execute(f"pragma {name}")[0][0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    ]

    assert answers == ["wal", 2, 1]
    connection.close()


def test_a_new_file_has_all_migrations(tmp_path: Path) -> None:
    """A new inbox is at the number of the last script, with the tables of all scripts."""
    scripts = [entry.name for entry in files("vaultmeter.inbox.migrations").iterdir()]
    newest = max(int(name[:4]) for name in scripts if name.endswith(".sql"))

    connection = open_database(tmp_path / "inbox.sqlite")

    tables = connection.execute("select name from sqlite_schema where type = 'table'")
    assert version_of(connection) == newest
    assert {("source",), ("file",), ("segment",), ("batch",)} <= set(tables)
    connection.close()


def test_migrations_run_once(tmp_path: Path) -> None:
    """Opening an inbox again changes nothing in it."""
    first = open_database(tmp_path / "inbox.sqlite")
    first.execute("insert into source values (1, 'vault', 'events', 'acme', 'now')")
    first.close()

    second = open_database(tmp_path / "inbox.sqlite")

    assert second.execute("select name from source") == [("vault",)]
    second.close()


def test_a_migration_cut_short_leaves_no_trace(tmp_path: Path) -> None:
    """A table and a version number that are set before an error are gone after it."""
    connection = open_database(tmp_path / "inbox.sqlite")
    before = version_of(connection)

    with pytest.raises(apsw.SQLError):
        migrate_halfway(connection)

    tables = connection.execute("select name from sqlite_schema where name = 'half'")
    assert tables == []
    assert version_of(connection) == before
    connection.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A damaged inbox is not replaced by an empty one: it is an error that says to restore it."""
    path = tmp_path / "inbox.sqlite"
    path.write_bytes(b"this is no database, and long enough to be looked at as one" * 100)

    with pytest.raises(Unavailable, match="cannot be opened") as raised:
        open_database(path)

    assert "backup" in raised.value.hint
    assert path.read_bytes().startswith(b"this is no database")


def test_the_command_line_refuses_a_damaged_inbox(tmp_path: Path) -> None:
    """A process ends with exit code 5 and says which file cannot be opened."""
    (tmp_path / "inbox.sqlite").write_bytes(b"no database " * 1_000)

    done = run("--data", tmp_path, "report", "users")

    assert done.returncode == 5
    assert str(tmp_path / "inbox.sqlite") in done.stderr.decode()
