"""Events as plain objects, read from lines of the open format with `json` and nothing else.

What is known of identities and items is worked out here as the architecture page words it, one
record at a time: slow, and easy to check by reading.
"""

import json
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import TypeVar

Key = TypeVar("Key")

Who = tuple[str, str]
Thing = tuple[str, str]
Lines = dict[str, tuple[dict[str, int], dict[str, int]]]
"""By source, its rejected lines by reason, and those that are neither events nor rejected."""

INTENTS = {
    "use": "secret_read password_accessed password_autofilled remote_connection key_operation "
    "credential_issued",
    "manage": "item_added item_updated item_deleted item_shared rotation export admin",
    "presence": "login login_failed logout list other",
    "heartbeat": "heartbeat",
    "system": "system",
}
INTENT_OF_KIND = {kind: intent for intent, kinds in INTENTS.items() for kind in kinds.split()}
FIVE_MINUTES = timedelta(minutes=5)


@dataclass(frozen=True)
class Event:
    """One event, once. `place` is its rank in the order of receipt."""

    place: int
    time: datetime
    source: str
    account: str
    who: Who
    name: str
    is_named: bool
    identity_kind: str
    item: Thing | None
    item_type: str | None
    session: str | None
    kind: str
    detail: str | None
    intent: str
    outcome: str
    weight: int
    product: str
    auth_method: str | None
    source_event: str


@dataclass(frozen=True)
class Identity:
    """Who or what acts: as its best and latest record describes it."""

    name: str
    account: str
    kind: str
    auth_method: str | None


@dataclass(frozen=True)
class Item:
    """What is acted on, and when it came and went."""

    type: str
    product: str
    seen: datetime | None
    created: datetime | None
    deleted: datetime | None


class World:
    """All events of some accounts, and what follows from them alone.

    Many questions are asked of one world: what does not depend on the question is worked out once.
    """

    def __init__(
        self, events: Iterable[Event], roots: Iterable[str], lines: Lines | None = None
    ) -> None:
        """Work out identities, items, glances and accounts of these events."""
        self.roots, self.lines = tuple(roots), lines or {}
        self.events = sorted(events, key=lambda event: (event.time, event.place))
        self.accounts = {event.account for event in self.events} | set(self.roots)
        acts = grouped(self.events, lambda event: event.who)
        self.identities = {who: _identity(done) for who, done in acts.items()}
        self.by_item = grouped(self.events, lambda event: event.item)
        self.items = {
            item: _item(events) for item, events in self.by_item.items() if item is not None
        }
        self.glances = {event.place for event in self._glances()}

    def seen_by(self, accounts: tuple[str, ...]) -> "World":
        """The world as it would be if only the events of these accounts, and below, existed."""
        return _seen_by(self, accounts)

    @cached_property
    def by_source(self) -> dict[str, list[Event]]:
        """The events of each source, in the order of time."""
        return grouped(self.events, lambda event: event.source)

    @cached_property
    def days_by_source(self) -> dict[str, set[date]]:
        """The UTC days on which each source has events."""
        return {
            source: {event.time.astimezone(UTC).date() for event in events}
            for source, events in self.by_source.items()
        }

    def _glances(self) -> Iterable[Event]:
        last: dict[tuple[Who, Thing], datetime] = {}
        for event in self.events:
            if event.item is None or not self._is_access(event):
                continue
            before = last.get((event.who, event.item))
            if before is None or event.time - before > FIVE_MINUTES:
                yield event
            last[event.who, event.item] = event.time

    def _is_access(self, event: Event) -> bool:
        is_person = self.identities[event.who].kind == "person"
        kinds = ("password_accessed", "secret_read")
        return is_person and event.kind in kinds and event.outcome == "ok"


@lru_cache(maxsize=8)
def _seen_by(world: World, accounts: tuple[str, ...]) -> World:
    return World(
        (event for event in world.events if is_below(event.account, accounts)),
        (root for root in world.roots if is_below(root, accounts)),
        world.lines,
    )


def those_before(events: list[Event], end: datetime) -> list[Event]:
    """Of events in the order of time those before an instant."""
    return events[: bisect_left(events, end, key=attrgetter("time"))]


def those_from(events: list[Event], start: datetime) -> list[Event]:
    """Of events in the order of time those at an instant and after it."""
    return events[bisect_left(events, start, key=attrgetter("time")) :]


def is_below(account: str, accounts: tuple[str, ...]) -> bool:
    """Whether an account is one of some accounts or lies below one."""
    return any(account == seen or account.startswith(seen + "/") for seen in accounts)


def grouped(events: Iterable[Event], key: Callable[[Event], Key]) -> dict[Key, list[Event]]:
    """Events by what a function says of them, in their order."""
    groups: dict[Key, list[Event]] = {}
    for event in events:
        groups.setdefault(key(event), []).append(event)
    return groups


def read(lines: Iterable[bytes], source: str, root: str, first: int = 0) -> list[Event]:
    """The events of a source's lines, each id once; no line may be one that is rejected."""
    events: dict[str, Event] = {}
    for place, line in enumerate(lines, start=first):
        record = json.loads(line)
        events.setdefault(record["id"], _event(record, place, source, root))
    return list(events.values())


def _event(record: dict[str, str], place: int, source: str, root: str) -> Event:
    kind = record["kind"]
    account = record.get("account", root)
    if account != root and not account.startswith(root + "/"):
        account = f"{root}/{account}"
    item = record.get("item")
    product = {
        "password_accessed": "pm",
        "password_autofilled": "pm",
        "remote_connection": "sra",
    }.get(kind, "sm")
    return Event(
        place=place,
        time=datetime.fromisoformat(record["time"]).astimezone(UTC),
        source=source,
        account=account,
        who=(root, record["identity"]),
        name=record.get("identity_name", record["identity"]),
        is_named="identity_name" in record,
        identity_kind=record.get("identity_kind", "person"),
        item=(account, item) if item else None,
        item_type=record.get("item_type", "static_secret") if item else None,
        session=record.get("session"),
        kind=kind,
        detail=record.get("detail"),
        intent=record.get("intent", INTENT_OF_KIND[kind]),
        outcome=record.get("outcome", "denied" if kind == "login_failed" else "ok"),
        weight=int(record.get("weight", 1)),
        product=record.get("product", product),
        auth_method=record.get("auth_method"),
        source_event=record.get("source_event", kind),
    )


def _identity(events: list[Event]) -> Identity:
    best = max(events, key=lambda event: (event.is_named, event.time, event.name))
    methods = [event for event in events if event.auth_method is not None]
    last = max(methods, key=lambda event: (event.is_named, event.time), default=None)
    method = None if last is None else last.auth_method
    return Identity(best.name, best.account, best.identity_kind, method)


def _item(touches: list[Event]) -> Item:
    latest = touches[-1]
    done = [event for event in touches if event.outcome == "ok" and event.intent != "heartbeat"]
    shown = [
        event.time for event in done if event.kind not in ("item_deleted", "list", "login_failed")
    ]
    added = [event.time for event in done if event.kind == "item_added"]
    written = [event.time for event in done if event.kind in ("item_added", "item_updated")]
    deleted = [event.time for event in done if event.kind == "item_deleted"]
    is_gone = bool(deleted) and not (written and max(written) >= max(deleted))
    assert latest.item_type is not None
    return Item(
        type=latest.item_type,
        product=latest.product,
        seen=min(shown, default=None),
        created=min(added, default=None),
        deleted=max(deleted) if is_gone else None,
    )
