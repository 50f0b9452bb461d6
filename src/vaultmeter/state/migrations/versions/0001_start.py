"""Definitions, limits, groups of accounts, retention."""

from alembic import op
from sqlalchemy import CheckConstraint, Column, Date, DateTime, Integer, String

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "definition",
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("settings", String, nullable=False),
        Column("made", DateTime, nullable=False),
    )
    op.create_table(
        "client_limit",
        Column("product", String, primary_key=True),
        Column("account", String, primary_key=True),
        Column("month", Date, primary_key=True),
        Column("clients", Integer, nullable=True),
        CheckConstraint("clients is null or clients >= 0", name="clients_not_negative"),
    )
    op.create_table(
        "account_group",
        Column("name", String, primary_key=True),
        Column("account", String, primary_key=True),
    )
    op.create_table(
        "retention",
        Column("product", String, primary_key=True),
        Column("months", Integer, nullable=True),
        CheckConstraint("months is null or months >= 1", name="months_at_least_one"),
    )
    op.create_table(
        "retention_run",
        Column("id", Integer, primary_key=True),
        Column("applied", DateTime, nullable=False),
        Column("product", String, nullable=False),
        Column("before", DateTime, nullable=False),
        Column("events", Integer, nullable=False),
        Column("freed_bytes", Integer, nullable=False),
    )
