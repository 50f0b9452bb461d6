"""Two years of invented events of all products, and what is counted of them in plain Python."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from tests.conftest import Folder, Row, event, ndjson, seeded

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST = datetime(2024, 11, 3, 4, 5, tzinfo=UTC)
KINDS = {
    "sm": ("secret_read", "key_operation", "login", "item_updated"),
    "pm": ("password_accessed", "password_autofilled"),
    "sra": ("remote_connection",),
}
"""Kinds by product."""


def invented(count: int = 900, first: datetime = FIRST, last: datetime = NOW) -> list[Row]:
    """Make events spread over a stretch of time, in its order."""
    random = seeded(count)
    step = (last - first) / count
    rows = []
    for number in range(count):
        product = random.choice(("sm", "sm", "pm", "sra"))
        rows.append(
            event(
                number,
                time=(first + step * number).isoformat(),
                kind=random.choice(KINDS[product]),
                product=product,
                identity=f"user-{random.randint(1, 12)}",
                item=f"{product}/{random.randint(1, 20)}",
                weight=random.randint(1, 3),
            )
        )
    return rows


def time_of(row: Row) -> datetime:
    """The instant of an event."""
    return datetime.fromisoformat(row["time"])


def left(rows: Iterable[Row], cut_offs: dict[str, datetime]) -> list[Row]:
    """The events that are not older than the cut-off of their product."""
    return [
        row
        for row in rows
        if row["product"] not in cut_offs or time_of(row) >= cut_offs[row["product"]]
    ]


def by_month(rows: Iterable[Row]) -> dict[datetime, int]:
    """Count events by UTC month."""
    months = Counter(
        time_of(row).astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        for row in rows
    )
    return dict(months)


def filled(folder: Folder, rows: list[Row], parts: int = 4, **settings: int) -> None:
    """Take events in, as several files of several batches, each sealed by itself."""
    folder.clock.now = NOW - timedelta(days=600)
    folder.open(**({"chunk_bytes": 9_000, "segment_bytes": 1} | settings))
    size = -(-len(rows) // parts)
    for start in range(0, len(rows), size):
        folder.take("events", ndjson(*rows[start : start + size]))
        folder.clock.advance(days=600 / parts)
    folder.clock.now = NOW


def kept_ids(folder: Folder) -> set[int]:
    """The ids of the stored events."""
    return set(folder.event_ids())


def stored(folder: Folder) -> list[tuple[str, datetime]]:
    """Product and time (UTC) of every stored event, in order."""
    rows = folder.app.store.query("select cast(product as varchar), time from event order by all")
    return [(product, time.replace(tzinfo=UTC)) for product, time in rows]


def contents(folder: Folder) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables of the store, but for what tells of a store's making."""
    tables = folder.app.store.query("""
        select table_name
        from duckdb_tables()
        where not temporary
            and table_name not in ('meta', 'ledger', 'loose')
    """)
    return {
        table: folder.app.store.query(f"from {table} order by all") for (table,) in sorted(tables)
    }
