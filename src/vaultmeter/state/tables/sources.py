"""How the records of each source arrive."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    String,
    Table,
)

from vaultmeter.state.instant import Instant
from vaultmeter.state.tables.metadata import METADATA

SOURCE_SETTINGS = Table(
    "source_settings",
    METADATA,
    Column("name", String, primary_key=True),
    Column("connector", String, nullable=False),
    Column("account", String, nullable=False),
    Column("paths", String, nullable=False),
    Column("socket", String, nullable=True),
    Column("poll", String, nullable=True),
    Column("key_hash", String, nullable=True),
    Column("key_end", String, nullable=True),
    Column("key_made", Instant, nullable=True),
    Column("made", Instant, nullable=False),
    CheckConstraint(
        "(key_hash is null) = (key_made is null) and (key_hash is null) = (key_end is null)",
        name="key_whole",
    ),
)
"""How the records of a source arrive: files that are followed, a socket, a vault that is polled.

`paths` is a JSON list, `poll` a JSON object without secrets: of a token it has the file's name.
`key_hash` is the SHA-256, in hexadecimal, of the key with which records are pushed."""
