"""The ledger read back: what was received, counted by the inbox, against what became of it."""

from collections import defaultdict
from dataclasses import asdict, dataclass

from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_TRIES = 3
_COUNTED = """
    select
        source.name,
        cast(ledger.day as varchar),
        ledger.bucket,
        cast(sum(ledger.lines) as bigint)
    from ledger
    join source on source.id = ledger.source
    group by all
"""
_BUCKETS = ("stored", "duplicates", "conflicts", "rejected", "filtered", "expired")


@dataclass
class Day:
    """Lines of one source received on one day (UTC), by what became of them."""

    source: str
    day: str
    received: int = 0
    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0
    filtered: int = 0
    expired: int = 0
    pending: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every line received is accounted for."""
        return self.received == self.pending + sum(int(getattr(self, name)) for name in _BUCKETS)


def balance(app: App) -> list[Day]:
    """Every source and day. Received and pending come from the inbox, the rest from the store."""
    days = _balance(app)
    for _ in range(_TRIES):
        if all(day.balanced for day in days):
            break
        # A server may have put batches together between the two looks.
        days = _balance(app)
    return days


def ledger(app: App, who: Principal) -> Object:
    """The ledger of all sources, for who manages them all; raises `Forbidden`."""
    who.require_everywhere(Permission.SOURCES)
    return document(balance(app))


def document(days: list[Day]) -> Object:
    """The ledger as JSON has it."""
    rows = [asdict(day) | {"balanced": day.balanced} for day in days]
    return {"balanced": all(day.balanced for day in days), "days": rows}


def _balance(app: App) -> list[Day]:
    days: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    with app.store.reader() as store:
        position, counted = store.position(), store.query(_COUNTED)
    for source, day, seq, lines in app.inbox.received():
        days[source, day]["received"] += lines
        days[source, day]["pending"] += lines if seq > position else 0
    for source, day, bucket, lines in counted:
        days[source, day][bucket] += lines
    return [Day(source, day, **lines) for (source, day), lines in sorted(days.items())]
