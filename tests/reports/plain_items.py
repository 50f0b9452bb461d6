"""What there is, who uses it and what happened, worked out one item and one event at a time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from tests.reports.plain_counts import (
    denied,
    glances,
    last_time,
    nulls_last,
    objects_of_keys,
    percent,
    place_of_kind,
    succeeded,
)
from tests.reports.plain_events import Event, Item, Thing, Who, grouped
from tests.reports.plain_exposure import BY_EVENT, DAYS, _of_last
from tests.reports.plain_question import MICROSECOND, Plain, beginning, day_of
from tests.reports.plain_standings import Standings

from vaultmeter.model.kinds import Intent
from vaultmeter.model.status import StatusDefinition

Row = tuple[Any, ...]

READS = ("secret_read", "password_accessed", "credential_issued")
STATUSES = ("used", "unused", "never_used", "no_evidence", "deleted")
OUTCOMES = ("ok", "denied", "not_found", "error")


def item_list(plain: Plain) -> list[Row]:
    """Everything there is or was by the end of the period, most used first."""
    kinds, touches = plain.world.identities, plain.world.by_item
    rows = []
    for thing, item, status, events in _listed(plain):
        past = [event for event in touches[thing] if event.time < plain.end]
        users = [kinds[who].kind for who in {event.who for event in _uses(events)}]
        rows.append(
            (
                thing[1],
                thing[0],
                item.type,
                item.product,
                status,
                _weight(events),
                users.count("person"),
                len(users) - users.count("person"),
                denied(events),
                last_time(past, is_use),
                item.created,
                _changed(touches[thing]),
                item.deleted,
            )
        )
    return sorted(rows, key=lambda row: (-row[5], row[0], row[1]))


def item_totals(plain: Plain) -> list[Row]:
    """Eight measures, each with its value in the period compared with."""
    now, before_plain = _totals(plain), plain.before()
    if before_plain is None:
        return [(name, value, None, None, None) for name, value in now.items()]
    before = _totals(before_plain)
    return [
        (name, value, before[name], value - before[name], percent(value, before[name]))
        for name, value in now.items()
    ]


def item_days(plain: Plain) -> list[Row]:
    """Days and types on which something was done with an item; the range is of whole days."""
    plain = _in_whole_days(plain)
    types = {thing: item.type for thing, item in plain.listed_items().items()}
    groups = grouped(
        (event for event in plain.usage if event.item in types),
        lambda event: (day_of(event.time, plain.zone), types[event.item or ("", "")]),
    )
    return sorted(
        (*group, _weight(events), len(events), denied(events)) for group, events in groups.items()
    )


def item_users(plain: Plain) -> list[Row]:
    """Who did anything with an item, by item."""
    known, listed = plain.world.identities, plain.listed_items()
    groups = grouped(
        (event for event in plain.usage if event.item in listed),
        lambda event: (event.item, event.who),
    )
    rows = [
        (
            thing[1],
            thing[0],
            known[who].name,
            known[who].account,
            known[who].kind,
            _weight(events),
            sum(event.kind in READS for event in _uses(events)),
            len(events),
            denied(events),
            last_time(events, is_use),
        )
        for (thing, who), events in groups.items()
        if thing is not None
    ]
    return sorted(rows, key=lambda row: (row[0], row[1], -row[5], -row[7], row[2], row[3]))


def events(plain: Plain) -> list[Row]:
    """Every event of the period, newest first."""
    known = plain.world
    rows = [
        (
            event.time,
            known.identities[event.who].name,
            event.account,
            event.kind,
            event.detail,
            event.outcome,
            None if event.item is None else event.item[1],
            None if event.item is None else known.items[event.item].type,
            event.weight,
            event.auth_method,
            event.source,
            "server",
        )
        for event in plain.usage
    ]
    rows.sort(key=_place)
    return sorted(rows, key=lambda row: row[0], reverse=True)


def user_sources(plain: Plain) -> list[Row]:
    """What each source tells of each user, of all times up to the end."""
    known = plain.listed_identities()
    told = (event for event in plain.usage_until_end if event.who in known)
    groups = grouped(told, lambda event: (event.who, event.source))
    rows = []
    for (who, source), those in groups.items():
        identity, times = known[who], [event.time for event in those]
        counts = (len(those), len(those), 0, 0)
        named = (identity.name, identity.account, identity.kind, source)
        rows.append((*named, *counts, min(times), max(times)))
    rows.sort(key=lambda row: row[9], reverse=True)
    return sorted(rows, key=lambda row: (row[0], row[1], -row[9].timestamp(), row[3]))


def peers(plain: Plain) -> list[Row]:
    """The middle values of the people, machines and agents of each account."""
    wanted = {"people": ("person",), "machines": ("machine", "agent")}.get(plain.who)
    done = grouped(plain.usage, lambda event: event.who)
    standings = Standings(plain)
    groups: dict[tuple[str, str], list[Row]] = {}
    for who, identity in plain.listed_identities().items():
        is_meant = identity.kind in (wanted or ("person", "machine", "agent"))
        if is_meant and standings.of(who).status != "no_evidence":
            numbers = _numbers(plain, done.get(who, []))
            groups.setdefault((identity.account, identity.kind), []).append(numbers)
    return [
        (*group, len(rows), *(float(median(column)) for column in zip(*rows, strict=True)))
        for group, rows in sorted(groups.items(), key=lambda each: (each[0][0], _KINDS[each[0][1]]))
    ]


def sole_use(plain: Plain, days: int = DAYS) -> list[Row]:
    """What each user who matches used in the last days, and nobody else did."""
    plain = _of_last(plain, days)
    everybody: dict[Thing, set[Who]] = {}
    for event in plain.world.events:
        if event.item is not None and is_use(event) and plain.start <= event.time < plain.end:
            everybody.setdefault(event.item, set()).add(event.who)
    own = grouped(
        (event for event in plain.usage if event.item is not None and is_use(event)),
        lambda event: (event.who, event.item),
    )
    rows = []
    for (who, thing), those in own.items():
        item = None if thing is None else plain.world.items[thing]
        if thing is None or item is None or item.deleted is not None or len(everybody[thing]) > 1:
            continue
        user = plain.world.identities[who].name
        rows.append((user, thing[1], thing[0], item.type, _weight(those), last_time(those)))
    return sorted(rows, key=lambda row: (row[0], -row[4], row[1], row[2]))


def is_use(event: Event) -> bool:
    """Whether somebody used something successfully."""
    return event.intent == "use" and event.outcome == "ok"


_KINDS = {
    kind: place for place, kind in enumerate(("person", "machine", "agent", "system", "unknown"))
}


def _in_whole_days(plain: Plain) -> Plain:
    """The same question, its period widened to calendar days of its zone."""
    first, last = day_of(plain.start, plain.zone), day_of(plain.end - MICROSECOND, plain.zone)
    after = last + timedelta(days=1)
    start, end = beginning(first, plain.zone), beginning(after, plain.zone)
    return replace(plain, per="day", start=start, end=end)


def _totals(plain: Plain) -> dict[str, int]:
    statuses = [status for _, _, status, _ in _listed(plain)]
    touched = [event for event in plain.usage if event.item is not None]
    return {
        "kept": len(statuses) - statuses.count("deleted"),
        **{status: statuses.count(status) for status in STATUSES},
        "uses": _weight(touched),
        "denied": denied(touched),
    }


def _listed(plain: Plain) -> Iterable[tuple[Thing, Item, str, list[Event]]]:
    """What was there by the end of the period: its status, and its events of the period."""
    sources = Standings(replace(plain, status=StatusDefinition(intents=(Intent.USE,)))).covered
    done, touches = grouped(plain.usage, lambda event: event.item), plain.world.by_item
    for thing, item in plain.listed_items().items():
        past = [event for event in touches[thing] if event.time < plain.end]
        if item.seen is None or item.seen >= plain.end:
            continue
        if BY_EVENT & set(plain.patterns) and not any(map(plain.matches, past)):
            continue
        status = _status(plain, item, done.get(thing, []), past, sources)
        yield thing, item, status, done.get(thing, [])


def _status(
    plain: Plain, item: Item, done: list[Event], past: list[Event], covered: set[str]
) -> str:
    if item.deleted is not None and item.deleted < plain.end:
        return "deleted"
    if any(map(is_use, done)):
        return "used"
    if not {event.source for event in past} <= covered:
        return "no_evidence"
    return "unused" if any(map(is_use, past)) else "never_used"


def _changed(touches: Iterable[Event]) -> datetime | None:
    """When an item was last created or changed, whenever that was."""
    written = ("item_added", "item_updated")
    done = [event for event in touches if event.outcome == "ok" and event.intent != "heartbeat"]
    return last_time(event for event in done if event.kind in written)


def _uses(events: Iterable[Event]) -> list[Event]:
    return [event for event in events if is_use(event)]


def _weight(events: Iterable[Event]) -> int:
    return sum(event.weight for event in _uses(events))


def _numbers(plain: Plain, events: list[Event]) -> Row:
    return (
        len(events),
        succeeded(events, "login"),
        succeeded(events, "secret_read"),
        glances(plain, events),
        succeeded(events, "password_autofilled"),
        succeeded(events, "remote_connection"),
        succeeded(events, "item_added"),
        objects_of_keys(events),
    )


def _place(row: Row) -> tuple[Any, ...]:
    """The place of an event among those of its instant."""
    _, user, account, kind, detail, outcome, item, type_, objects, method, source, known = row
    texts = (nulls_last(item), nulls_last(type_))
    place = (place_of_kind(kind), nulls_last(detail), OUTCOMES.index(outcome))
    return (user, account, *place, *texts, objects, nulls_last(method), source, known)
