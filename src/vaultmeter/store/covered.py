"""The one rule of gaps, and which sources would have shown use, had there been any.

What a log does not cover it does not disprove: who shows no sign in a source with long gaps, or
in one that never showed any use, is not called inactive. A gap is three or more whole days (UTC)
in a row without a record; the coverage reports and the status of people rest on this alone.
"""

from vaultmeter.model.kinds import USAGE_INTENTS, words_in_sql
from vaultmeter.store.rollup import BEGINNING
from vaultmeter.store.scope import Scope

_SILENT = "interval 3 days"
"""A source silent for as long has a gap; a shorter silence may be a weekend."""
_GAPS_AT_MOST = 0.1
"""The part of the window that gaps may cover before idleness proves nothing."""


def gaps() -> str:
    """Every gap of every source: `since` the end of a day with records, `until` the next one.

    The first gap of a source begins with time; its last one lasts until the period's end, or
    later. Filters do not narrow it: it is about what was logged, not about what one asks for.
    """
    return f"""
        select source, since, until
        from (
            select
                source,
                cast(day as timestamp) + interval 1 day as since,
                coalesce(
                    cast(lead(day) over (partition by source order by day) as timestamp),
                    $period_end
                ) as until
            from (select distinct source, day from told)
            union all
            select source, timestamp '{BEGINNING}', cast(min(day) as timestamp)
            from told
            group by source
        )
        where until - since >= {_SILENT}
    """


def covered(scope: Scope) -> str:
    """The ids of the sources that gaps hide little of, and that have shown what makes active.

    The window is that of the status; what they have shown counts from the beginning to the end.
    """
    scope.values |= window(scope)
    start = scope.values["window_start"]
    scope.values["gaps_at_most"] = _GAPS_AT_MOST * (scope.end - start).total_seconds()
    return f"""
        select told.source
        from told
        left join (
            select
                source,
                sum(epoch(least(until, $period_end) - greatest(since, $window_start))) as seconds
            from ({gaps()})
            where until > $window_start
                and since < $period_end
            group by source
        ) as gap on gap.source = told.source
        where told.first_time < $period_end
            and told.outcome = 'ok'
            and told.intent in ({words_in_sql(USAGE_INTENTS)})
            and {_qualifies(scope)}
            and coalesce(gap.seconds, 0) <= $gaps_at_most
        group by told.source
    """


def window(scope: Scope) -> dict[str, object]:
    """The value that says when the window of the status begins (UTC, naive)."""
    days, period = scope.question.terms.status.window_days, scope.question.period
    start = period.start if days is None else period.days_before_end(days)
    return {"window_start": start.replace(tzinfo=None)}


def covered_accounts(scope: Scope) -> str:
    """The select of the ids of the accounts in which a covered source would show use."""
    return f"""
        select own.id
        from source
        join {scope.accounts_of_sources("home")} on home.id = source.account
        join account as own on own.id = home.id or starts_with(own.name, home.name || '/')
        where source.id in (select source from covered)
    """


def _qualifies(scope: Scope) -> str:
    terms = scope.question.terms.status
    parts = []
    if terms.intents:
        parts.append(f"told.intent in ({words_in_sql(terms.intents)})")
    if terms.kinds:
        parts.append(f"told.kind in ({words_in_sql(terms.kinds)})")
    return f"({' or '.join(parts)})"
