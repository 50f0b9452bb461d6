"""How a run ends that cannot be made or delivered: it waits, or it is given up and told of.

Three more attempts are made, after 1, 5 and 30 minutes, unless nothing would be otherwise then.
Who owns the schedule is told when it is given up: by a notice, and by mail where they have an
address.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from vaultmeter import notices, outbox
from vaultmeter.exporting.making import in_words
from vaultmeter.model.errors import Forbidden, Invalid, NotFound
from vaultmeter.schedules.messages import failure_of, failure_text, key_of
from vaultmeter.state import schedules as state
from vaultmeter.state.schedules import AS_TEST, FAILED, LONGEST_PAUSE, PLANNED, Owner, Run, Schedule
from vaultmeter.state.tables import USER_LOGIN

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), LONGEST_PAUSE)
"""From each failure to the next attempt."""
_FINAL = (Forbidden, Invalid, NotFound)
"""Errors that time does not mend."""
NOTICE = "schedule-failed"


def failed(
    connection: Connection, schedule: Schedule, run: Run, error: Exception, now: datetime
) -> None:
    """Let a run wait for its next attempt, or give it up."""
    words = in_words(error)
    failures = run.failures + 1
    ended = {"failures": failures, "error": words, "lease": None, "leased_until": None}
    if isinstance(error, _FINAL) or failures > len(PAUSES):
        give_up(connection, schedule, run, words, now, failures=failures)
    else:
        later = now + PAUSES[failures - 1]
        state.change_run(connection, run.id, state=PLANNED, next_attempt=later, **ended)
    if isinstance(error, Forbidden) and not schedule.is_paused:
        # Its rights come back by somebody's act, and so does the schedule.
        state.change_schedule(connection, schedule.id, is_paused=True, paused_because=words)
        state.skip_waiting(connection, schedule.id, f"The schedule was paused: {words}", now)


def give_up(
    connection: Connection,
    schedule: Schedule,
    run: Run,
    words: str,
    now: datetime,
    *,
    failures: int,
) -> None:
    """End a run as failed, and tell of it: once, however often this is done."""
    state.change_run(
        connection,
        run.id,
        state=FAILED,
        failures=failures,
        error=words,
        lease=None,
        leased_until=None,
        next_attempt=None,
        ended=now,
    )
    if run.way != AS_TEST:
        tell(connection, schedule, run, words, now)


def tell(connection: Connection, schedule: Schedule, run: Run, words: str, now: datetime) -> None:
    """Raise the notice of a run that came to nothing, and write to the owner."""
    notices.raise_once(
        connection,
        type=NOTICE,
        product="",
        account="",
        key=key_of(run),
        text=failure_text(schedule, run, words),
        payload={
            "schedule": schedule.id,
            "name": schedule.name,
            "owner": schedule.owner.name,
            "due": run.due.isoformat().replace("+00:00", "Z"),
            "error": words,
        },
        now=now,
    )
    if address := address_of(connection, schedule.owner):
        outbox.post_mail(connection, failure_of(schedule, run, words), [address], now)


def address_of(connection: Connection, owner: Owner) -> str:
    """The address of e-mail that an owner has; empty for none, and for who is gone."""
    if owner.kind != "user":
        return ""
    statement = select(USER_LOGIN.c.email).where(
        USER_LOGIN.c.id == owner.id,
        USER_LOGIN.c.created == owner.since,
        USER_LOGIN.c.is_disabled.is_(False),
    )
    return connection.execute(statement).scalar() or ""
