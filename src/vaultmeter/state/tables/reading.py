"""What readers keep: preferences, views, ticks."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
)

from vaultmeter.state.instant import Instant
from vaultmeter.state.tables.metadata import METADATA

PREFERENCES = Table(
    "preferences",
    METADATA,
    Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), primary_key=True),
    Column("settings", String, nullable=False),
)
"""What a reader chose for their own pages; `settings` is JSON."""

SAVED_VIEW = Table(
    "saved_view",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user", Integer, ForeignKey("user_login.id", ondelete="cascade"), nullable=False),
    Column("name", String, nullable=False),
    Column("path", String, nullable=False),
    Column("query", String, nullable=False),
    Column("is_shared", Boolean, nullable=False),
    Column("created", Instant, nullable=False),
    Column("deleted", Instant, nullable=True),
    sqlite_autoincrement=True,
)
"""Addresses of pages under a name, each of the user who saved it; no number comes twice.

A deleted one can be restored for a while."""

LEAVER_TICK = Table(
    "leaver_tick",
    METADATA,
    Column("account", String, primary_key=True),
    Column("user", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", String, nullable=False),
)
"""Steps of the check-list of somebody who leaves that are done: when (UTC), and by whom.

The user is known by name and account: numbers of the store may change when it is made anew."""
