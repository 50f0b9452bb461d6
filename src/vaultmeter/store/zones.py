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


def hour_start(column: str, period: Period) -> tuple[str, dict[str, Any]]:
    """SQL for the instant (UTC) at which the local hour of a UTC column began, and its values.

    Where clocks are moved by half an hour, the hour on either side of that is a short one.
    """
    local, values = local_time(column, period)
    start = f"date_trunc('hour', {local}) - ({local} - {column})"
    since = max(period.start, EPOCH) - timedelta(hours=1)
    changes = offset_changes(period.zone, since, min(period.end, _LATEST))
    uneven = any(offset % 3600 != changes[0][1] % 3600 for _, offset in changes)
    if not uneven:
        return start, values
    moved = [until.replace(tzinfo=None) for until, _ in changes if until is not None]
    values |= {f"zone_moved_{number}": until for number, until in enumerate(moved)}
    cases = [
        f"when {column} >= $zone_moved_{number} then greatest({start}, $zone_moved_{number})"
        for number in reversed(range(len(moved)))
    ]
    return f"case {' '.join(cases)} else {start} end", values


def last_change(zone: ZoneInfo, since: datetime, until: datetime) -> datetime | None:
    """When clocks were moved last between two instants; `None` where they were not."""
    changes = [change for change, _ in offset_changes(zone, since, until) if change is not None]
    return changes[-1] if changes else None


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
