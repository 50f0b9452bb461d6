"""What readers chose is kept one by one, and goes with them."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete

from vaultmeter.access.users import insert_user
from vaultmeter.state.database import State
from vaultmeter.state.preferences import preferences, set_preferences
from vaultmeter.state.tables import USER_LOGIN

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_each_user_has_their_own(tmp_path: Path) -> None:
    """The last choice holds, others have none, and a user who is deleted leaves nothing."""
    state = State(tmp_path)
    with state.changing() as connection:
        ann, bob = (insert_user(connection, name, "", "x", NOW) for name in ("ann", "bob"))
        set_preferences(connection, ann, {"zone": "Asia/Kolkata"})
        set_preferences(connection, ann, {"zone": "Europe/Paris", "shortcuts": False})
    with state.changing() as connection:
        assert preferences(connection, ann) == {"zone": "Europe/Paris", "shortcuts": False}
        assert preferences(connection, bob) is None
        connection.execute(delete(USER_LOGIN).where(USER_LOGIN.c.id == ann))
        assert preferences(connection, ann) is None
