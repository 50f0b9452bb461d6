"""What readers chose for their own pages."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from vaultmeter.state.tables import PREFERENCES


def preferences(connection: Connection, user: int) -> dict[str, Any] | None:
    """What a user chose, by name; `None` for one who never did."""
    statement = select(PREFERENCES.c.settings).where(PREFERENCES.c.user == user)
    settings = connection.execute(statement).scalar()
    return None if settings is None else dict(json.loads(settings))


def set_preferences(connection: Connection, user: int, chosen: Mapping[str, object]) -> None:
    """Keep what a user chose, in place of what there was."""
    connection.execute(delete(PREFERENCES).where(PREFERENCES.c.user == user))
    connection.execute(insert(PREFERENCES).values(user=user, settings=json.dumps(dict(chosen))))
