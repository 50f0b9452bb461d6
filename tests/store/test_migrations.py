"""A store of an older version keeps its data when it is opened by a newer program."""

from pathlib import Path

import duckdb
from tests.conftest import Folder, rollup_differences, sample

from vaultmeter.model import kinds
from vaultmeter.settings import Settings
from vaultmeter.store.duckdb.engine import DuckDB, _migrate
from vaultmeter.store.rollup import ROLLUPS

ENUMS = {
    "kind": kinds.Kind,
    "intent": kinds.Intent,
    "outcome": kinds.Outcome,
    "evidence": kinds.Evidence,
    "identity_kind": kinds.IdentityKind,
    "product": kinds.Product,
}


def test_a_store_of_version_1_keeps_its_events_and_gets_rollups(folder: Folder) -> None:
    """A database without rollups is given them from its own events, without a rebuild."""
    folder.take("openbao", sample(), account="acme")
    wanted = folder.reports()
    folder.close()
    _back_to_version_1(folder.path / "store.duckdb")

    app = folder.open()

    assert int(app.store.meta("schema") or 0) > 1
    assert folder.reports() == wanted
    assert all(rollup_differences(app, rollup) == [] for rollup in ROLLUPS)
    assert folder.said == []


def test_migrating_twice_changes_nothing(folder: Folder) -> None:
    """Opening an up-to-date database runs no script."""
    folder.take("openbao", sample(), account="acme")
    events = folder.event_ids()

    folder.open()

    assert folder.event_ids() == events
    assert folder.app.store.query("select count(*) from meta where name = 'schema'") == [(1,)]


def test_enum_types_hold_the_words_of_the_model_in_order(folder: Folder) -> None:
    """The closed lists of the store are those of the code: a word more needs a migration."""
    for name, words in ENUMS.items():
        rows = folder.app.store.query(f"select unnest(enum_range(null::{name}))")

        assert [word for (word,) in rows] == [str(word) for word in words]


def _back_to_version_1(path: Path) -> None:
    """Make the database one that the first version would have made of the same records."""
    new = path.with_suffix(".new")
    path.rename(new)
    with duckdb.connect(str(path)) as connection:
        _migrate(DuckDB(connection, Settings()), up_to=1)
        connection.execute(f"attach '{new}' as new (read_only)")
        tables = "select table_name from duckdb_tables() where database_name = 'store'"
        for (table,) in connection.execute(tables).fetchall():
            columns = ", ".join(_columns(connection, table))
            where = "where name like 'mapping:%'" if table == "meta" else ""
            connection.execute(
                f"insert into {table} ({columns}) select {columns} from new.{table} {where}"
            )
    new.unlink()


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    rows = connection.execute(
        "select column_name from duckdb_columns() where table_name = ? and database_name = 'store'",
        [table],
    ).fetchall()
    return [name for (name,) in rows]
