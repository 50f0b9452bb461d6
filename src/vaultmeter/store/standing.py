"""The logical table of how active everybody is at the end of the period.

Filters on accounts, sources and products narrow what it rests on; other
filters do not, since whoever is asked about one kind of event is not idle for it.
"""

from vaultmeter.model.kinds import words_in_sql
from vaultmeter.store.counted import Columns, Stretch, rows
from vaultmeter.store.covered import covered, covered_accounts
from vaultmeter.store.measures import MEASURES, MOMENTS, Measure, qualifying
from vaultmeter.store.named import IS_THERE
from vaultmeter.store.rollup import (
    BEGINNING,
    DAILY,
    MONTHLY,
    USAGE_DAILY,
    USAGE_MONTHLY,
    Rollup,
    latest_in,
    sum_in,
)
from vaultmeter.store.scope import WHERE, Scope

_LATEST = ("last_used", "last_login", "last_seen")


def standings(scope: Scope) -> str:
    """Status, reason, flags, and first and latest times of every identity."""
    terms, period = scope.question.terms.status, scope.question.period
    start = period.start if terms.window_days is None else period.days_before_end(terms.window_days)
    scope.values |= {
        "window_start": start.replace(tzinfo=None),
        "status_minimum": terms.minimum,
        "dormant_before": period.days_before_end(terms.dormancy_days).replace(tzinfo=None),
        "new_after": period.days_before_end(terms.grace_days).replace(tzinfo=None),
    }
    counted = _measure(scope)
    return f"""
        with covered as materialized ({covered(scope)}),
        lately as ({_lately(scope, counted)}),
        ever as ({_ever(scope)}),
        told as materialized (
            select
                identity.id as identity,
                identity.kind = 'person' as is_person,
                lately.qualifying,
                case
                    when lately.qualifying >= $status_minimum then 'active'
                    when lately.present > 0 then 'passive'
                    when ever.is_covered then 'inactive'
                    when ever.identity is null
                        and identity.account in ({covered_accounts(scope)}) then 'inactive'
                    else 'no_evidence'
                end as status,
                coalesce(
                    least(identity.created, ever.first_seen) >= $new_after, false
                ) as is_new,
                coalesce(
                    least(identity.disabled, identity.deleted) < $period_end, false
                ) as is_disabled,
                ever.sources,
                ever.first_seen,
                ever.last_used,
                ever.last_login,
                ever.last_seen
            from identity
            join account on account.id = identity.account
            left join lately on lately.identity = identity.id
            left join ever on ever.identity = identity.id
            where {IS_THERE}
        )
        select
            told.*,
            case
                when status <> 'inactive' then null
                when last_seen is null then 'never used'
                when last_seen < $dormant_before then 'dormant'
                else 'lapsed'
            end as reason,
            coalesce({_IS_ACTIVE} and qualifying <= few and qualifying < half, false) as is_low
        from told
        left join ({_LITTLE}) as little on little.is_person = told.is_person
    """


_IS_ACTIVE = "status = 'active' and not is_new"
_LITTLE = f"""
    select
        is_person,
        done[(len(done) + 9) // 10] as few,
        done[len(done) - (len(done) + 1) // 2 + 1] as half
    from (
        select
            is_person,
            list_sort(list(qualifying)) as done
        from told
        where {_IS_ACTIVE}
        group by is_person
    )
"""
"""How much the tenth of the active that does least does at most, and who does less than half do.

All who did as much stand alike: where everybody does the same, nobody does little. People are held
against people, and all others against each other. Lists begin with 1.
"""


def _measure(scope: Scope) -> tuple[Measure, ...]:
    """What qualifies, as measures that are added up, or as one that looks at kinds."""
    terms = scope.question.terms.status
    names = qualifying(terms.intents, terms.kinds)
    if names is not None:
        return tuple(MEASURES[name] for name in names)
    parts = [f"intent in ({words_in_sql(terms.intents)})"] if terms.intents else []
    parts.append(f"kind in ({words_in_sql(terms.kinds)})")
    where = f"outcome = 'ok' and ({' or '.join(parts)})"
    return (Measure("qualifying", where, "Qualifying actions."),)


def _lately(scope: Scope, counted: tuple[Measure, ...]) -> str:
    """By identity: what was done in the window."""
    window = Stretch("window", scope.values["window_start"], scope.end)
    conditions, usage = scope.conditions(None, WHERE), (USAGE_MONTHLY, USAGE_DAILY)
    present = (MEASURES["present"],)
    if all(measure.name in MEASURES for measure in counted):
        parts = [rows(scope, window, _sums(counted, present), usage, conditions)]
    else:
        kinds = Stretch("kinds", window.start, window.end)
        parts = [
            rows(scope, window, _sums((), present), usage, conditions),
            rows(scope, kinds, _sums(counted, ()), (MONTHLY, DAILY), conditions),
        ]
    return f"""
        select
            identity,
            sum(qualifying) as qualifying,
            sum(present) as present
        from ({" union all ".join(parts)})
        group by identity
    """


def _sums(counted: tuple[Measure, ...], present: tuple[Measure, ...]) -> Columns:
    """The columns of a part of the window: what it counts, and what shows presence."""

    def columns(rollup: Rollup | None) -> str:
        sums = (" + ".join(sum_in(m, rollup) for m in those) or "0" for those in (counted, present))
        qualifies, shows = sums
        return f"event.identity, {qualifies} as qualifying, {shows} as present"

    return columns


def _ever(scope: Scope) -> str:
    """By identity: the first and latest times up to the end, and whether a source proves much."""
    past = Stretch("past", BEGINNING, scope.end)
    usage, conditions = (USAGE_MONTHLY, USAGE_DAILY), scope.conditions(None, WHERE)
    latest = ", ".join(f"max({name}) as {name}" for name in _LATEST)
    # Source by source first: what is asked of sources is then asked of few rows.
    return f"""
        select
            identity,
            bool_or(source in (select source from covered)) as is_covered,
            list(source) as sources,
            min(first_seen) as first_seen,
            {latest}
        from (
            select
                identity,
                source,
                min(first_seen) as first_seen,
                {latest}
            from ({rows(scope, past, _times, usage, conditions)})
            group by identity, source
        )
        group by identity
    """


def _times(rollup: Rollup | None) -> str:
    first = "event.first_seen" if rollup and rollup.measured else "event.time"
    latest = [f"{latest_in(MOMENTS[name], rollup)} as {name}" for name in _LATEST]
    return f"event.identity, event.source, {first} as first_seen, {', '.join(latest)}"
