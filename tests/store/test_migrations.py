"""A store of an older version keeps its data when it is opened by a newer program."""

from pathlib import Path

import duckdb
from tests.conftest import Folder, rollup_differences, sample

from vaultmeter.model import kinds
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

    assert app.store.meta("schema") == "3"
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
    with duckdb.connect(str(path)) as connection:
        for rollup in ROLLUPS:
            connection.execute(f"drop table {rollup.table}")
        connection.execute("delete from meta where name = 'rolled' or name like 'rows:%'")
        connection.execute("update meta set value = '1' where name = 'schema'")
