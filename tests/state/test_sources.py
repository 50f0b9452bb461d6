"""How records of sources arrive: what was set is read back, and an old state is brought up."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from vaultmeter.model.collecting import KeyMark, Poll, SourceSettings
from vaultmeter.model.errors import Unavailable
from vaultmeter.state.database import HEAD, State, migrate
from vaultmeter.state.groups import groups
from vaultmeter.state.sources import (
    add_source_settings,
    remove_source_settings,
    set_key,
    source_settings,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLAIN = SourceSettings("bare", "events", "default", NOW)
FULL = SourceSettings(
    "bao",
    "openbao",
    "acme",
    NOW,
    (Path("/var/log/bao/audit.log"), Path("/tmp/ä b.log")),  # noqa: S108  a name, never opened
    "tcp://127.0.0.1:9090",
    Poll("https://bao:8200", "/etc/token", 3600, None, "team"),
    KeyMark("ab" * 32, "wxyz", NOW),
)


def test_settings_are_read_back_after_opening_again(tmp_path: Path) -> None:
    """Every way in which records arrive outlives the process, and so does the want of one."""
    state = State(tmp_path)
    with state.changing() as connection:
        add_source_settings(connection, PLAIN)
        add_source_settings(connection, FULL)
    state.close()
    with State(tmp_path).reading() as connection:
        assert source_settings(connection) == {"bao": FULL, "bare": PLAIN}


def test_a_key_takes_the_place_of_another(tmp_path: Path) -> None:
    """A source has one key; setting one says whether there is such a source."""
    mark = KeyMark("cd" * 32, "1234", NOW)
    with State(tmp_path).changing() as connection:
        add_source_settings(connection, FULL)
        assert set_key(connection, "bao", mark) == 1
        assert set_key(connection, "nobody", mark) == 0
        assert source_settings(connection)["bao"].key == mark
        assert remove_source_settings(connection, "bao") == 1
        assert remove_source_settings(connection, "bao") == 0
        assert source_settings(connection) == {}


def test_half_a_key_is_refused(tmp_path: Path) -> None:
    """A hash without its date would be a key that nobody made."""
    state = State(tmp_path)
    with state.changing() as connection:
        add_source_settings(connection, FULL)

    def harm() -> None:
        with state.changing() as connection:
            connection.execute(text("update source_settings set key_made = null"))

    with pytest.raises(Unavailable, match="constraint failed: key_whole"):
        harm()
    state.close()


def test_a_state_of_the_version_before_is_brought_up(tmp_path: Path) -> None:
    """What was decided before there were sources is there after opening."""
    engine = create_engine(f"sqlite:///{tmp_path / 'state.sqlite'}")
    migrate(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text("insert into account_group values ('eu', 'acme')"))
        assert "source_settings" not in inspect(connection).get_table_names()
    engine.dispose()
    state = State(tmp_path)
    with state.reading() as connection:
        assert groups(connection) == {"eu": ("acme",)}
        assert source_settings(connection) == {}
        assert connection.execute(text("select version_num from alembic_version")).all() == [
            (HEAD,)
        ]
    state.close()
