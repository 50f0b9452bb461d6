"""Where messages go, and those that are to be delivered: forwarders and the outbox."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from vaultmeter.state.instant import Instant
from vaultmeter.state.tables.metadata import METADATA

FORWARDER = Table(
    "forwarder",
    METADATA,
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
    Column("created", Instant, nullable=False),
    Column("modified", Instant, nullable=False),
    CheckConstraint("every_hours is null or every_hours between 1 and 24", name="forwarder_every"),
    CheckConstraint("per_minute >= 1", name="forwarder_pace"),
    sqlite_autoincrement=True,
)
"""Destinations of notices. `settings`, `types`, `accounts` and `akeyless` are JSON.

`secrets_sealed` is encrypted JSON. `types` are those of the notices it gets, all where it is
empty; `accounts` null is all. `every_hours` null sends each notice at once. `akeyless` is what only
Akeyless' calls have, to be told again."""

DELIVERY = Table(
    "delivery",
    METADATA,
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
    Column("due", Instant, nullable=False),
    Column("lease_until", Instant, nullable=True),
    Column("lease_holder", String, nullable=True),
    Column("done", String, nullable=False),
    Column("last_error", String, nullable=False),
    Column("created", Instant, nullable=False),
    Column("first_attempt", Instant, nullable=True),
    Column("last_attempt", Instant, nullable=True),
    Column("finished", Instant, nullable=True),
    UniqueConstraint("key", "destination", name="one_delivery"),
    CheckConstraint(
        "state in ('waiting', 'sending', 'delivered', 'dead', 'cancelled')", name="delivery_state"
    ),
    Index("delivery_queue", "state", "destination", "id"),
    sqlite_autoincrement=True,
)
"""One message for one destination: `forwarder` is the id of one, or `address` one of e-mail.

`message` is JSON (`outbox.written`), `message_id` the id that receivers see, the same over every
attempt. `done` is JSON: the addresses that have taken it already. Instants are UTC."""

CIRCUIT = Table(
    "circuit",
    METADATA,
    Column("name", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("open_until", Instant, nullable=True),
    Column("next_allowed", Instant, nullable=True),
)
"""How well what deliveries go through works: a forwarder's receiver, or the one mail server.

`failures` are those in a row. Nothing is sent before `open_until` and `next_allowed`."""

GATHERED = Table(
    "gathered_notice",
    METADATA,
    Column("forwarder", Integer, ForeignKey("forwarder.id", ondelete="cascade"), primary_key=True),
    Column("notice", Integer, primary_key=True),
    Column("content", String, nullable=False),
    Column("window_end", Instant, nullable=False),
)
"""Notices that wait for the end of their forwarder's window; `content` is JSON."""
