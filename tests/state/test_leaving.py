"""The check-list of somebody who leaves: its ticks are kept, each once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from vaultmeter.state.database import State
from vaultmeter.state.leaving import Tick, remove_tick, set_tick, ticks

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_ticks_outlive_the_process_and_belong_to_one_user(tmp_path: Path) -> None:
    """A tick is read back after opening again, for the user of that account alone."""
    state = State(tmp_path)
    with state.changing() as connection:
        set_tick(connection, "acme", "ann", "rotate", Tick(NOW, "admin"))
        set_tick(connection, "globex", "ann", "revoke", Tick(NOW, "admin"))
    state.close()
    with State(tmp_path).reading() as connection:
        assert ticks(connection, "acme", "ann") == {"rotate": Tick(NOW, "admin")}
        assert ticks(connection, "acme", "bob") == {}


def test_the_first_tick_holds_until_it_is_removed(tmp_path: Path) -> None:
    """Who ticks what is ticked already changes nothing; removed, it can be ticked anew."""
    later = Tick(NOW + timedelta(hours=1), "reader")
    with State(tmp_path).changing() as connection:
        set_tick(connection, "acme", "ann", "rotate", Tick(NOW, "admin"))
        set_tick(connection, "acme", "ann", "rotate", later)
        assert ticks(connection, "acme", "ann")["rotate"].by == "admin"
        remove_tick(connection, "acme", "ann", "rotate")
        set_tick(connection, "acme", "ann", "rotate", later)
        assert ticks(connection, "acme", "ann") == {"rotate": later}
