"""From due times to runs: each gets exactly one, in the order of time, whatever clocks do.

Due times are computed from the last one that was planned, so that none is passed over when
nothing ran for a while, and none comes twice when the clock goes back. What was missed is caught
up by the choice of the schedule; what is not made is listed as skipped, with the reason.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from vaultmeter.app import App
from vaultmeter.failpoints import reach
from vaultmeter.model.errors import VaultmeterError
from vaultmeter.schedules.plan import Plan, plan_of
from vaultmeter.schedules.span import span_of_query, span_of_report
from vaultmeter.schedules.telling import tell
from vaultmeter.schedules.timing import dues
from vaultmeter.schedules.views import view_of_owner
from vaultmeter.state import schedules as state
from vaultmeter.state.schedules import PLANNED, SKIPPED, Schedule

ON_TIME = timedelta(minutes=15)
"""A run that is planned within so long of its due time is not late."""
AT_ONCE = 500
"""Due times of one schedule that are planned in one transaction."""
_LATER = "A later one was due when the server ran again: of those missed, the latest was made."
_MISSED = "It was due while nothing ran, and this schedule makes up for none of those."


def plan_due(app: App) -> int:
    """Plan every run that is due by now; answers how many due times were new."""
    now, made = app.clock(), 0
    with app.state.reading() as connection:
        waiting = [each for each in state.schedules(connection) if _is_due(each, now)]
    for schedule in waiting:
        while (found := _plan_some(app, schedule.id, now)) == AT_ONCE:
            made += found
        made += found
    return made


def period_of_run(
    connection: Connection, schedule: Schedule, plan: Plan, due: datetime
) -> tuple[datetime, datetime] | None:
    """The period of a run at a due time, in UTC; `None` for all there is.

    Raises `Invalid` where none is meant, and `NotFound` for a saved view that is gone.
    """
    zone = ZoneInfo(plan.timing.zone)
    if plan.report is not None:
        span = span_of_report(plan.report, zone, due)
    else:
        view = view_of_owner(connection, schedule.owner.kind, schedule.owner.id, plan.view)
        span = span_of_query(view.query, zone, due, view.path)
    return None if span is None else (span.start, span.end)


def _is_due(schedule: Schedule, now: datetime) -> bool:
    if schedule.is_paused:
        return False
    if schedule.planned_to > now:
        return True
    return bool(dues(plan_of(schedule.settings).timing, schedule.planned_to, now, most=1))


def _plan_some(app: App, number: int, now: datetime) -> int:
    """Plan what is due of a schedule, up to `AT_ONCE`; answers how many due times that were."""
    with app.state.changing(decides=False) as connection:
        # Read again: somebody may have paused or changed it meanwhile.
        schedule = state.schedule_of(connection, number)
        if schedule is None or schedule.is_paused:
            return 0
        since = min(schedule.planned_to, now)
        if since < schedule.planned_to:
            state.forget_future(connection, number, now)
            state.change_schedule(connection, number, planned_to=since)
        plan = plan_of(schedule.settings)
        found = dues(plan.timing, since, now, most=AT_ONCE + 1)
        known = found[:AT_ONCE]
        for due in known:
            is_latest = due == known[-1] and len(found) <= AT_ONCE
            _plan_one(connection, schedule, plan, due, now, is_latest=is_latest)
        if known:
            state.change_schedule(connection, number, planned_to=known[-1])
    reach("schedule-planned")
    return len(known)


def _plan_one(
    connection: Connection,
    schedule: Schedule,
    plan: Plan,
    due: datetime,
    now: datetime,
    *,
    is_latest: bool,
) -> None:
    why = _why_skipped(plan.catch_up, due, now, is_latest=is_latest)
    values: dict[str, object] = {"state": PLANNED}
    if why:
        values = {"state": SKIPPED, "error": why, "ended": now}
    # What it is of may be gone: the run says so when it is made.
    with suppress(VaultmeterError):
        if span := period_of_run(connection, schedule, plan, due):
            values |= {"period_from": span[0], "period_to": span[1]}
    number = state.add_run(connection, schedule.id, due, now, **values)
    if why == _MISSED and is_latest and number is not None:
        run = state.run_of(connection, number)
        if run is not None:
            tell(connection, schedule, run, why, now)


def _why_skipped(catch_up: str, due: datetime, now: datetime, *, is_latest: bool) -> str:
    if catch_up == "none" and now - due > ON_TIME:
        return _MISSED
    return _LATER if catch_up == "latest" and not is_latest else ""
