"""Schedules and their runs, as the state keeps them: planned once, taken by one, ended once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or_leave

from vaultmeter.state.tables import SCHEDULE, SCHEDULE_RUN

PLANNED, MAKING, DELIVERING = "planned", "making", "delivering"
DONE, FAILED, SKIPPED = "done", "failed", "skipped"
STATES = (PLANNED, MAKING, DELIVERING, DONE, FAILED, SKIPPED)
"""What may be the matter with a run; the last three are ends."""
AS_PLANNED, BY_HAND, AS_TEST = "planned", "manual", "test"
LEASE = timedelta(seconds=60)
"""How long whoever makes a run has it, unless they say that they are still at it."""

LONGEST_PAUSE = timedelta(minutes=30)
"""The longest that a run which failed waits for its next attempt."""


@dataclass(frozen=True)
class Owner:
    """Whose rights a schedule runs with. Numbers of keys come again: `since` tells them apart."""

    kind: str
    """operator, user or key."""
    id: int
    name: str
    since: datetime | None


@dataclass(frozen=True)
class Schedule:
    """What leaves by itself. Instants are UTC."""

    id: int
    name: str
    owner: Owner
    settings: Mapping[str, Any]
    """What, when and where to, as JSON has it."""
    is_paused: bool
    paused_because: str
    planned_to: datetime
    """The last due time that was planned, or when planning began."""
    created: datetime
    changed: datetime


@dataclass(frozen=True)
class Run:
    """What became of a due time. Instants are UTC."""

    id: int
    schedule: int
    due: datetime
    way: str
    """planned, manual or test."""
    asked_by: str
    addressed: str | None
    """The one address that a test goes to."""
    state: str
    begun: int
    """How often making it began."""
    failures: int
    next_attempt: datetime | None
    lease: str | None
    leased_until: datetime | None
    period_from: datetime | None
    period_to: datetime | None
    exports: tuple[int, ...]
    deliveries: tuple[int, ...]
    note: str
    error: str
    planned: datetime
    started: datetime | None
    ended: datetime | None


def schedules(connection: Connection) -> list[Schedule]:
    """Every schedule, by name."""
    statement = select(SCHEDULE).order_by(SCHEDULE.c.name, SCHEDULE.c.id)
    return [_schedule(row) for row in connection.execute(statement)]


def schedule_of(connection: Connection, number: int) -> Schedule | None:
    """The schedule of a number; `None` where there is none."""
    row = connection.execute(select(SCHEDULE).where(SCHEDULE.c.id == number)).one_or_none()
    return None if row is None else _schedule(row)


def add_schedule(
    connection: Connection, name: str, owner: Owner, settings: Mapping[str, Any], now: datetime
) -> int:
    """Keep a schedule, which is due from now on; answers its number."""
    statement = insert(SCHEDULE).values(
        name=name,
        owner_kind=owner.kind,
        owner=owner.id,
        owner_name=owner.name,
        owner_since=owner.since,
        settings=json.dumps(dict(settings)),
        is_paused=False,
        paused_because="",
        planned_to=now,
        created=now,
        changed=now,
    )
    number: int = connection.execute(statement.returning(SCHEDULE.c.id)).scalar_one()
    return number


def change_schedule(connection: Connection, number: int, **values: Any) -> None:  # noqa: ANN401  columns of any type
    """Change columns of a schedule; settings are given as JSON has them."""
    if "settings" in values:
        values["settings"] = json.dumps(dict(values["settings"]))
    connection.execute(update(SCHEDULE).where(SCHEDULE.c.id == number).values(**values))


def remove_schedule(connection: Connection, number: int) -> None:
    """Forget a schedule and its runs."""
    connection.execute(delete(SCHEDULE).where(SCHEDULE.c.id == number))


def add_run(
    connection: Connection,
    schedule: int,
    due: datetime,
    now: datetime,
    **values: Any,  # noqa: ANN401  columns of any type
) -> int | None:
    """Keep the run of a due time; answers its number, and `None` where that due time has one."""
    usual: dict[str, Any] = {
        "way": AS_PLANNED,
        "asked_by": "",
        "state": PLANNED,
        "begun": 0,
        "failures": 0,
        "exports": "[]",
        "deliveries": "[]",
        "note": "",
        "error": "",
    }
    statement = (
        insert_or_leave(SCHEDULE_RUN)
        .values(schedule=schedule, due=due, planned=now, **usual | values)
        .on_conflict_do_nothing()
        .returning(SCHEDULE_RUN.c.id)
    )
    number: int | None = connection.execute(statement).scalar()
    return number


def run_of(connection: Connection, number: int) -> Run | None:
    """The run of a number; `None` where there is none."""
    statement = select(SCHEDULE_RUN).where(SCHEDULE_RUN.c.id == number)
    row = connection.execute(statement).one_or_none()
    return None if row is None else _run(row)


def runs_of(
    connection: Connection, schedule: int, limit: int, before: int | None = None
) -> list[Run]:
    """The runs of a schedule, the newest first: of numbers before one."""
    statement = select(SCHEDULE_RUN).where(SCHEDULE_RUN.c.schedule == schedule)
    if before is not None:
        statement = statement.where(SCHEDULE_RUN.c.id < before)
    rows = connection.execute(statement.order_by(SCHEDULE_RUN.c.id.desc()).limit(limit))
    return [_run(row) for row in rows]


def latest_runs(connection: Connection) -> dict[int, Run]:
    """The newest run of each schedule that is no test, by schedule."""
    newest = (
        select(func.max(SCHEDULE_RUN.c.id))
        .where(SCHEDULE_RUN.c.way != AS_TEST)
        .group_by(SCHEDULE_RUN.c.schedule)
    )
    rows = connection.execute(select(SCHEDULE_RUN).where(SCHEDULE_RUN.c.id.in_(newest)))
    return {row.schedule: _run(row) for row in rows}


def runs_in(connection: Connection, state: str) -> list[Run]:
    """Every run in a state, the oldest first."""
    statement = select(SCHEDULE_RUN).where(SCHEDULE_RUN.c.state == state)
    return [_run(row) for row in connection.execute(statement.order_by(SCHEDULE_RUN.c.id))]


def is_any_open(connection: Connection) -> bool:
    """Whether any run waits, or is being made."""
    statement = select(SCHEDULE_RUN.c.id).where(SCHEDULE_RUN.c.state.in_((PLANNED, MAKING)))
    return connection.execute(statement.limit(1)).scalar() is not None


def take_run(connection: Connection, holder: str, now: datetime) -> Run | None:
    """Take the run that waits longest, for `LEASE`; `None` where none waits.

    One that is being made is taken over when its lease is over. Runs of a schedule that is paused
    wait, but for those that somebody asked for.
    """
    waits = and_(
        SCHEDULE_RUN.c.state == PLANNED,
        or_(
            SCHEDULE_RUN.c.next_attempt.is_(None),
            SCHEDULE_RUN.c.next_attempt <= now,
            SCHEDULE_RUN.c.next_attempt > now + LONGEST_PAUSE,
        ),
    )
    # What is later than anything that is set now was set by a clock that was ahead.
    over = or_(
        SCHEDULE_RUN.c.leased_until.is_(None),
        SCHEDULE_RUN.c.leased_until <= now,
        SCHEDULE_RUN.c.leased_until > now + LEASE,
    )
    statement = (
        select(SCHEDULE_RUN.c.id)
        .join(SCHEDULE, SCHEDULE.c.id == SCHEDULE_RUN.c.schedule)
        .where(
            or_(waits, and_(SCHEDULE_RUN.c.state == MAKING, over)),
            or_(SCHEDULE.c.is_paused.is_(False), SCHEDULE_RUN.c.way != AS_PLANNED),
        )
        .order_by(SCHEDULE_RUN.c.due, SCHEDULE_RUN.c.id)
        .limit(1)
    )
    number = connection.execute(statement).scalar()
    if number is None:
        return None
    taken = {"state": MAKING, "lease": holder, "leased_until": now + LEASE, "next_attempt": None}
    change_run(connection, number, begun=SCHEDULE_RUN.c.begun + 1, **taken)
    run = run_of(connection, number)
    if run is not None and run.started is None:
        change_run(connection, number, started=now)
    return run


def hold_runs(connection: Connection, holder: str, now: datetime, number: int | None = None) -> int:
    """Lengthen the leases of a holder, or that on one run; answers how many they have.

    None is one that somebody else has by now, or that is over.
    """
    is_held = and_(SCHEDULE_RUN.c.state == MAKING, SCHEDULE_RUN.c.lease == holder)
    if number is not None:
        is_held = and_(is_held, SCHEDULE_RUN.c.id == number)
    statement = update(SCHEDULE_RUN).where(is_held).values(leased_until=now + LEASE)
    return connection.execute(statement).rowcount


def release_runs(connection: Connection, node: str) -> int:
    """Let the runs that a node held be taken at once; answers how many there were."""
    is_held = and_(
        SCHEDULE_RUN.c.state == MAKING, SCHEDULE_RUN.c.lease.startswith(f"{node}/", autoescape=True)
    )
    statement = update(SCHEDULE_RUN).where(is_held).values(lease=None, leased_until=None)
    return connection.execute(statement).rowcount


def change_run(connection: Connection, number: int, **values: Any) -> None:  # noqa: ANN401  columns of any type
    """Change columns of a run; lists of numbers are given as such."""
    written = {
        name: json.dumps(list(value)) if name in {"exports", "deliveries"} else value
        for name, value in values.items()
    }
    connection.execute(update(SCHEDULE_RUN).where(SCHEDULE_RUN.c.id == number).values(**written))


def skip_waiting(connection: Connection, schedule: int, why: str, now: datetime) -> int:
    """Skip what was planned of a schedule and is not being made; answers how many runs."""
    statement = (
        update(SCHEDULE_RUN)
        .where(
            SCHEDULE_RUN.c.schedule == schedule,
            SCHEDULE_RUN.c.state == PLANNED,
            SCHEDULE_RUN.c.way == AS_PLANNED,
        )
        .values(state=SKIPPED, error=why, next_attempt=None, ended=now)
    )
    return connection.execute(statement).rowcount


def forget_future(connection: Connection, schedule: int, now: datetime) -> int:
    """Forget runs that were planned by a clock that was ahead, and never began."""
    statement = delete(SCHEDULE_RUN).where(
        SCHEDULE_RUN.c.schedule == schedule,
        SCHEDULE_RUN.c.way == AS_PLANNED,
        SCHEDULE_RUN.c.state.in_((PLANNED, SKIPPED)),
        SCHEDULE_RUN.c.begun == 0,
        SCHEDULE_RUN.c.due > now,
    )
    return connection.execute(statement).rowcount


def forget_runs(connection: Connection, before: datetime, ends: Sequence[str]) -> int:
    """Forget runs that ended before an instant (UTC) in one of some states; answers how many.

    The newest due time of a schedule is never forgotten by it: `planned_to` has that.
    """
    statement = delete(SCHEDULE_RUN).where(
        SCHEDULE_RUN.c.ended < before, SCHEDULE_RUN.c.state.in_(ends)
    )
    return connection.execute(statement).rowcount


def _schedule(row: Any) -> Schedule:  # noqa: ANN401  the library's
    return Schedule(
        row.id,
        row.name,
        Owner(row.owner_kind, row.owner, row.owner_name, row.owner_since),
        json.loads(row.settings),
        row.is_paused,
        row.paused_because,
        row.planned_to,
        row.created,
        row.changed,
    )


def _run(row: Any) -> Run:  # noqa: ANN401  the library's
    values = {name: getattr(row, name) for name in Run.__dataclass_fields__}
    lists = {name: tuple(json.loads(values[name])) for name in ("exports", "deliveries")}
    return Run(**{**values, **lists})
