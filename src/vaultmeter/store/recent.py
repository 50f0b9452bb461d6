"""The logical tables of what belongs to sessions that began in the period, without all the past.

A day without any sign of an identity ends whatever it was doing. So the events that can belong to
a session that began in the period are those since the last such day before it. Where the source
names its sessions, one may have begun earlier still: those are listed apart.
"""

from datetime import datetime

from vaultmeter.store.counted import Columns, Stretch, events_that, rows
from vaultmeter.store.rollup import BEGINNING, SESSIONS_MONTHLY, USAGE_DAILY, Rollup
from vaultmeter.store.scope import WHERE, Scope

_WHO = frozenset({"user"})


def recent(scope: Scope) -> str:
    """The events, as in `lifetime`, since the last day before the period without a sign."""
    scope.note_expired(scope.start, scope.end)
    conditions = scope.conditions(scope.intents())
    return events_that(scope, "\n and ".join([f"event.time >= ({_since(scope)})", *conditions]))


def earlier_sessions(scope: Scope) -> str:
    """The sessions, named by their source, that have events before those, and in the period.

    To ask here whether a session has a name would have it read for every event.
    """
    spanning = f"""
        with followed as materialized (select ({_since(scope)}) as since),
        spanning as materialized ({_spanning(scope)})
    """
    if set(scope.patterns) <= WHERE | _WHO:
        return f"{spanning} select source, session from spanning"
    # Who it was is looked at first, alone: it lets the fewest events through.
    return f"""
        {spanning},
        own as materialized (
            select
                time, source, account, identity, item, session, kind, intent, outcome, product,
                auth_method
            from event
            where event.time >= (select coalesce(min(began), $period_start) from spanning)
                and event.time < (select since from followed)
                and {" and ".join(scope.conditions(None, _WHO))}
        )
        select distinct event.source, event.session
        from own as event
        semi join spanning on spanning.source = event.source
            and spanning.session = event.session
        where {" and ".join(scope.conditions(scope.intents()))}
    """


def _spanning(scope: Scope) -> str:
    """Those sessions, and when they began, whatever was done in them."""

    def columns(rollup: Rollup | None) -> str:
        first, last = ("first_time", "last_time") if rollup else ("time", "time")
        return f"event.source, event.session, event.{first} as began, event.{last} as ended"

    past = Stretch("named", BEGINNING, scope.end)
    named = _unnoted(scope, past, columns, SESSIONS_MONTHLY, WHERE | _WHO)
    return f"""
        select
            source,
            session,
            min(began) as began
        from ({named})
        group by source, session
        having min(began) < (select since from followed)
            and max(ended) >= $period_start
    """


def _since(scope: Scope) -> str:
    """The instant from which on every one of those asked for is followed without a break."""
    if "kind" in scope.patterns or "user" not in scope.patterns:
        # Kinds outside usage leave no sign in the rollups.
        return f"timestamp '{BEGINNING}'"
    first = _midnight(scope.start)
    scope.values["first_day"] = first
    signs = _unnoted(scope, Stretch("signs", BEGINNING, first), _days, USAGE_DAILY, _WHO)
    return f"""
        select coalesce(min(since), $first_day)
        from (
            select min(day) as since
            from (
                select
                    identity,
                    day,
                    day - to_days(cast(
                        row_number() over (partition by identity order by day) as integer
                    )) as stretch
                from (select distinct identity, day from ({signs}))
            )
            group by identity, stretch
            having max(day) = $first_day - interval 1 day
        )
    """


def _unnoted(
    scope: Scope, past: Stretch, columns: Columns, rollup: Rollup, filters: frozenset[str]
) -> str:
    """Rows of the past, of which it is not said that some are deleted: the events say so."""
    noted = len(scope.expired)
    found = rows(scope, past, columns, (rollup,), scope.conditions(None, filters))
    del scope.expired[noted:]
    return found


def _days(rollup: Rollup | None) -> str:
    time = "event.start" if rollup else "event.time"
    return f"event.identity, date_trunc('day', {time}) as day"


def _midnight(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)
