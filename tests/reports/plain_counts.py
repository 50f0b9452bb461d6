"""Single figures of plain events: what one cell of a report holds."""

from collections.abc import Callable, Iterable
from datetime import datetime

from tests.reports.plain_events import Event, Who
from tests.reports.plain_question import USAGE, Plain

OUTCOMES = ("ok", "denied", "not_found", "error")
KINDS = [
    "login",
    "login_failed",
    "logout",
    "heartbeat",
    "secret_read",
    "password_accessed",
    "password_autofilled",
    "remote_connection",
    "key_operation",
    "credential_issued",
    "item_added",
    "item_updated",
    "item_deleted",
    "item_shared",
    "rotation",
    "export",
    "list",
    "admin",
    "system",
    "other",
]


def succeeded(events: Iterable[Event], kind: str) -> int:
    """How many events of a kind succeeded."""
    return sum(event.kind == kind and event.outcome == "ok" for event in events)


def failed_logins(events: Iterable[Event]) -> int:
    """How many sign-ins were refused."""
    return sum(event.kind == "login_failed" for event in events)


def denied(events: Iterable[Event]) -> int:
    """How many requests were refused for lack of permission; refused sign-ins are apart."""
    return sum(event.outcome == "denied" and event.kind != "login_failed" for event in events)


def objects_of_keys(events: Iterable[Event]) -> int:
    """How many objects were encrypted, decrypted, signed or verified."""
    return sum(e.weight for e in events if e.kind == "key_operation" and e.outcome == "ok")


def glances(plain: Plain, events: Iterable[Event]) -> int:
    """How many of the events begin a glance."""
    return sum(event.place in plain.world.glances for event in events)


def of_people(plain: Plain, events: Iterable[Event]) -> list[Event]:
    """The events of people."""
    return [event for event in events if plain.world.identities[event.who].kind == "person"]


def users_of(plain: Plain, events: Iterable[Event]) -> set[Who]:
    """The people who used something successfully."""
    people = of_people(plain, events)
    return {event.who for event in people if event.intent == "use" and event.outcome == "ok"}


def clients_of(plain: Plain, events: Iterable[Event]) -> set[Who]:
    """Who made at least one successful request that is more than a heartbeat or system work."""
    kinds = ("person", "machine", "agent")
    known = plain.world.identities
    acted = {e.who for e in events if e.outcome == "ok" and e.intent in USAGE}
    return {who for who in acted if known[who].kind in kinds}


def requests_and_outcomes(events: list[Event]) -> tuple[int, ...]:
    """Requests, objects, and requests by outcome."""
    outcomes = [event.outcome for event in events]
    objects = sum(event.weight for event in events)
    return (len(events), objects, *(outcomes.count(outcome) for outcome in OUTCOMES))


def items_touched(events: Iterable[Event]) -> int:
    """How many different items the events are about."""
    return len({event.item for event in events} - {None})


def is_use_or_change(event: Event) -> bool:
    """Whether somebody used or changed something successfully."""
    return event.intent in ("use", "manage") and event.outcome == "ok"


def is_login(event: Event) -> bool:
    """Whether somebody signed in."""
    return event.kind == "login" and event.outcome == "ok"


def last_time(events: Iterable[Event], is_meant: Callable[[Event], bool] = bool) -> datetime | None:
    """When the last of the events that are meant happened."""
    return max((event.time for event in events if is_meant(event)), default=None)


def percent(value: int, before: int) -> float | None:
    """The change in percent, to one digit; none from nothing."""
    return round(100 * (value - before) / before, 1) if before else None


def place_of_kind(kind: str) -> int:
    """The place of a kind in the list of kinds."""
    return KINDS.index(kind)


def nulls_last(text: str | None) -> tuple[bool, str]:
    """What text is sorted by when what is missing comes last."""
    return (text is None, text or "")
