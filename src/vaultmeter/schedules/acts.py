"""What is done with schedules, by whom: made, changed, paused, run by hand; each with its trail.

Everybody has their own. Who has the permission everywhere sees all, and may stop any; to have
somebody else's reports sent anywhere it takes all reports besides, for they are made with the
rights of their owner.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from vaultmeter.app import App
from vaultmeter.forwarding import check_addresses, usable
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.cursor import number_in
from vaultmeter.model.errors import Exists, Invalid, NotFound, did_you_mean
from vaultmeter.schedules.owners import grants_of, is_owner, owner_of
from vaultmeter.schedules.plan import KEEP_DAYS, Plan, checked, plan_of
from vaultmeter.schedules.planning import period_of_run
from vaultmeter.schedules.telling import address_of
from vaultmeter.schedules.timing import next_due, timing_of
from vaultmeter.schedules.told import (
    check_may,
    plain,
    plain_run,
    schedule_seen,
    schedules_seen,
    upcoming,
)
from vaultmeter.schedules.views import view_of_owner
from vaultmeter.state import schedules as state
from vaultmeter.state.schedules import AS_TEST, BY_HAND, Owner, Schedule
from vaultmeter.views.pages import page_at

MOST = 200
"""Schedules that one owner may have."""
_LONGEST_NAME = 80
_BY_HAND = "By hand."
"""Why a schedule rests that somebody paused; who did is in the trail."""


def listed(app: App, who: Principal) -> Object:
    """The schedules that somebody is shown, by name, each with its next runs and the last one."""
    now = app.clock()
    with app.state.reading() as connection:
        last = state.latest_runs(connection)
        seen = schedules_seen(connection, who)
        rows = [plain(each, now, last.get(each.id)) for each in seen]
    return {"rows": rows, "next": None}


def show(app: App, who: Principal, schedule: str) -> Object:
    """The schedule of a number or a name; raises `NotFound`."""
    with app.state.reading() as connection:
        return _told(app, connection, schedule_seen(connection, who, schedule).id)


def add(  # noqa: PLR0913  one for each part of a schedule
    app: App,
    who: Principal,
    *,
    name: str,
    every: str,
    formats: Sequence[str],
    view: int | None = None,
    report: Mapping[str, Any] | None = None,
    at: str | None = None,
    on: str | None = None,
    cron: str | None = None,
    time_zone: str = "UTC",
    catch_up: str = "latest",
    recipients: Sequence[str] = (),
    forwarders: Sequence[str] = (),
    keep_days: int = KEEP_DAYS,
) -> Object:
    """Make a schedule of a saved view or a report, which runs with the rights of who makes it.

    Raises `Invalid`, `Exists` for a name of their own, `NotFound` for a view or a forwarder, and
    `Forbidden`.
    """
    check_may(who)
    plan = checked(
        {
            "view": view,
            "report": report,
            "formats": formats,
            "every": every,
            "at": at,
            "on": on,
            "cron": cron,
            "time_zone": time_zone,
            "catch_up": catch_up,
            "recipients": recipients,
            "forwarders": forwarders,
            "keep_days": keep_days,
        }
    )
    _check_recipients(app, plan)
    named, now = _named(name), app.clock()
    with app.access.noting(who, "schedule.add", named, **plan.plain()) as connection:
        owner = owner_of(connection, who)
        _check_room(connection, owner)
        _check_free(connection, owner, named)
        _check_forwarders(connection, who, plan.forwarders)
        settings = _settings(connection, owner, plan, now) | {"grants": grants_of(who)}
        number = state.add_schedule(connection, named, owner, settings, now)
        return _told(app, connection, number)


def change(app: App, who: Principal, schedule: str, **words: Any) -> Object:  # noqa: ANN401  as `add` has them
    """Change what is given of a schedule, and not `None`; raises as `add`, and `NotFound`.

    A schedule whose timing changes is due by the new one from now on.
    """
    given = {name: value for name, value in words.items() if value is not None}
    name = given.pop("name", None)
    now = app.clock()
    with app.access.noting(who, "schedule.change", schedule, **words) as connection:
        held = schedule_seen(connection, who, schedule)
        _check_sends(connection, who, held)
        before = plan_of(held.settings)
        plan = checked(_words(before, given))
        if "recipients" in given:
            _check_recipients(app, plan)
        if "forwarders" in given:
            _check_forwarders(connection, who, plan.forwarders)
        values: dict[str, Any] = {"changed": now}
        if name is not None and _named(name) != held.name:
            _check_free(connection, held.owner, _named(name))
            values["name"] = _named(name)
        grants = grants_of(who) if is_owner(connection, who, held.owner) else _grants(held)
        settings = _settings(connection, held.owner, plan, now) | {"grants": grants}
        if plan.timing != before.timing:
            values["planned_to"] = now
        state.change_schedule(connection, held.id, settings=settings, **values)
        return _told(app, connection, held.id)


def remove(app: App, who: Principal, schedule: str) -> Object:
    """Forget a schedule and its runs; their files are kept as long as was said."""
    with app.access.noting(who, "schedule.remove", schedule) as connection:
        held = schedule_seen(connection, who, schedule)
        state.remove_schedule(connection, held.id)
    return {"id": held.id, "name": held.name}


def pause(app: App, who: Principal, schedule: str) -> Object:
    """Let a schedule run no more until it is resumed; what waits is skipped."""
    now = app.clock()
    with app.access.noting(who, "schedule.pause", schedule) as connection:
        held = schedule_seen(connection, who, schedule)
        values = {"is_paused": True, "paused_because": _BY_HAND, "changed": now}
        state.change_schedule(connection, held.id, **values)
        state.skip_waiting(connection, held.id, "The schedule was paused.", now)
        return _told(app, connection, held.id)


def resume(app: App, who: Principal, schedule: str) -> Object:
    """Let a schedule run from now on; what was due while it was paused is not made up for."""
    now = app.clock()
    with app.access.noting(who, "schedule.resume", schedule) as connection:
        held = schedule_seen(connection, who, schedule)
        if held.is_paused:
            values = {"is_paused": False, "paused_because": "", "planned_to": now, "changed": now}
            state.change_schedule(connection, held.id, **values)
        return _told(app, connection, held.id)


def run_now(app: App, who: Principal, schedule: str) -> Object:
    """Have a schedule run at once, as if it were due now, to all it is for; answers the run."""
    return _by_hand(app, who, schedule, BY_HAND, None)


def test_send(app: App, who: Principal, schedule: str) -> Object:
    """Have a schedule run at once, to the address of who asks alone, marked as a test.

    Raises `Invalid` for who has no address.
    """
    with app.state.reading() as connection:
        schedule_seen(connection, who, schedule)
        address = address_of(connection, owner_of(connection, who))
    if not address:
        raise Invalid(
            f"{who.name} has no address of e-mail that a test could go to.",
            "Sign in as a user who has one: vaultmeter users add NAME --email ADDRESS.",
        )
    return _by_hand(app, who, schedule, AS_TEST, address)


def runs(
    app: App, who: Principal, schedule: str, limit: int = 100, cursor: str | None = None
) -> Object:
    """The runs of a schedule, the newest first, with those of their files that one may see.

    Raises `Invalid` for a cursor that is none, and `NotFound`.
    """
    before = number_in(cursor)
    with app.state.reading() as connection:
        held = schedule_seen(connection, who, schedule)
        timing = plan_of(held.settings).timing
        found = state.runs_of(connection, held.id, limit + 1, before)
        rows = [plain_run(app, connection, who, each, timing) for each in found[:limit]]
    return {"rows": rows, "next": str(found[limit - 1].id) if len(found) > limit else None}


def next_runs(
    app: App,
    who: Principal,
    *,
    every: str,
    at: str | None = None,
    on: str | None = None,
    cron: str | None = None,
    time_zone: str = "UTC",
) -> Object:
    """The next runs that a timing would have, before it is saved; raises `Invalid`."""
    check_may(who)
    timing = timing_of(every, time_zone, at or "", on or "", cron or "")
    now = app.clock()
    return {"timing": timing.text(), "rows": upcoming(timing, now, now), "next": None}


def _by_hand(app: App, who: Principal, schedule: str, way: str, address: str | None) -> Object:
    now = app.clock()
    act = {BY_HAND: "schedule.run", AS_TEST: "schedule.test"}[way]
    with app.access.noting(who, act, schedule) as connection:
        held = schedule_seen(connection, who, schedule)
        _check_sends(connection, who, held)
        plan = plan_of(held.settings)
        span = period_of_run(connection, held, plan, now)
        start, end = span or (None, None)
        values: dict[str, Any] = {"period_from": start, "period_to": end}
        values |= {"way": way, "asked_by": who.name, "addressed": address}
        number = state.add_run(connection, held.id, now, now, **values)
        run = None if number is None else state.run_of(connection, number)
        if run is None:
            raise Exists("It was asked for at this very moment already.", "Look at its runs.")
        return plain_run(app, connection, who, run, plan.timing)


def _told(app: App, connection: Connection, number: int) -> Object:
    held = state.schedule_of(connection, number)
    if held is None:
        raise NotFound("The schedule is gone.", "vaultmeter schedules list shows all.")
    last = state.latest_runs(connection).get(number)
    return plain(held, app.clock(), last)


def _check_sends(connection: Connection, who: Principal, schedule: Schedule) -> None:
    """Raise `Forbidden` for who may not have it sent: what leaves is what its owner may see."""
    if not is_owner(connection, who, schedule.owner):
        for permission in (Permission.SCHEDULES, Permission.REPORTS):
            who.require_everywhere(permission)


def _words(plan: Plan, given: Mapping[str, Any]) -> dict[str, Any]:
    """A plan in words with others in their place; another preset has another day."""
    words = plan.plain()
    if given.get("every", words["every"]) != words["every"]:
        words |= {"on": "", "cron": ""}
        if given["every"] == "cron":
            words["at"] = ""
    if "view" in given or "report" in given:
        words |= {"view": None, "report": None}
    return words | dict(given)


def _check_recipients(app: App, plan: Plan) -> None:
    """Raise `Invalid` for an address that may not be written to."""
    if plan.recipients:
        check_addresses(app.settings, plan.recipients)


def _check_forwarders(connection: Connection, who: Principal, names: Sequence[str]) -> None:
    """Raise `NotFound` for a forwarder that is not there, or is none of theirs."""
    known = {each.name for each in usable(connection, who)}
    for name in names:
        if name not in known:
            raise NotFound(f"There is no forwarder {name!r}.", did_you_mean(name, sorted(known)))


def _settings(connection: Connection, owner: Owner, plan: Plan, now: datetime) -> dict[str, Any]:
    """A plan as it is kept; raises for what of it is not there, or is never due."""
    next_due(plan.timing, now)
    if plan.view is not None:
        page_at(view_of_owner(connection, owner.kind, owner.id, plan.view).path)
    probe = Schedule(0, "", owner, {}, False, "", now, now, now)  # noqa: FBT003  a field
    period_of_run(connection, probe, plan, now)
    return plan.plain()


def _grants(schedule: Schedule) -> Any:  # noqa: ANN401  JSON
    return schedule.settings.get("grants")


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable() or name.isdigit():
        raise Invalid("A schedule needs a name.", "Write what leaves: Clients for the board.")
    if len(name) > _LONGEST_NAME:
        raise Invalid(f"A name has up to {_LONGEST_NAME} letters.", "Choose a shorter one.")
    return name


def _check_room(connection: Connection, owner: Owner) -> None:
    if len(_schedules_of(connection, owner)) >= MOST:
        raise Invalid(f"There are {MOST} schedules of yours already.", "Remove some first.")


def _schedules_of(connection: Connection, owner: Owner) -> list[Schedule]:
    own = owner.kind, owner.id
    return [each for each in state.schedules(connection) if (each.owner.kind, each.owner.id) == own]


def _check_free(connection: Connection, owner: Owner, name: str) -> None:
    for each in _schedules_of(connection, owner):
        if each.name == name:
            raise Exists(f"There is a schedule {name!r} of yours already.", "Choose another name.")
