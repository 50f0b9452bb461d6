"""The state: its tables are those the scripts make, and what is decided is read back."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, insert, select, text

from vaultmeter.model.errors import Invalid, Unavailable
from vaultmeter.model.kinds import Kind, Product
from vaultmeter.model.retention import Deletion
from vaultmeter.model.status import PRESETS, StatusDefinition, preset_named
from vaultmeter.model.terms import ALWAYS, Limit, Terms
from vaultmeter.state.database import State
from vaultmeter.state.definitions import set_status_definition, status_definitions
from vaultmeter.state.groups import remove_group, set_group
from vaultmeter.state.limits import remove_limit, set_limit
from vaultmeter.state.retention import add_runs, retention, runs, set_retention
from vaultmeter.state.tables import ACCOUNT_GROUP, METADATA
from vaultmeter.state.terms import terms

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_the_scripts_make_the_declared_tables(tmp_path: Path) -> None:
    """Migrated from nothing, the database has the tables of `tables`, and no others."""
    with State(tmp_path).reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_nothing_decided(tmp_path: Path) -> None:
    """A new folder has the built-in definition, no limits and no groups."""
    with State(tmp_path).reading() as connection:
        assert terms(connection) == Terms()


def test_what_was_decided_is_read_back_after_opening_again(tmp_path: Path) -> None:
    """Limits, groups and definitions outlive the process that set them."""
    always, later = Limit("sm", "*", ALWAYS, 500), Limit("sm", "acme", date(2026, 3, 1), None)
    state = State(tmp_path)
    with state.changing() as connection:
        set_limit(connection, Limit("sm", "*", ALWAYS, 400))
        set_limit(connection, always)
        set_limit(connection, later)
        set_group(connection, "eu", ["acme", "globex/*", "acme"])
        set_status_definition(connection, preset_named("github", 1), NOW)
    state.close()
    with State(tmp_path).reading() as connection:
        read = terms(connection)
    assert read.limits == (always, later)
    assert read.groups == {"eu": ("acme", "globex/*")}
    assert read.status == preset_named("github", 2)


def test_removing(tmp_path: Path) -> None:
    """A limit goes by month or altogether, a group altogether; each says how many went."""
    with State(tmp_path).changing() as connection:
        for month in (ALWAYS, date(2026, 3, 1), date(2026, 4, 1)):
            set_limit(connection, Limit("sm", "acme", month, 5))
        set_group(connection, "eu", ["acme"])
        assert remove_limit(connection, "sm", "acme", date(2026, 3, 1)) == 1
        assert remove_limit(connection, "sm", "acme", None) == 2
        assert remove_limit(connection, "sm", "acme", None) == 0
        assert remove_group(connection, "eu") == 1
        assert terms(connection) == Terms()


def test_a_definition_is_a_new_version_only_when_it_differs(tmp_path: Path) -> None:
    """Setting what holds already makes no version; anything else makes the next."""
    with State(tmp_path).changing() as connection:
        assert set_status_definition(connection, StatusDefinition(), NOW).version == 1
        other = StatusDefinition(preset="custom", minimum=3, kinds=(Kind.LOGIN,))
        assert set_status_definition(connection, other, NOW).version == 2
        assert set_status_definition(connection, other, NOW).version == 2
        assert set_status_definition(connection, StatusDefinition(), NOW).version == 3
        versions = status_definitions(connection)
    assert [definition.version for definition, _ in versions] == [1, 2, 3]
    assert [made for _, made in versions] == [None, NOW, NOW]


def test_a_change_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Changes hold together or not at all."""
    state = State(tmp_path)

    def set_and_fail() -> None:
        with state.changing() as connection:
            set_group(connection, "eu", ["acme"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        set_and_fail()
    with state.reading() as connection:
        assert terms(connection) == Terms()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """A state that is no database says which file it is and what to do."""
    (tmp_path / "state.sqlite").write_bytes(b"this is no database" * 300)
    with pytest.raises(Unavailable, match=r"state\.sqlite"):
        State(tmp_path)


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_say_what_they_are(preset: str) -> None:
    """Each preset carries its name and says in words what it takes to be active."""
    definition = preset_named(preset, 4)
    assert definition.preset == preset
    assert definition.text().startswith(f"Version 4 ({preset})")


@pytest.mark.parametrize(
    "wrong",
    [{"window_days": 0}, {"dormancy_days": 0}, {"grace_days": -1}, {"minimum": 0}, {"intents": ()}],
)
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    """A definition that nobody could meet, or everybody would, is no definition."""
    with pytest.raises(Invalid):
        StatusDefinition(**wrong)  # type: ignore[arg-type]


def test_retention_is_twelve_months_unless_decided(tmp_path: Path) -> None:
    """What was decided replaces the default, and for ever is a decision too."""
    with State(tmp_path).changing() as connection:
        assert set(retention(connection).values()) == {12}
        for months in (3, 24):
            set_retention(connection, Product.PM, months)
        set_retention(connection, Product.SRA, None)
        assert retention(connection) == {Product.SM: 12, Product.PM: 24, Product.SRA: None}


def test_a_deletion_is_recorded_once(tmp_path: Path) -> None:
    """Recording again after a kill adds nothing; freed bytes are shared out by events."""
    before = datetime(2025, 7, 1, tzinfo=UTC)
    deletions = [Deletion(NOW, "sm", before, 30, 999), Deletion(NOW, "pm", before, 10, 999)]
    with State(tmp_path).changing() as connection:
        add_runs(connection, deletions, 400)
        add_runs(connection, deletions, 500)
        recorded = runs(connection)
    assert [(run.applied, run.product, run.before, run.events) for run in recorded] == [
        (NOW, "sm", before, 30),
        (NOW, "pm", before, 10),
    ]
    assert [run.freed_bytes for run in recorded] == [300, 100]


def test_a_read_that_was_left_open_holds_up_nobody(tmp_path: Path) -> None:
    """Rows that nobody read to the end, such as those of a failure, lock nothing behind them."""
    state = State(tmp_path)
    with state.changing() as connection:
        for number in range(3):
            connection.execute(insert(ACCOUNT_GROUP).values(name=f"g{number}", account="acme"))
    with state.reading() as connection:
        left = connection.execute(select(ACCOUNT_GROUP))
        assert left.fetchone() is not None
        with state.reading():
            # Another connection of the pool, which is used next.
            pass
    with state.changing() as connection:
        connection.execute(text("pragma busy_timeout = 1"))
        connection.execute(delete(ACCOUNT_GROUP))
    state.close()
