"""Schedules and runs as JSON has them, and which of them somebody is shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from vaultmeter import exporting, outbox
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Forbidden, NotFound, did_you_mean
from vaultmeter.model.instants import text_of
from vaultmeter.model.period import zone_named
from vaultmeter.schedules.owners import is_owner
from vaultmeter.schedules.plan import plan_of
from vaultmeter.schedules.timing import Timing, next_runs
from vaultmeter.state import schedules as state
from vaultmeter.state.schedules import Run, Schedule

SHOWN_NEXT = 5
"""How many of the next runs are told."""


def schedules_seen(connection: Connection, who: Principal) -> list[Schedule]:
    """Somebody's own schedules, and all for who has the permission everywhere; by name.

    Raises `Forbidden` without the permissions that every schedule needs.
    """
    check_may(who)
    return [
        each
        for each in state.schedules(connection)
        if sees_all(who) or is_owner(connection, who, each.owner)
    ]


def schedule_seen(connection: Connection, who: Principal, word: str) -> Schedule:
    """The schedule of a number, or of a name: somebody's own first; raises `NotFound`."""
    seen = schedules_seen(connection, who)
    own = [each for each in seen if is_owner(connection, who, each.owner)]
    for each in (*own, *seen):
        if word in {str(each.id), each.name}:
            return each
    raise NotFound(
        f"There is no schedule {word!r} that you can see.",
        did_you_mean(word, (each.name for each in seen)) or "vaultmeter schedules add makes one.",
    )


def check_may(who: Principal) -> None:
    """Raise `Forbidden` for whoever may not have reports leave by themselves."""
    who.require(Permission.SCHEDULES)
    who.require(Permission.REPORTS)


def sees_all(who: Principal) -> bool:
    """Whether somebody sees everybody's schedules."""
    return who.viewer(Permission.SCHEDULES).grants is None


def plain(schedule: Schedule, now: datetime, last: Run | None) -> Object:
    """A schedule as JSON has it, with its next runs and the last one."""
    plan = plan_of(schedule.settings)
    return {
        "id": schedule.id,
        "name": schedule.name,
        "owner": schedule.owner.name,
        "owner_kind": schedule.owner.kind,
        **plan.plain(),
        "timing": plan.timing.text(),
        "is_paused": schedule.is_paused,
        "paused_because": schedule.paused_because,
        "next": [] if schedule.is_paused else upcoming(plan.timing, schedule.planned_to, now),
        "last_run": None if last is None else _run(last, plan.timing),
        "created": text_of(schedule.created),
        "changed": text_of(schedule.changed),
    }


def upcoming(timing: Timing, planned_to: datetime, now: datetime) -> list[Object]:
    """The next runs: each in UTC, and as the clock shows it there."""
    zone = zone_named(timing.zone)
    found = next_runs(timing, max(planned_to, now), SHOWN_NEXT)
    return [{"due": text_of(due), "local": due.astimezone(zone).isoformat()} for due in found]


def plain_run(app: App, connection: Connection, who: Principal, run: Run, timing: Timing) -> Object:
    """A run as JSON has it, with those of its files that somebody may see."""
    files = [found for number in run.exports if (found := _file(app, who, number)) is not None]
    return {
        **_run(run, timing),
        "asked_by": run.asked_by,
        "attempts": run.begun,
        "failures": run.failures,
        "next_attempt": text_of(run.next_attempt),
        "files": files,
        "deliveries": _deliveries(connection, run),
    }


def _run(run: Run, timing: Timing) -> Object:
    ends = run.period_from, run.period_to
    return {
        "id": run.id,
        "due": text_of(run.due),
        "way": run.way,
        "state": run.state,
        "period": None
        if None in ends
        else {"from": text_of(ends[0]), "to": text_of(ends[1]), "time_zone": timing.zone},
        "error": run.error,
        "note": run.note,
        "started": text_of(run.started),
        "ended": text_of(run.ended),
    }


def _file(app: App, who: Principal, number: int) -> Object | None:
    """What is told of a kept file; `None` for who may not see its rows, and once it is gone."""
    try:
        found: Any = exporting.show(app, who, number)
    except (NotFound, Forbidden):
        return None
    return dict(found)


def _deliveries(connection: Connection, run: Run) -> list[Object]:
    found = (outbox.delivery_of(connection, number) for number in run.deliveries)
    return [
        {
            "id": each.id,
            "to": each.destination,
            "state": each.state,
            "attempts": each.attempts,
            "error": each.last_error,
        }
        for each in found
        if each is not None
    ]
