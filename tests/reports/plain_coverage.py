"""What each source can show and lacks, worked out from its events one at a time.

All sources are of the open format, which shows whatever is sent.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from math import floor
from typing import Any

from tests.reports.plain_events import Event, World, grouped, is_below, those_before, those_from
from tests.reports.plain_question import MICROSECOND, USAGE, Plain

from vaultmeter.connectors.events import CONNECTOR

Row = tuple[Any, ...]

DAY = timedelta(days=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
RECEIVED = datetime(2026, 7, 1, 12, tzinfo=UTC)
MEASURES = {
    "login_sessions": "login",
    "failed_logins": "login_failed",
    "sign_outs": "logout",
    "secrets_read": "secret_read",
    "passwords_viewed": "password_accessed",
    "passwords_autofilled": "password_autofilled",
    "remote_connections": "remote_connection",
    "key_operations": "key_operation",
    "credentials_issued": "credential_issued",
    "accounts_added": "item_added",
    "items_changed": "item_updated",
    "items_deleted": "item_deleted",
    "items_shared": "item_shared",
    "rotations": "rotation",
    "exports": "export",
    "settings_changed": "admin",
    "denied": None,
}
_MEASURE_OF_KIND = {kind: name for name, kind in MEASURES.items()}
PARTS_OF_EVENTS = ("items", "sessions", "addresses", "programs")


def gaps_of(world: World, source: str, end: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches of three or more whole days (UTC) without an event of a source.

    The last one goes to the end.
    """
    days = [
        datetime(day.year, day.month, day.day, tzinfo=UTC) for day in sorted(_days(world, source))
    ]
    if not days:
        return []
    silences = zip([BEGINNING, *(day + DAY for day in days)], [*days, end], strict=True)
    return [(since, until) for since, until in silences if until - since >= 3 * DAY]


def cut(
    gaps: list[tuple[datetime, datetime]], start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """The parts of gaps that lie between two instants."""
    parts = ((max(since, start), min(until, end)) for since, until in gaps)
    return [(since, until) for since, until in parts if since < until]


def coverage(plain: Plain) -> list[Row]:
    """Each measure of each source, after a row about all its events."""
    rows: list[Row] = []
    for source, root in _sources(plain):
        ever = _own(plain, source)
        rows.append((source, root, "events", "events", *_whole(plain, source, root, ever)))
        by_measure = grouped(ever, _measure)
        for measure in MEASURES:
            shown = by_measure.get(measure, [])
            state = "seen" if shown else "not yet seen"
            rows.append((source, root, "events", measure, state, *_shown(plain, shown), measure))
        rows += [
            (source, root, "events", part, "partly", *[None] * 11, part) for part in PARTS_OF_EVENTS
        ]
    return [(*row[:-1], _why(row[-1])) for row in rows]


def coverage_days(plain: Plain) -> list[Row]:
    """Each day that the period touches, from the source's first one on."""
    rows = []
    for source, _ in _sources(plain):
        days = _days(_world(plain), source)
        counted = Counter(event.time.date() for event in _in_period(plain, source))
        gaps = gaps_of(_world(plain), source, plain.end)
        beside = {(since - DAY).date() for since, _ in gaps} | {until.date() for _, until in gaps}
        edges = {min(days), max(days)} | beside
        rows += [
            (source, day, _state(day, days, edges), counted[day])
            for day in _touched(plain)
            if day >= min(days)
        ]
    return rows


def coverage_gaps(plain: Plain) -> list[Row]:
    """The gaps of each source within the period."""
    return [
        (source, since, until, rounded((until - since) / DAY))
        for source, _ in _sources(plain)
        for since, until in _gaps_in_period(plain, source)
    ]


def coverage_lines(plain: Plain) -> list[Row]:
    """What became of the lines of sources whose own account may be seen."""
    rows: list[Row] = []
    for source, root in _sources(plain):
        if not _is_whole(plain, root):
            continue
        rejects, others = _world(plain).lines.get(source, ({}, {}))
        lines = {"stored": len(_logged(plain, source)), "rejected": sum(rejects.values())} | others
        rows += [(source, word, None, lines[word], True) for word in sorted(lines) if lines[word]]
        rows += [(source, "rejected", why, rejects[why], None) for why in sorted(rejects)]
        codes = Counter(e.source_event for e in _logged(plain, source) if e.kind == "other")
        rows += [(source, "unknown", code, codes[code], None) for code in sorted(codes)]
    return rows


def rounded(number: float) -> float:
    """A number to one digit behind the point, halves up."""
    return floor(number * 10 + 0.5) / 10


def _whole(plain: Plain, source: str, root: str, ever: list[Event]) -> Row:
    """The cells about all events of a source."""
    from tests.reports.plain_standings import Standings  # noqa: PLC0415  which reads gaps here

    state = "seen" if ever else "not yet seen"
    shown = _shown(plain, ever)[:3]
    gaps = _gaps_in_period(plain, source)
    silent = sum((until - since for since, until in gaps), timedelta())
    logged = _logged(plain, source)
    is_whole = _is_whole(plain, root)
    rejects = sum(_world(plain).lines.get(source, ({}, {}))[0].values())
    return (
        state,
        *shown,
        len(gaps),
        rounded(silent / DAY),
        source in Standings(plain).covered,
        *_lags(plain, source),
        (sum(event.kind == "other" for event in logged) or None) if is_whole else None,
        (rejects or None) if is_whole else None,
        True if is_whole else None,
        "events",
    )


def _shown(plain: Plain, events: list[Event]) -> Row:
    """How many events of the period, and the first and the last of all times."""
    times = [event.time for event in events]
    within = len(those_from(those_before(events, plain.end), plain.start))
    return (within, min(times, default=None), max(times, default=None), *[None] * 8)


def _lags(plain: Plain, source: str) -> tuple[int | None, int | None]:
    """The middle one of the lags in seconds, and the one that 95 of 100 do not exceed."""
    start = plain.end - 7 * DAY
    late = sorted(
        _told(max(0, -((event.time - RECEIVED) // timedelta(seconds=1))))
        for event in _in_period(plain, source)
        if event.time >= start
    )
    if not late:
        return None, None
    return late[-(-len(late) // 2) - 1], late[-(-len(late) * 95 // 100) - 1]


def _told(seconds: int) -> int:
    """A lag as it is told: in seconds, from ten minutes on in minutes, from a day on in hours."""
    step = 1 if seconds <= 600 else 60 if seconds <= 86_400 else 3_600
    return -(-seconds // step) * step


def _measure(event: Event) -> str | None:
    if event.intent not in USAGE:
        return None
    if event.kind == "login_failed":
        return "failed_logins"
    if event.outcome == "denied":
        return "denied"
    return _MEASURE_OF_KIND.get(event.kind) if event.outcome == "ok" else None


def _why(measure: str) -> str:
    return "All that its records tell of." if measure == "events" else CONNECTOR.sights[measure].why


def _state(day: date, days: set[date], edges: set[date]) -> str:
    if day not in days:
        return "silent"
    return "partial" if day in edges else "full"


def _touched(plain: Plain) -> Iterator[date]:
    day = plain.start.astimezone(UTC).date()
    while day <= (plain.end - MICROSECOND).astimezone(UTC).date():
        yield day
        day += DAY


def _sources(plain: Plain) -> list[tuple[str, str]]:
    """The sources that may be seen and match, each with its account."""
    roots = {source: events[-1].who[0] for source, events in _world(plain).by_source.items()}
    return sorted(
        (source, root)
        for source, root in roots.items()
        if plain.lets_through("source", source)
        and any(
            (plain.accounts is None or is_below(account, plain.accounts))
            and plain.lets_through("account", account)
            for account in {root, *(e.account for e in _logged(plain, source))}
        )
    )


def _is_whole(plain: Plain, root: str) -> bool:
    return plain.accounts is None or is_below(root, plain.accounts)


def _world(plain: Plain) -> World:
    return plain.logged or plain.world


def _logged(plain: Plain, source: str) -> list[Event]:
    """All events of a source, whoever asks."""
    return _world(plain).by_source.get(source, [])


def _days(world: World, source: str) -> set[date]:
    return world.days_by_source.get(source, set())


def _gaps_in_period(plain: Plain, source: str) -> list[tuple[datetime, datetime]]:
    return cut(gaps_of(_world(plain), source, plain.end), plain.start, plain.end)


def _own(plain: Plain, source: str) -> list[Event]:
    """Its events of the accounts that may be seen and match."""
    return [
        event
        for event in plain.world.by_source.get(source, [])
        if plain.lets_through("account", event.account)
    ]


def _in_period(plain: Plain, source: str) -> list[Event]:
    return those_from(those_before(_own(plain, source), plain.end), plain.start)
