"""The tables of the state; `migrations/` makes them, and a test compares the two."""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Integer, MetaData, String, Table

METADATA = MetaData()

DEFINITION = Table(
    "definition",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("settings", String, nullable=False),
    Column("made", DateTime, nullable=False),
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
    Column("applied", DateTime, nullable=False),
    Column("product", String, nullable=False),
    Column("before", DateTime, nullable=False),
    Column("events", Integer, nullable=False),
    Column("freed_bytes", Integer, nullable=False),
)
"""What applying retention deleted: events of a product from before an instant (UTC)."""

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
    Column("key_made", DateTime, nullable=True),
    Column("made", DateTime, nullable=False),
    CheckConstraint(
        "(key_hash is null) = (key_made is null) and (key_hash is null) = (key_end is null)",
        name="key_whole",
    ),
)
"""How the records of a source arrive: files that are followed, a socket, a vault that is polled.

`paths` is a JSON list, `poll` a JSON object without secrets: of a token it has the file's name.
`key_hash` is the SHA-256, in hexadecimal, of the key with which records are pushed."""
