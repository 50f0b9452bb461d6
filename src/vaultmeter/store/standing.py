"""The logical table of how active everybody is at the end of the period.

Who may see what, and filters on accounts, sources and products narrow what it rests on; other
filters do not, since whoever is asked about one kind of event is not idle for it.
"""

from collections.abc import Callable

from vaultmeter.model.kinds import words_in_sql
from vaultmeter.store.counted import Stretch, rows
from vaultmeter.store.covered import covered, covered_accounts
from vaultmeter.store.measures import MEASURES, MOMENTS, Measure, qualifying
from vaultmeter.store.named import is_there
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
from vaultmeter.store.scope import Scope

_WHERE = frozenset({"account", "source", "product"})
"""The filters that say where one looks, and not at what."""
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
        sign as ({_signs(scope, counted)}),
        told as (
            select
                identity.id as identity,
                case
                    when sign.qualifying >= $status_minimum then 'active'
                    when sign.present > 0 then 'passive'
                    when sign.is_covered then 'inactive'
                    when sign.identity is null
                        and identity.account in ({covered_accounts()}) then 'inactive'
                    else 'no_evidence'
                end as status,
                coalesce(
                    least(identity.created, sign.first_seen) >= $new_after, false
                ) as is_new,
                coalesce(
                    least(identity.disabled, identity.deleted) < $period_end, false
                ) as is_disabled,
                sign.first_seen,
                sign.last_used,
                sign.last_login,
                sign.last_seen
            from identity
            join account on account.id = identity.account
            left join sign on sign.identity = identity.id
            where {is_there(scope)}
        )
        select
            *,
            case
                when status <> 'inactive' then null
                when last_seen is null then 'never used'
                when last_seen < $dormant_before then 'dormant'
                else 'lapsed'
            end as reason
        from told
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


def _signs(scope: Scope, counted: tuple[Measure, ...]) -> str:
    """By identity: what was done in the window, and the first and latest times up to the end."""
    start = scope.values["window_start"]
    past, window = Stretch("past", BEGINNING, start), Stretch("window", start, scope.end)
    conditions, usage = scope.conditions(None, _WHERE), (USAGE_MONTHLY, USAGE_DAILY)
    present = (MEASURES["present"],)
    if all(measure.name in MEASURES for measure in counted):
        parts = [rows(scope, window, _columns(counted, present), usage, conditions)]
    else:
        kinds = Stretch("kinds", start, scope.end)
        parts = [
            rows(scope, window, _columns((), present), usage, conditions),
            rows(scope, kinds, _columns(counted, (), timed=False), (MONTHLY, DAILY), conditions),
        ]
    parts.append(rows(scope, past, _columns((), ()), usage, conditions))
    latest = ", ".join(f"max({name}) as {name}" for name in _LATEST)
    return f"""
        select
            identity,
            sum(qualifying) as qualifying,
            sum(present) as present,
            bool_or(source in (select source from covered)) as is_covered,
            min(first_seen) as first_seen,
            {latest}
        from ({" union all ".join(parts)})
        group by identity
    """


def _columns(
    counted: tuple[Measure, ...], present: tuple[Measure, ...], *, timed: bool = True
) -> Callable[[Rollup | None], str]:
    """The columns of a part: what it counts, and its times where it has all of them."""

    def columns(rollup: Rollup | None) -> str:
        sums = (" + ".join(sum_in(m, rollup) for m in those) or "0" for those in (counted, present))
        first = "event.first_seen" if rollup and rollup.measured else "event.time"
        times = [first, *(latest_in(MOMENTS[name], rollup) for name in _LATEST)]
        named = zip(("first_seen", *_LATEST), times, strict=True)
        moments = [f"{time if timed else 'null'} as {name}" for name, time in named]
        qualifies, shows = sums
        return f"""
            event.identity, event.source, {qualifies} as qualifying, {shows} as present,
            {", ".join(moments)}
        """

    return columns
