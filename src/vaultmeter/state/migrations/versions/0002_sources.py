"""How the records of sources arrive."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, DateTime, String

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "source_settings",
        Column("name", String, primary_key=True),
        Column("connector", String, nullable=False),
        Column("account", String, nullable=False),
        Column("paths", String, nullable=False),
        Column("socket", String, nullable=True),
        Column("poll", String, nullable=True),
        Column("key_hash", String, nullable=True),
        Column("key_end", String, nullable=True),
        Column("key_made", DateTime, nullable=True),
        Column("made", DateTime, nullable=False),
        CheckConstraint(
            "(key_hash is null) = (key_made is null) and (key_hash is null) = (key_end is null)",
            name="key_whole",
        ),
    )
