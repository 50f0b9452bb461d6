"""Wall-clock time in SQL, without a time zone database in the engine.

In a period a zone has few offsets from UTC. They are bound as values, so that every engine
computes the same local time, vectorised.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vaultmeter.model.period import EPOCH, Period

_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def local_time(column: str, period: Period) -> tuple[str, dict[str, Any]]:
    """SQL for the local time of a UTC column within a period, and the values it binds."""
    changes = offset_changes(period.zone, max(period.start, EPOCH), min(period.end, _LATEST))
    values: dict[str, Any] = {}
    cases = []
    for number, (until, offset) in enumerate(changes):
        values[f"zone_offset_{number}"] = offset
        if until is None:
            cases.append(f"else $zone_offset_{number}")
        else:
            values[f"zone_until_{number}"] = until.replace(tzinfo=None)
            cases.append(f"when {column} < $zone_until_{number} then $zone_offset_{number}")
    if len(cases) == 1:
        return f"{column} + to_seconds($zone_offset_0)", values
    return f"{column} + to_seconds(case {' '.join(cases)} end)", values


def offset_changes(
    zone: ZoneInfo, start: datetime, end: datetime
) -> list[tuple[datetime | None, int]]:
    """The offsets of a zone between two instants, in seconds, each with the instant it ends."""
    changes: list[tuple[datetime | None, int]] = []
    at, offset = start, _offset(zone, start)
    while at < end:
        following = min(at + timedelta(days=7), end)
        if _offset(zone, following) != offset:
            change = _first_change(zone, at, following, offset)
            changes.append((change, offset))
            at, offset = change, _offset(zone, change)
        else:
            at = following
    return [*changes, (None, offset)]


def _first_change(zone: ZoneInfo, low: datetime, high: datetime, offset: int) -> datetime:
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if _offset(zone, middle) == offset else (low, middle)
    return high.replace(microsecond=0)


def _offset(zone: ZoneInfo, instant: datetime) -> int:
    shift = instant.astimezone(zone).utcoffset()
    return int(shift.total_seconds()) if shift is not None else 0
