"""What readers of the console keep: their preferences, and addresses of pages under a name."""

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, String

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "preferences",
        Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), primary_key=True),
        Column("settings", String, nullable=False),
    )
    op.create_table(
        "saved_view",
        Column("id", Integer, primary_key=True),
        Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), nullable=False),
        Column("name", String, nullable=False),
        Column("path", String, nullable=False),
        Column("query", String, nullable=False),
        Column("is_shared", Boolean, nullable=False),
        Column("created", DateTime, nullable=False),
        Column("deleted", DateTime, nullable=True),
        sqlite_autoincrement=True,
    )
