"""The Event Center: notices, and the rules that raise them."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from vaultmeter.state.instant import Instant
from vaultmeter.state.tables.metadata import METADATA

NOTICE = Table(
    "notice",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("type", String, nullable=False),
    Column("product", String, nullable=False),
    Column("account", String, nullable=False),
    Column("time", Instant, nullable=False),
    Column("text", String, nullable=False),
    Column("payload", String, nullable=False),
    Column("acknowledged", Instant, nullable=True),
    Column("acknowledged_by", String, nullable=True),
    Index("notice_open", "acknowledged", "type"),
    sqlite_autoincrement=True,
)
"""What calls for attention. What has a `key` is raised once, whoever finds it and how often.

`account` is empty for the whole organisation, `product` where it is about none; `payload` is JSON.
"""

NOTICE_RULE = Table(
    "notice_rule",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("type", String, nullable=False),
    Column("settings", String, nullable=False),
    Column("account", String, nullable=False),
    Column("product", String, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    Column("is_built_in", Boolean, nullable=False),
    Column("owner_kind", String, nullable=False),
    Column("owner", Integer, nullable=False),
    Column("owner_name", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed", Instant, nullable=True),
    Column("evaluated", Instant, nullable=True),
    Column("error", String, nullable=False),
    Column("standing", String, nullable=False),
    sqlite_autoincrement=True,
)
"""What raises notices: `settings` is JSON, by the type; `version` grows with each change.

`error` is why the last evaluation came to nothing, empty where it did not. `standing` is JSON:
what is beyond its threshold already (`over`), and how often anything crossed it (`times`).
"""
