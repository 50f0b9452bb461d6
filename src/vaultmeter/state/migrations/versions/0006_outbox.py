"""Where messages go, and those that are to be delivered."""

from alembic import op
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
)

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "forwarder",
        Column("id", Integer, primary_key=True),
        Column("name", String, nullable=False, unique=True),
        Column("kind", String, nullable=False),
        Column("settings", String, nullable=False),
        Column("secrets_sealed", LargeBinary, nullable=True),
        Column("types", String, nullable=False),
        Column("accounts", String, nullable=True),
        Column("every_hours", Integer, nullable=True),
        Column("per_minute", Integer, nullable=False),
        Column("is_enabled", Boolean, nullable=False),
        Column("disabled_why", String, nullable=False),
        Column("description", String, nullable=False),
        Column("akeyless", String, nullable=False),
        Column("created", DateTime, nullable=False),
        Column("modified", DateTime, nullable=False),
        CheckConstraint(
            "every_hours is null or every_hours between 1 and 24", name="forwarder_every"
        ),
        CheckConstraint("per_minute >= 1", name="forwarder_pace"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "delivery",
        Column("id", Integer, primary_key=True),
        Column("message_id", String, nullable=False, unique=True),
        Column("key", String, nullable=False),
        Column("destination", String, nullable=False),
        Column("circuit", String, nullable=False),
        Column("forwarder", Integer, nullable=True),
        Column("address", String, nullable=True),
        Column("message", String, nullable=False),
        Column("state", String, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("due", DateTime, nullable=False),
        Column("lease_until", DateTime, nullable=True),
        Column("lease_holder", String, nullable=True),
        Column("done", String, nullable=False),
        Column("last_error", String, nullable=False),
        Column("created", DateTime, nullable=False),
        Column("first_attempt", DateTime, nullable=True),
        Column("last_attempt", DateTime, nullable=True),
        Column("finished", DateTime, nullable=True),
        UniqueConstraint("key", "destination", name="one_delivery"),
        CheckConstraint(
            "state in ('waiting', 'sending', 'delivered', 'dead', 'cancelled')",
            name="delivery_state",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("delivery_queue", "delivery", ["state", "destination", "id"])
    op.create_table(
        "circuit",
        Column("name", String, primary_key=True),
        Column("failures", Integer, nullable=False),
        Column("open_until", DateTime, nullable=True),
        Column("next_allowed", DateTime, nullable=True),
    )
    op.create_table(
        "gathered_notice",
        Column(
            "forwarder", Integer, ForeignKey("forwarder.id", ondelete="cascade"), primary_key=True
        ),
        Column("notice", Integer, primary_key=True),
        Column("content", String, nullable=False),
        Column("window_end", DateTime, nullable=False),
    )
