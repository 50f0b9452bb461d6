"""What leaves by itself: schedules, and their runs."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from vaultmeter.state.instant import Instant
from vaultmeter.state.tables.metadata import METADATA

SCHEDULE = Table(
    "schedule",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("owner_kind", String, nullable=False),
    Column("owner", Integer, nullable=False),
    Column("owner_name", String, nullable=False),
    Column("owner_since", Instant, nullable=True),
    Column("settings", String, nullable=False),
    Column("is_paused", Boolean, nullable=False),
    Column("paused_because", String, nullable=False),
    Column("planned_to", Instant, nullable=False),
    Column("created", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    UniqueConstraint("owner_kind", "owner", "name", name="one_schedule_of_a_name"),
    sqlite_autoincrement=True,
)
"""Reports that leave by themselves; `settings` is JSON: what, formats, timing, destinations.

An owner is known by kind, number and the instant they were made, for the numbers of keys come
again; `owner_since` is null for the operator. `planned_to` is the last due time that was planned;
all instants are UTC. No number comes twice: deliveries are known by it."""

SCHEDULE_RUN = Table(
    "schedule_run",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("schedule", Integer, ForeignKey("schedule.id", ondelete="cascade"), nullable=False),
    Column("due", Instant, nullable=False),
    Column("way", String, nullable=False),
    Column("asked_by", String, nullable=False),
    Column("addressed", String, nullable=True),
    Column("state", String, nullable=False),
    Column("begun", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("next_attempt", Instant, nullable=True),
    Column("lease", String, nullable=True),
    Column("leased_until", Instant, nullable=True),
    Column("period_from", Instant, nullable=True),
    Column("period_to", Instant, nullable=True),
    Column("exports", String, nullable=False),
    Column("deliveries", String, nullable=False),
    Column("note", String, nullable=False),
    Column("error", String, nullable=False),
    Column("planned", Instant, nullable=False),
    Column("started", Instant, nullable=True),
    Column("ended", Instant, nullable=True),
    UniqueConstraint("schedule", "due", "way", name="one_run_of_a_due_time"),
    CheckConstraint("way in ('planned', 'manual', 'test')", name="run_way"),
    CheckConstraint(
        "state in ('planned', 'making', 'delivering', 'done', 'failed', 'skipped')",
        name="run_state",
    ),
    sqlite_autoincrement=True,
)
"""What became of each due time. Exactly one run has it: the unique key is what makes it so.

`addressed` is the one address that a test goes to; `begun` counts how often making began,
`failures` how often it failed; `lease` is who is making it now, until `leased_until`. `exports`
and `deliveries` are JSON lists of the numbers of kept files and of deliveries."""
