"""Instants in the state's database."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, text

from vaultmeter.state.database import State
from vaultmeter.state.tables import USER_GROUP

NOON = datetime(2026, 7, 1, 12, 0, 0, 250, tzinfo=UTC)


def test_instants_of_any_zone_are_kept_and_read_in_utc(tmp_path: Path) -> None:
    """An instant of another zone is written without one, in UTC, compared so, and read aware."""
    local = NOON.astimezone(ZoneInfo("Asia/Kolkata"))
    with State(tmp_path).changing() as connection:
        connection.execute(insert(USER_GROUP).values(name="ops", created=local))
        written = connection.execute(text("select created from user_group")).scalar()
        read = connection.execute(
            select(USER_GROUP.c.created).where(USER_GROUP.c.created <= local)
        ).scalar_one()
    assert written == "2026-07-01 12:00:00.000250"
    assert (read, read.tzinfo) == (NOON, UTC)
