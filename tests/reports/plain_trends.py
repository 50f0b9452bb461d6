"""Who asks how much, key numbers over time, and items by type, one event and item at a time."""

from datetime import datetime
from typing import Any

from tests.reports.plain_counts import (
    clients_of,
    denied,
    glances,
    place_of_kind,
    users_of,
)
from tests.reports.plain_events import Event, grouped
from tests.reports.plain_exposure import unused
from tests.reports.plain_question import Plain, bucket_of, buckets_of

Row = tuple[Any, ...]

KINDS = ("machine", "person", "agent")


def requests_by_kind(plain: Plain) -> list[Row]:
    """The requests of every bucket, and who made them."""
    known = plain.world.identities
    rows = []
    for start, events in _by_bucket(plain).items():
        kinds = [known[event.who].kind for event in events]
        counts = [kinds.count(kind) for kind in KINDS]
        rows.append((start, len(events), *counts, len(events) - sum(counts)))
    return rows


def trend(plain: Plain) -> list[Row]:
    """The key numbers of every bucket."""
    return [
        (
            start,
            len(events),
            len(users_of(plain, events)),
            len(clients_of(plain, events)),
            len(_secrets_used(plain, events)),
            glances(plain, events),
            denied(events),
        )
        for start, events in _by_bucket(plain).items()
    ]


def requests_by_action(plain: Plain) -> list[Row]:
    """Requests by kind, and how many of them were answered and denied."""
    groups = grouped(plain.usage, lambda event: event.kind)
    rows = [
        (kind, len(events), sum(event.outcome == "ok" for event in events), denied(events))
        for kind, events in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row[1], place_of_kind(row[0])))


def items_by_type(plain: Plain) -> list[Row]:
    """Items that existed at the end of the range, and how they were used in it."""
    used = grouped((e for e in plain.usage if _is_use(e)), lambda event: event.item)
    groups: dict[tuple[str, str], list[int | None]] = {}
    for thing, item in plain.listed_items().items():
        is_kept = item.deleted is None or item.deleted >= plain.end
        if item.seen is not None and item.seen < plain.end and is_kept:
            uses = sum(event.weight for event in used[thing]) if thing in used else None
            groups.setdefault((item.type, item.product), []).append(uses)
    rows = [
        (
            *group,
            len(found),
            len([uses for uses in found if uses is not None]),
            sum(filter(None, found)),
        )
        for group, found in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row[2], row[0], PRODUCTS.index(row[1])))


PRODUCTS = ("sm", "pm", "sra")


def unused_by_type(plain: Plain) -> list[Row]:
    """The unused items by type and product, and why each is called so."""
    products = {thing: item.product for thing, item in plain.listed_items().items()}
    groups: dict[tuple[str, str], list[str]] = {}
    for row in unused(plain):
        groups.setdefault((row[2], products[row[1], row[0]]), []).append(row[3])
    rows = [
        (*group, *(found.count(each) for each in ("unused", "never_used", "no_evidence")))
        for group, found in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row[2], row[0], PRODUCTS.index(row[1])))


def _by_bucket(plain: Plain) -> dict[datetime, list[Event]]:
    by_bucket: dict[datetime, list[Event]] = {start: [] for start in buckets_of(plain)}
    for event in plain.usage:
        by_bucket[bucket_of(event.time, plain)].append(event)
    return by_bucket


def _secrets_used(plain: Plain, events: list[Event]) -> set[Any]:
    """The things used successfully that no password manager stores."""
    things = {event.item for event in events if _is_use(event)} - {None}
    return {thing for thing in things if thing and plain.world.items[thing].product != "pm"}


def _is_use(event: Event) -> bool:
    return event.intent == "use" and event.outcome == "ok"
