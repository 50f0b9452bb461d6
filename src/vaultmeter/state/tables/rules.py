"""What the organisation decides on: definitions, limits, groups of accounts, retention."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Integer,
    String,
    Table,
)

from vaultmeter.state.instant import Instant
from vaultmeter.state.tables.metadata import METADATA

DEFINITION = Table(
    "definition",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("settings", String, nullable=False),
    Column("made", Instant, nullable=False),
)
"""What activity status means, version by version; `settings` is JSON, `made` UTC.

The highest version holds."""

CLIENT_LIMIT = Table(
    "client_limit",
    METADATA,
    Column("product", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("clients", Integer, nullable=True),
    CheckConstraint("clients is null or clients >= 0", name="clients_not_negative"),
)
"""How many clients an account may have in a product, from a month on; null ends the limit.

The account `*` is the whole organisation. A limit that always held has the month 0001-01-01."""

ACCOUNT_GROUP = Table(
    "account_group",
    METADATA,
    Column("name", String, primary_key=True),
    Column("account", String, primary_key=True),
)
"""Accounts by group; an account stands for those below it too, and `*` for any text."""

RETENTION = Table(
    "retention",
    METADATA,
    Column("product", String, primary_key=True),
    Column("months", Integer, nullable=True),
    CheckConstraint("months is null or months >= 1", name="months_at_least_one"),
)
"""For how many months the events of a product are kept; null keeps them for ever."""

RETENTION_RUN = Table(
    "retention_run",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("applied", Instant, nullable=False),
    Column("product", String, nullable=False),
    Column("before", Instant, nullable=False),
    Column("events", Integer, nullable=False),
    Column("freed_bytes", Integer, nullable=False),
)
"""What applying retention deleted: events of a product from before an instant (UTC)."""
