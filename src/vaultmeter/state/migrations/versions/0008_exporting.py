"""Files that were made, or are being made."""

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, String

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "export_file",
        Column("id", Integer, primary_key=True),
        Column("state", String, nullable=False),
        Column("title", String, nullable=False),
        Column("name", String, nullable=False),
        Column("stored", String, nullable=False),
        Column("format", String, nullable=False),
        Column("media_type", String, nullable=False),
        Column("wanted", String, nullable=False),
        Column("password_sealed", LargeBinary, nullable=True),
        Column("rows", Integer, nullable=False),
        Column("total", Integer, nullable=False),
        Column("bytes", Integer, nullable=False),
        Column("sha256", String, nullable=False),
        Column("complete_to", String, nullable=False),
        Column("grants", String, nullable=False),
        Column("error", String, nullable=False),
        Column("is_cancelled", Boolean, nullable=False),
        Column("in_background", Boolean, nullable=False),
        Column("by_kind", String, nullable=False),
        Column("by_id", Integer, nullable=False),
        Column("by_name", String, nullable=False),
        Column("asked", DateTime, nullable=False),
        Column("made", DateTime, nullable=True),
        Column("kept_until", DateTime, nullable=True),
        Column("schedule_run", Integer, nullable=True),
        sqlite_autoincrement=True,
    )
