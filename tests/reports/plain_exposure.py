"""Unused items and what a leaver knows, worked out one item at a time."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.reports.plain_events import Event, Thing
from tests.reports.plain_question import Plain
from tests.reports.plain_standings import Standings

from vaultmeter.model.kinds import Intent
from vaultmeter.model.status import StatusDefinition

Row = tuple[Any, ...]

DAYS = 90
BY_EVENT = {"user", "kind", "outcome", "source", "auth_method"}
CHANGES = ("item_added", "item_updated", "rotation")
KNOWN_TO_WRITERS = ("static_secret", "password")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WAYS = {
    "export": (1, "exported"),
    "item_shared": (2, "shared"),
    "secret_read": (3, "read"),
    "item_added": (3, "written"),
    "item_updated": (3, "written"),
    "password_autofilled": (4, "auto-filled"),
    "credential_issued": (5, "credentials issued"),
}


def unused(plain: Plain, days: int = DAYS) -> list[Row]:
    """Items that exist and that nobody used in the last days, longest unused first."""
    plain = _of_last(plain, days)
    sources = Standings(replace(plain, status=StatusDefinition(intents=(Intent.USE,)))).covered
    touches = plain.world.by_item
    rows = []
    for thing, item in plain.listed_items().items():
        past = [event for event in touches[thing] if event.time < plain.end]
        is_there = item.seen is not None and item.seen < plain.end and item.deleted is None
        used, by = _last(plain, past, _is_use)
        if not is_there or (used is not None and used >= plain.start):
            continue
        if BY_EVENT & set(plain.patterns) and not any(map(plain.matches, past)):
            continue
        status = "never_used" if used is None else "unused"
        proves = {event.source for event in past} <= sources
        since = used or item.created or item.seen
        changed, changed_by = _last(plain, touches[thing], _is_change)
        shown = status if proves else "no_evidence"
        last = (item.created, used, by, changed, changed_by)
        rows.append((thing[1], thing[0], item.type, shown, since, *last))
    return sorted(rows, key=lambda row: (row[4], row[0], row[1]))


def leaver(plain: Plain, days: int = DAYS) -> list[Row]:
    """What each person who matches got to know, each item once, what has to be rotated first."""
    plain = _of_last(plain, days)
    touches = plain.world.by_item
    seen: dict[Any, list[Event]] = {}
    for event in plain.usage:
        if event.outcome == "ok" and _exposes(plain, event):
            seen.setdefault((event.who, event.account, event.item), []).append(event)
    rows = []
    for (who, account, thing), events in seen.items():
        changes = [] if thing is None else touches[thing]
        row = _exposure(plain, thing, events, changes)
        place = min(_way(event)[0] for event in events)
        name = plain.world.identities[who].name
        rows.append((place, (name, thing[1] if thing else "*", account, *row)))
    rows.sort(key=_urgency)
    return [row for _, row in rows]


def _exposure(
    plain: Plain, thing: Thing | None, events: list[Event], touches: Iterable[Event]
) -> Row:
    item = None if thing is None else plain.world.items[thing]
    first, last = min(e.time for e in events), max(e.time for e in events)
    changed, by = _last(plain, touches, _is_change)
    if changed is not None and changed <= last:
        changed, by = None, None
    deleted = item.deleted if item else None
    how = ", ".join(sorted({_way(event)[1] for event in events}))
    return (
        item.type if item else None,
        changed is None and deleted is None,
        how,
        len(events),
        first,
        last,
        changed,
        by,
        deleted,
    )


def _urgency(placed: tuple[int, Row]) -> Any:  # noqa: ANN401  a sort key
    place, row = placed
    return (row[0], not row[4], row[11] is not None, place, EPOCH - row[8], row[1], row[2])


def _of_last(plain: Plain, days: int) -> Plain:
    return replace(plain, start=min(plain.days_before_end(days), plain.end))


def _exposes(plain: Plain, event: Event) -> bool:
    """Whether somebody got to know something or gave it away."""
    if event.kind in ("item_added", "item_updated"):
        return event.item is not None and plain.world.items[event.item].type in KNOWN_TO_WRITERS
    return event.kind in WAYS or event.kind == "password_accessed"


def _way(event: Event) -> tuple[int, str]:
    if event.kind == "password_accessed":
        return (3, event.detail or "viewed")
    return WAYS[event.kind]


def _last(
    plain: Plain, events: Iterable[Event], is_meant: Callable[[Event], bool]
) -> tuple[datetime | None, str | None]:
    """When the last event that is meant happened, and whose it was."""
    known = plain.world.identities
    times = [(event.time, known[event.who].name) for event in events if is_meant(event)]
    return max(times, default=(None, None))


def _is_use(event: Event) -> bool:
    return event.outcome == "ok" and event.intent == "use"


def _is_change(event: Event) -> bool:
    done = event.outcome == "ok" and event.intent != "heartbeat"
    told = event.detail if event.kind == "system" else event.kind
    return done and told in CHANGES
