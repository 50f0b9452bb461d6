"""Sessions computed a second time: a walk through one identity's events, in the order of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.reports.plain_events import Event, grouped
from tests.reports.plain_question import Plain

Row = tuple[Any, ...]
HALF_AN_HOUR = timedelta(minutes=30)
TWELVE_HOURS = timedelta(hours=12)


@dataclass
class Session:
    """Consecutive events, and how they came to an end."""

    events: list[Event]
    how_ended: str = ""

    @property
    def started(self) -> datetime:
        """When its first event happened."""
        return self.events[0].time

    @property
    def ended(self) -> datetime:
        """When its last event happened."""
        return self.events[-1].time


def sessions(plain: Plain) -> list[Row]:
    """The sessions that started in the period, of everybody who may be seen."""
    rows = []
    events = [e for e in plain.usage_of_all_times if e.kind not in ("heartbeat", "login_failed")]
    groups = grouped(events, lambda event: (event.who, event.source, event.session))
    for (_, source, key), those in groups.items():
        end_of_source = plain.end_of(source)
        found = [Session(those)] if key is not None else _inferred(those)
        for session in found:
            if plain.start <= session.started < plain.end:
                how = _how_ended(session, end_of_source, is_inferred=key is None)
                rows.append(_row(plain, session, how, is_inferred=key is None))
    return sorted(rows, key=lambda row: (row[0], -row[2].timestamp()))


def _inferred(events: list[Event]) -> list[Session]:
    """Cut where somebody signed in, had signed out, or paused; and after each twelve hours."""
    found: list[Session] = []
    begun = events[0].time
    for event in events:
        last = found[-1].events[-1] if found else None
        if last is None or last.kind == "logout":
            found.append(Session([event]))
            begun = event.time
        elif event.time - last.time > HALF_AN_HOUR:
            found[-1].how_ended = "timeout"
            found.append(Session([event]))
            begun = event.time
        elif event.kind == "login" and event.outcome == "ok":
            found[-1].how_ended = "login"
            found.append(Session([event]))
            begun = event.time
        elif event.time - begun > TWELVE_HOURS:
            found[-1].how_ended = "limit"
            found.append(Session([event]))
            while event.time - begun > TWELVE_HOURS:
                begun += TWELVE_HOURS
        else:
            found[-1].events.append(event)
    return found


def _how_ended(session: Session, end_of_source: datetime, *, is_inferred: bool) -> str:
    if any(event.kind == "logout" for event in session.events):
        return "logout"
    if session.how_ended:
        return session.how_ended
    if end_of_source - session.ended <= HALF_AN_HOUR:
        return "open"
    return "timeout" if is_inferred else "last_seen"


def _row(plain: Plain, session: Session, how_ended: str, *, is_inferred: bool) -> Row:
    identity = plain.world.identities[session.events[0].who]

    def ok(kind: str) -> int:
        return sum(event.kind == kind and event.outcome == "ok" for event in session.events)

    return (
        identity.name,
        identity.account,
        session.started,
        session.ended,
        how_ended,
        is_inferred,
        len(session.events),
        ok("secret_read"),
        sum(event.place in plain.world.glances for event in session.events),
        ok("password_autofilled"),
        ok("remote_connection"),
        ok("item_added"),
        session.events[0].source,
    )
