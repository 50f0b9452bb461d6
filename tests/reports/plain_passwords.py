"""The password manager report, worked out month by month."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.reports.plain_counts import clients_of, glances, nulls_last, of_people, succeeded
from tests.reports.plain_events import Event, Item, grouped
from tests.reports.plain_question import Plain, beginning, bucket_of, buckets_of, day_of

Row = tuple[Any, ...]


def password_manager(plain: Plain) -> list[Row]:
    """For each month all methods together, with what is stored at its end, and each method."""
    plain = plain.in_whole_months()
    passwords = [item for item in plain.listed_items().values() if item.product == "pm"]
    events = [event for event in plain.usage if event.product == "pm"]
    by_month = grouped(events, lambda event: _month(plain, event))
    rows: list[Row] = []
    for month in _months(plain):
        by_method = list(_methods(plain, by_month.get(month, [])))
        sums = [sum(row[place] for row in by_method) for place in range(1, 8)]
        stored = sum(_is_stored(plain, item, month) for item in passwords)
        rows.append((month, "*", *sums, stored))
        rows += [(month, *row, None) for row in by_method]
    return sorted(rows, key=lambda row: (row[0], -row[2], -row[4], nulls_last(row[1])))


def password_uses(plain: Plain) -> list[Row]:
    """For each bucket, the passwords accessed in each way."""
    starts = buckets_of(plain)
    ways: dict[Any, list[str]] = {start: [] for start in starts}
    for event in plain.usage:
        if event.outcome != "ok" or event.kind not in {"password_accessed", "password_autofilled"}:
            continue
        is_told = event.detail in {"revealed", "copied"}
        way = event.detail if is_told else "viewed"
        filled = event.kind == "password_autofilled"
        ways[bucket_of(event.time, plain)].append("filled" if filled else str(way))
    return [
        (start, *(those.count(way) for way in ("viewed", "revealed", "copied", "filled")))
        for start, those in ways.items()
    ]


def _methods(plain: Plain, events: list[Event]) -> Iterator[Row]:
    known = plain.world.identities
    used = grouped(events, lambda e: e.auth_method or known[e.who].auth_method or "unknown")
    clients = clients_of(plain, events)
    own = {who: known[who].auth_method or "unknown" for who in clients}
    for method in set(used) | set(own.values()):
        those = used.get(method, [])
        signed = [who for who in clients if own[who] == method]
        yield (
            method,
            len(signed),
            sum(known[who].kind == "person" for who in signed),
            len(those),
            succeeded(those, "login"),
            glances(plain, of_people(plain, those)),
            succeeded(those, "password_autofilled"),
            succeeded(those, "item_added"),
        )


def _months(plain: Plain) -> Iterator[date]:
    month = day_of(plain.start, plain.zone)
    while beginning(month, plain.zone) < plain.end:
        yield month
        month = _following(month)


def _month(plain: Plain, event: Event) -> date:
    return day_of(event.time, plain.zone).replace(day=1)


def _is_stored(plain: Plain, item: Item, month: date) -> bool:
    end = beginning(_following(month), plain.zone)
    is_made = item.seen is not None and item.seen < end
    return is_made and (item.deleted is None or item.deleted >= end)


def _following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
