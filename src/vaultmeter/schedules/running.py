"""A run, from its files to the outbox: made by one, delivered exactly once.

Whoever makes a run holds a lease on it. Files may be made again after a crash, and those that are
there are used again; the messages go into the outbox in the one transaction that says that the
run is made, and only for whoever has the lease then. So two who make the same run deliver it once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from vaultmeter import exporting, outbox
from vaultmeter.app import App
from vaultmeter.exporting import ExportFile, Wanted
from vaultmeter.exporting.writing import Progress
from vaultmeter.failpoints import reach
from vaultmeter.forwarding import usable
from vaultmeter.model.access import Permission, Principal
from vaultmeter.model.errors import Busy, Invalid, NotFound, Unavailable, VaultmeterError
from vaultmeter.schedules.messages import Sent, Span, message_of
from vaultmeter.schedules.owners import grants_of, principal_of
from vaultmeter.schedules.plan import Plan, plan_of
from vaultmeter.schedules.planning import period_of_run
from vaultmeter.schedules.span import asked_at, query_at
from vaultmeter.schedules.telling import failed, give_up
from vaultmeter.schedules.views import view_of_owner
from vaultmeter.state import schedules as state
from vaultmeter.state.exporting import change_file, files
from vaultmeter.state.outbox import DELIVERED, OPEN, Delivery
from vaultmeter.state.schedules import DELIVERING, DONE, Run, Schedule

log = structlog.get_logger("vaultmeter.schedules")
MOST_BEGUN = 100
"""A run that was begun so often without an end takes the process down each time: it is given up."""


class Taken(Busy):
    """Somebody else has the run by now, and delivers it."""


def run_next(app: App, holder: str, stop: Event | None = None) -> Run | None:
    """Make and deliver the run that waits longest; answers it, or `None` where none waits.

    While the store is being made ready none is begun. Once `stop` is set, the run that is being
    made is left for whoever comes next.
    """
    stop = stop or Event()
    if not app.is_whole or not _is_any(app):
        return None
    with app.state.changing(decides=False) as connection:
        run = state.take_run(connection, holder, app.clock())
        schedule = None if run is None else state.schedule_of(connection, run.schedule)
    if run is None or schedule is None:
        return None
    reach("schedule-taken")
    try:
        _make(app, schedule, run, holder, stop)
    except Taken:
        return run
    except Exception as error:  # noqa: BLE001  whatever it is: it is told to the owner
        _fail(app, schedule, run, holder, error, is_left=stop.is_set())
    return run


def hold(app: App, holder: str) -> bool:
    """Say that what a holder has is still being made; false where they have nothing any more."""
    with app.state.changing(decides=False) as connection:
        return bool(state.hold_runs(connection, holder, app.clock()))


def follow_deliveries(app: App) -> int:
    """End the runs whose messages have all arrived, or will not; answers how many."""
    ended = 0
    with app.state.reading() as connection:
        sent = {run: _deliveries(connection, run) for run in state.runs_in(connection, DELIVERING)}
    for run, found in sent.items():
        if not any(each.state in OPEN for each in found):
            with app.state.changing(decides=False) as connection:
                _end(connection, run, found, app.clock())
            ended += 1
    return ended


def _is_any(app: App) -> bool:
    """Whether any run waits; reading keeps nobody from writing."""
    with app.state.reading() as connection:
        return state.is_any_open(connection)


def _make(app: App, schedule: Schedule, run: Run, holder: str, stop: Event) -> None:
    if run.begun > MOST_BEGUN:
        raise Invalid(f"The process ended {MOST_BEGUN} times while this was made.", "Ask for less.")
    plan = plan_of(schedule.settings)
    with app.state.reading() as connection:
        who = principal_of(app, connection, schedule.owner)
        span = _span(connection, schedule, plan, run)
        each_wanted = [
            _wanted(connection, schedule, plan, format_, span) for format_ in plan.formats
        ]
    _leave_others(app, who, run)
    made = [_file(app, who, wanted, plan, run, stop) for wanted in each_wanted]
    reach("schedule-made")
    note = note_of(schedule, who)
    url = _url(app, each_wanted[0])
    sent = Sent(schedule, run, ZoneInfo(plan.timing.zone), span, note, url)
    _deliver(app, who, plan, sent, made, holder)
    reach("schedule-delivered")


def note_of(schedule: Schedule, who: Principal) -> str:
    """What readers must know of the rights it was made with; empty where they are as they were."""
    now, then = grants_of(who), schedule.settings.get("grants")
    if now is None or now == then:
        return ""
    return (
        f"{who.name} may see other accounts or products now than when the schedule was made:"
        " rows may be missing that were here before."
    )


def _span(connection: Connection, schedule: Schedule, plan: Plan, run: Run) -> Span:
    if run.period_from is not None and run.period_to is not None:
        return run.period_from, run.period_to
    return period_of_run(connection, schedule, plan, run.due)


def _wanted(
    connection: Connection, schedule: Schedule, plan: Plan, format_: str, span: Span
) -> Wanted:
    zone = ZoneInfo(plan.timing.zone)
    if plan.report is not None:
        return Wanted(format_, asked=asked_at(plan.report, zone, span))
    view = view_of_owner(connection, schedule.owner.kind, schedule.owner.id, plan.view)
    query = query_at(view.query, zone, span, view.path)
    return Wanted(format_, path=view.path, query=query, view=view.name)


def _leave_others(app: App, who: Principal, run: Run) -> None:
    """Let files be of no run any more that were made for it with other rights than there are."""
    grants = who.viewer(Permission.REPORTS).grants
    with app.state.changing(decides=False) as connection:
        for known in files(connection, app.settings.data, run=run.id):
            if known.grants != grants:
                change_file(connection, known.id, schedule_run=None)


def _file(
    app: App, who: Principal, wanted: Wanted, plan: Plan, run: Run, stop: Event
) -> ExportFile:
    """The file of a run: the one that was made already, or a new one; raises what making does."""
    now = app.clock()
    return exporting.make(
        app,
        who,
        wanted,
        now,
        kept_until=now + timedelta(days=plan.keep_days),
        schedule_run=run.id,
        progress=Progress(stop=stop),
    )


def _deliver(
    app: App, who: Principal, plan: Plan, sent: Sent, made: Sequence[ExportFile], holder: str
) -> None:
    """Post the messages and end the making, together or not at all; raises `Taken`."""
    message, now = message_of(sent, made), app.clock()
    to = plan.recipients if sent.run.addressed is None else (sent.run.addressed,)
    # Before the transaction: whoever writes into the trail has what this waits for.
    trail = app.access.trail
    with app.state.changing(decides=False) as connection:
        if not state.hold_runs(connection, holder, now, sent.run.id):
            raise Taken("Somebody else makes this run.", "They deliver it.")
        posted: list[int] = []
        if to:
            posted += outbox.post_mail(connection, message, to, now)
        if sent.run.addressed is None:
            posted += [
                outbox.post(connection, message, _forwarder(connection, who, name), now)
                for name in plan.forwarders
            ]
        reach("schedule-posted")
        values: dict[str, Any] = {"state": DELIVERING} if posted else {"state": DONE, "ended": now}
        state.change_run(
            connection,
            sent.run.id,
            exports=[each.id for each in made],
            deliveries=posted,
            note=sent.note,
            error="",
            lease=None,
            leased_until=None,
            **values,
        )
        details = {"due": sent.run.due.isoformat(), "to": [*to, *plan.forwarders]}
        trail.add(connection, who, "schedule.deliver", sent.schedule.name, details=details)


def _forwarder(connection: Connection, who: Principal, name: str) -> int:
    found = {each.name: each for each in usable(connection, who)}.get(name)
    if found is None:
        raise NotFound(f"There is no forwarder {name!r} any more.", "Change the schedule.")
    if not found.is_enabled:
        raise Unavailable(f"The forwarder {name!r} is switched off.", "Enable it.")
    return found.id


def _fail(
    app: App, schedule: Schedule, run: Run, holder: str, error: Exception, *, is_left: bool
) -> None:
    now = app.clock()
    if not is_left:
        is_told = isinstance(error, VaultmeterError) and not error.inside
        log.warning(
            "a schedule failed",
            schedule=schedule.id,
            run=run.id,
            reason=str(error),
            exc_info=None if is_told else error,
        )
    with app.state.changing(decides=False) as connection:
        if not state.hold_runs(connection, holder, now, run.id):
            return
        if is_left:
            state.change_run(connection, run.id, lease=None, leased_until=None)
            return
        # Read again: it may have been paused meanwhile.
        latest = state.schedule_of(connection, schedule.id) or schedule
        failed(connection, latest, run, error, now)


def _deliveries(connection: Connection, run: Run) -> list[Delivery]:
    found = (outbox.delivery_of(connection, number) for number in run.deliveries)
    return [each for each in found if each is not None]


def _end(connection: Connection, run: Run, sent: Sequence[Delivery], now: datetime) -> None:
    lost = [each for each in sent if each.state != DELIVERED]
    schedule = state.schedule_of(connection, run.schedule)
    if not lost or schedule is None:
        state.change_run(connection, run.id, state=DONE, ended=now)
        return
    told = "; ".join(f"{each.destination}: {each.last_error or each.state}" for each in lost)
    words = f"Not delivered to {told}"
    give_up(connection, schedule, run, words, now, failures=run.failures)


def _url(app: App, wanted: Wanted) -> str:
    public = app.settings.public_url.rstrip("/")
    return f"{public}{wanted.path}?{wanted.query}" if public and wanted.path else ""
