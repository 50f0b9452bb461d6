"""What was done about somebody who leaves: the ticks of their check-list."""

from alembic import op
from sqlalchemy import Column, DateTime, String

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "leaver_tick",
        Column("account", String, primary_key=True),
        Column("user", String, primary_key=True),
        Column("step", String, primary_key=True),
        Column("at", DateTime, nullable=False),
        Column("by", String, nullable=False),
    )
