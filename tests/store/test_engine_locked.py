"""What the engine refuses on the connections that serve: files, settings, extensions, no end."""

from pathlib import Path
from threading import Thread

import pytest
from tests.conftest import Folder, event, ndjson

from vaultmeter.model.errors import Invalid, TookTooLong, Unavailable
from vaultmeter.store import Store

_LONG = """
    select count(*)
    from range(10_000_000) as a(x)
    join range(10_000_000) as b(x) on (a.x * b.x) % 7 = 3
"""


@pytest.fixture
def store(folder: Folder) -> Store:
    """Give the store of a folder with an event."""
    folder.take("events", ndjson(event(1)), source="vault")
    return folder.app.store


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/etc/*')",
        "attach '{folder}/other.duckdb' as other",
        "copy (select 1) to '{folder}/out.csv'",
        "copy (select 1) to '{folder}/temporary/out.csv'",
        "export database '{folder}/out'",
        "install httpfs",
        "load httpfs",
        "set threads = 1",
        "set enable_external_access = true",
        "set disabled_optimizers = ''",
        "reset memory_limit",
        "set memory_limit = '100GB'",
        "pragma enable_profiling",
        "create table mine (a integer)",
        "delete from event",
        "checkpoint",
        "select 1; delete from event",
        "call pragma_version()",
    ],
)
def test_a_reader_only_reads_the_store(store: Store, tmp_path: Path, sql: str) -> None:
    """Nothing outside the store is read or written, whatever SQL somebody could bring in."""
    before = sorted(tmp_path.rglob("*"))
    with store.reader() as reader, pytest.raises(Invalid):
        reader.query(sql.format(folder=tmp_path / "data"))
    assert sorted(tmp_path.rglob("*")) == before
    assert store.query("select count(*) from event") == [(1,)]


@pytest.mark.parametrize(
    "sql",
    [
        "attach '{folder}/other.duckdb' as other",
        "copy (select 1) to '{folder}/out.csv'",
        "select * from read_text('/etc/passwd')",
        "install httpfs",
        "set threads = 1",
        "set lock_configuration = false",
    ],
)
def test_the_writer_has_no_other_files_either(store: Store, tmp_path: Path, sql: str) -> None:
    """Also the connection that writes is bound to the store and its temporary files."""
    with pytest.raises(Invalid):
        store.run(sql.format(folder=tmp_path))


def test_variables_of_the_program_are_no_tables(store: Store) -> None:
    """A name that is no table is looked for nowhere else."""
    secret = [(1,)]
    with pytest.raises(Invalid, match="secret"):
        store.query("select * from secret")
    assert secret


def test_a_question_that_takes_too_long_is_given_up(store: Store) -> None:
    """It ends with an error of its own, and others are answered while it runs and afterwards."""
    failed: list[BaseException] = []

    def ask() -> None:
        with pytest.raises(TookTooLong) as raised, store.reader(0.3) as reader:
            reader.query(_LONG)
        failed.append(raised.value)

    asking = Thread(target=ask)
    asking.start()
    with store.reader(20) as reader:
        assert reader.query("select count(*) from event") == [(1,)]
    asking.join(20)
    assert not asking.is_alive()
    assert failed
    assert store.query("select count(*) from event") == [(1,)]


def test_a_quick_question_is_not_held_up_by_its_limit(store: Store) -> None:
    """Nothing is interrupted once the answer is there."""
    with store.reader(0.2) as reader:
        assert reader.query("select 1") == [(1,)]
    with store.reader() as reader:
        assert reader.query("select count(*) from range(30_000_000)") == [(30_000_000,)]


def test_a_store_is_opened_again_while_somebody_reads(folder: Folder, store: Store) -> None:
    """Whoever is reading is told to come back, and everything is locked as before."""
    with pytest.raises(Unavailable), store.reader():
        folder.app.open_store()
    with pytest.raises(Invalid):
        folder.app.store.run("set threads = 1")
    assert folder.app.store.query("select count(*) from event") == [(1,)]


def test_changes_are_told(folder: Folder, store: Store) -> None:
    """The number stays while nothing is written, and is another one afterwards."""
    before = store.changes
    store.query("select 1")
    with store.reader() as reader:
        reader.query("select count(*) from event")
    assert store.changes == before
    folder.take("events", ndjson(event(2)), source="vault")
    assert store.changes > before
