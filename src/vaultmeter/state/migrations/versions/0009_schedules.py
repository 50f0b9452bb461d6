"""Reports that leave by themselves, and their runs."""

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    String,
    UniqueConstraint,
)

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "schedule",
        Column("id", Integer, primary_key=True),
        Column("name", String, nullable=False),
        Column("owner_kind", String, nullable=False),
        Column("owner", Integer, nullable=False),
        Column("owner_name", String, nullable=False),
        Column("owner_since", DateTime, nullable=True),
        Column("settings", String, nullable=False),
        Column("is_paused", Boolean, nullable=False),
        Column("paused_because", String, nullable=False),
        Column("planned_to", DateTime, nullable=False),
        Column("created", DateTime, nullable=False),
        Column("changed", DateTime, nullable=False),
        UniqueConstraint("owner_kind", "owner", "name", name="one_schedule_of_a_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "schedule_run",
        Column("id", Integer, primary_key=True),
        Column("schedule", Integer, ForeignKey("schedule.id", ondelete="cascade"), nullable=False),
        Column("due", DateTime, nullable=False),
        Column("way", String, nullable=False),
        Column("asked_by", String, nullable=False),
        Column("addressed", String, nullable=True),
        Column("state", String, nullable=False),
        Column("begun", Integer, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("next_attempt", DateTime, nullable=True),
        Column("lease", String, nullable=True),
        Column("leased_until", DateTime, nullable=True),
        Column("period_from", DateTime, nullable=True),
        Column("period_to", DateTime, nullable=True),
        Column("exports", String, nullable=False),
        Column("deliveries", String, nullable=False),
        Column("note", String, nullable=False),
        Column("error", String, nullable=False),
        Column("planned", DateTime, nullable=False),
        Column("started", DateTime, nullable=True),
        Column("ended", DateTime, nullable=True),
        UniqueConstraint("schedule", "due", "way", name="one_run_of_a_due_time"),
        CheckConstraint("way in ('planned', 'manual', 'test')", name="run_way"),
        CheckConstraint(
            "state in ('planned', 'making', 'delivering', 'done', 'failed', 'skipped')",
            name="run_state",
        ),
        sqlite_autoincrement=True,
    )
