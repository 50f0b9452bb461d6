"""Files that were made of reports, or are being made."""

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
)

from vaultmeter.state.instant import Instant
from vaultmeter.state.tables.metadata import METADATA

EXPORT_FILE = Table(
    "export_file",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("state", String, nullable=False),
    Column("title", String, nullable=False),
    Column("name", String, nullable=False),
    Column("stored", String, nullable=False),
    Column("format", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("wanted", String, nullable=False),
    Column("password_sealed", LargeBinary, nullable=True),
    Column("rows", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("complete_to", String, nullable=False),
    Column("grants", String, nullable=False),
    Column("error", String, nullable=False),
    Column("is_cancelled", Boolean, nullable=False),
    Column("in_background", Boolean, nullable=False),
    Column("by_kind", String, nullable=False),
    Column("by_id", Integer, nullable=False),
    Column("by_name", String, nullable=False),
    Column("asked", Instant, nullable=False),
    Column("made", Instant, nullable=True),
    Column("kept_until", Instant, nullable=True),
    Column("schedule_run", Integer, nullable=True),
    sqlite_autoincrement=True,
)
"""Files of reports; no number comes twice.

`state` is waiting, making, made, failed or cancelled. `name` is what it is downloaded as, `stored`
the name in the folder `exports`, empty while there is none. `wanted` is JSON: what it is of.
`complete_to` and `grants` are JSON: up to when each source had told, and the rights that it was
made with (null: everything). `rows` counts on while it is made, up to `total`, which is 0 until the
tables are opened. `by_…` is who asked. Until `kept_until` it is kept. A password is sealed while
the file waits, and is forgotten then."""
