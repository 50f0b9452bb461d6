"""Which sources would have shown use, had there been any.

What a log does not cover it does not disprove: who shows no sign in a source with long gaps, or
in one that never showed any use, is not called inactive.
"""

from vaultmeter.store.counted import Stretch, rows
from vaultmeter.store.measures import MEASURES, Measure
from vaultmeter.store.rollup import (
    BEGINNING,
    MONTHLY,
    USAGE_DAILY,
    USAGE_MONTHLY,
    Rollup,
    sum_in,
)
from vaultmeter.store.scope import Scope

_SILENT = "interval 3 days"
"""A source silent for as long has a gap; a shorter silence may be a weekend."""
_GAPS_AT_MOST = 0.1
"""The part of the window that gaps may cover before idleness proves nothing."""


def covered(scope: Scope, counted: tuple[Measure, ...]) -> str:
    """The ids of the sources without long gaps in the window that have shown what is counted.

    It is about what was logged, not about who asks: nothing narrows it.
    """
    start = scope.values["window_start"]
    scope.values["gaps_at_most"] = _GAPS_AT_MOST * (scope.end - start).total_seconds()

    def shown(rollup: Rollup | None) -> str:
        return f"event.source, {' + '.join(sum_in(m, rollup) for m in counted)} as qualifying"

    by_measure = all(measure.name in MEASURES for measure in counted)
    rollups = (USAGE_MONTHLY if by_measure else MONTHLY,)
    ever, window = Stretch("shown", BEGINNING, scope.end), Stretch("days", start, scope.end)
    return f"""
        with day as materialized (
            select distinct source, day
            from ({rows(scope, window, _day, (USAGE_DAILY,), ["true"])})
        ),
        silence as (
            select
                source,
                coalesce(
                    lag(day) over (partition by source order by day) + interval 1 day,
                    $window_start
                ) as since,
                day as until
            from day
            union all
            select source, max(day) + interval 1 day, $period_end
            from day
            group by source
        )
        select source
        from silence
        where source in (
            select source
            from ({rows(scope, ever, shown, rollups, ["true"])})
            group by source
            having sum(qualifying) > 0
        )
        group by source
        having sum(if(until - since >= {_SILENT}, epoch(until - since), 0)) <= $gaps_at_most
    """


def covered_accounts() -> str:
    """The select of the ids of the accounts in which a covered source would show use."""
    return """
        select own.id
        from source
        join account as home on home.id = source.account
        join account as own on own.id = home.id or starts_with(own.name, home.name || '/')
        where source.id in (select source from covered)
    """


def _day(rollup: Rollup | None) -> str:
    return f"event.source, date_trunc('day', {'event.start' if rollup else 'event.time'}) as day"
