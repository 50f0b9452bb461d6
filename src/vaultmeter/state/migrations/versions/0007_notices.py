"""The Event Center: notices, and the rules that raise them."""

import json
from typing import Any

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, Integer, String

revision = "0007"
down_revision = "0006"

_BUILT_IN: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
    ("Clients reach the limit", "usage-report", {"level": 100}, True),
    ("Clients reach 80 % of the limit", "usage-report", {"level": 80}, False),
    ("Clients are likely to pass the limit", "usage-report", {"level": "forecast"}, False),
    ("A source falls silent", "source-silent", {}, True),
    ("Lines are rejected", "rejects", {}, True),
    ("A schedule fails", "schedule-failed", {}, True),
    ("Items are unused", "unused-items", {"count": 100}, False),
    ("People are inactive", "inactive-people", {"share": 50.0}, False),
)
"""The rules that are there from the start: name, type, settings, and whether they are enabled."""


def upgrade() -> None:
    """Make the tables, and the rules that are there from the start."""
    notice = op.create_table(
        "notice",
        Column("id", Integer, primary_key=True),
        Column("key", String, nullable=False, unique=True),
        Column("type", String, nullable=False),
        Column("product", String, nullable=False),
        Column("account", String, nullable=False),
        Column("time", DateTime, nullable=False),
        Column("text", String, nullable=False),
        Column("payload", String, nullable=False),
        Column("acknowledged", DateTime, nullable=True),
        Column("acknowledged_by", String, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("notice_open", notice.name, ["acknowledged", "type"])
    rule = op.create_table(
        "notice_rule",
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
        Column("changed", DateTime, nullable=True),
        Column("evaluated", DateTime, nullable=True),
        Column("error", String, nullable=False),
        Column("standing", String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.bulk_insert(
        rule,
        [
            {
                "name": name,
                "type": type_,
                "settings": json.dumps(settings),
                "account": "",
                "product": "",
                "is_enabled": is_enabled,
                "is_built_in": True,
                "owner_kind": "operator",
                "owner": 0,
                "owner_name": "operator",
                "version": 1,
                "error": "",
                "standing": "{}",
            }
            for name, type_, settings, is_enabled in _BUILT_IN
        ],
    )
