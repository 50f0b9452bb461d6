"""What was done, by whom."""

from sqlalchemy import (
    Column,
    Integer,
    String,
    Table,
)

from vaultmeter.state.instant import Instant
from vaultmeter.state.tables.metadata import METADATA

TRAIL = Table(
    "trail",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who_kind", String, nullable=False),
    Column("who", String, nullable=False),
    Column("address", String, nullable=True),
    Column("act", String, nullable=False),
    Column("object", String, nullable=False),
    Column("result", String, nullable=False),
    Column("details", String, nullable=False),
    Column("link", String, nullable=False),
)
"""What was done, by whom; each row is bound to the one before by `link`, an HMAC. Never changed."""
