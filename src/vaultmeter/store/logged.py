"""The logical tables of coverage: what each source tells of, can show, lacks and refuses.

They are narrowed by the filters on accounts and sources; others say what one looks at, and not
where. Who asks narrows what they rest on (`seen.py`): what is known of lines and not of events
(rejects, codes, books) has no account, and belongs to whoever may see the whole source.
"""

from datetime import datetime, time, timedelta

from vaultmeter.model.visibility import EVERYTHING, Visible, measure_in_sql
from vaultmeter.store.covered import covered, gaps
from vaultmeter.store.scope import Scope

_WHERE = frozenset({"account", "source"})
_LAG_DAYS = 7
"""The lag is that of the last days of the period, however long it is."""
_DAY = timedelta(days=1)


def coverage(scope: Scope) -> str:
    """The events of the period by source, UTC day and measure: days whole, and parts of days."""
    first, last = _whole_days(scope.start, scope.end)
    scope.values |= {"whole_from": first, "whole_to": last}
    conditions = " and ".join(scope.conditions(None, _WHERE))
    parts = (
        ("event.time >= $period_start", "event.time < least($whole_from, $period_end)"),
        ("event.time >= $whole_to", "event.time < $period_end"),
    )
    edges = "\n union all\n".join(
        f"""
        select
            event.source, cast(event.time as date) as day, {measure_in_sql()} as measure,
            1 as events, event.time as first_time, event.time as last_time
        from event
        where {low} and {high} and {conditions}
        """
        for low, high in parts
    )
    return f"""
        select
            event.source, event.day, {measure_in_sql()} as measure,
            event.events, event.first_time, event.last_time
        from told as event
        where event.day >= cast($whole_from as date)
            and event.day < cast($whole_to as date)
            and {conditions}
        union all
        {edges}
    """


def telling_sources(scope: Scope) -> str:
    """The sources that tell of what is asked for."""
    return f"""
        select source.id as source, source.name, source.connector
        from source
        where {_tells(scope)}
    """


def visibility(scope: Scope) -> str:
    """Each measure of each source: whether it is seen and why, and its first and last event."""
    rows = [
        (connector, place, measure, sight.visible, sight.why)
        for connector, sights in scope.question.sights.items()
        for place, (measure, sight) in enumerate(sights.items())
    ]
    names = ("connector", "place", "measure", "visible", "why")
    scope.values |= {f"sight_{name}": [row[n] for row in rows] for n, name in enumerate(names)}
    sights = ", ".join(f"unnest($sight_{name}) as {name}" for name in names)
    conditions = " and ".join(scope.conditions(None, _WHERE))
    return f"""
        with ever as materialized (
            select
                event.source,
                {measure_in_sql()} as measure,
                min(event.first_time) as first_time,
                max(event.last_time) as last_time
            from told as event
            where {conditions}
            group by all
        ),
        shown as (
            select source, measure, first_time, last_time
            from ever
            where measure is not null
            union all
            select source, '{EVERYTHING}', min(first_time), max(last_time)
            from ever
            group by source
        )
        select
            source.id as source, source.name, account.name as account, source.connector,
            sight.place, sight.measure,
            if(
                sight.visible = '{Visible.NOT_YET}' and shown.source is not null,
                '{Visible.SEEN}',
                sight.visible
            ) as visible,
            sight.why, shown.first_time, shown.last_time
        from source
        join {scope.accounts_of_sources("account")} on account.id = source.account
        join (select {sights}) as sight on sight.connector = source.connector
        left join shown on shown.source = source.id
            and shown.measure = sight.measure
        where {_tells(scope)}
    """


def coverage_days(scope: Scope) -> str:
    """Each day (UTC) that the period touches, from a source's first one on, and its state."""
    first, last = _touched_days(scope.start, scope.end)
    scope.values |= {"touched_from": first, "touched_to": last}
    return f"""
        with gap as ({gaps()}),
        own as (
            select source, min(day) as first_day, max(day) as last_day
            from told
            where source in ({_asked(scope)})
            group by source
        ),
        calendar_day as (
            select cast(unnest(generate_series(
                cast($touched_from as timestamp),
                cast($touched_to as timestamp) - interval 1 day,
                interval 1 day
            )) as date) as day
        )
        select
            own.source,
            calendar_day.day,
            case
                when (own.source, calendar_day.day) not in (select (source, day) from told)
                    then 'silent'
                when calendar_day.day in (own.first_day, own.last_day)
                    or (own.source, calendar_day.day)
                        in (select (source, cast(since as date) - 1) from gap)
                    or (own.source, calendar_day.day)
                        in (select (source, cast(until as date)) from gap)
                    then 'partial'
                else 'full'
            end as state
        from own
        join calendar_day on calendar_day.day >= own.first_day
    """


def gaps_seen(scope: Scope) -> str:
    """The gaps of the sources that may be seen, as far as they lie in the period."""
    return f"""
        select
            source,
            greatest(since, $period_start) as since,
            least(until, $period_end) as until
        from ({gaps()})
        where until > $period_start
            and since < $period_end
            and source in ({_asked(scope)})
    """


def lags(scope: Scope) -> str:
    """How late events arrived, in seconds rounded up: the median, and what 95 of 100 keep to.

    From ten minutes on it is rounded up to minutes, from a day on to hours: what was taken in long
    after it happened has as many lags as events, and counting a few is five times as fast.
    """
    start = max(scope.start, scope.end - _LAG_DAYS * _DAY)
    scope.values["lag_start"] = start
    conditions = " and ".join(scope.conditions(None, _WHERE))
    return f"""
        with late as (
            select
                event.source,
                (greatest(epoch_us(flushed.received) - epoch_us(event.time), 0) + 999999)
                    // 1000000 as seconds
            from event
            join flushed on flushed.batch = event.batch
            where event.time >= $lag_start
                and event.time < $period_end
                and {conditions}
        ),
        counted as (
            select
                source,
                case
                    when seconds <= 600 then seconds
                    when seconds <= 86400 then (seconds + 59) // 60 * 60
                    else (seconds + 3599) // 3600 * 3600
                end as lag,
                count(*) as events
            from late
            group by all
        ),
        ranked as (
            select
                source,
                lag,
                sum(events) over (partition by source order by lag) as within,
                sum(events) over (partition by source) as events
            from counted
        )
        select
            source,
            min(lag) filter (where within * 2 >= events) as median,
            min(lag) filter (where within * 20 >= events * 19) as most
        from ranked
        group by source
    """


def proving_sources(scope: Scope) -> str:
    """The sources in which idleness is proof of it, by the rule that the status rests on."""
    return covered(scope)


def source_notes(scope: Scope) -> str:
    """What connectors remarked about records of the sources that may be seen."""
    return f"""
        select source, text
        from note
        where source in ({_asked(scope)})
    """


def rejects(scope: Scope) -> str:
    """The lines that are in no number, by source and reason."""
    return f"""
        select source, reason, count(*) as lines
        from reject
        where source in ({_asked(scope)})
        group by all
    """


def unknown_codes(scope: Scope) -> str:
    """The events of kinds that no connector knows, by source and the vendor's code."""
    return f"""
        select source, source_event as code, sum(events) as events
        from unknown_kind
        where source in ({_asked(scope)})
        group by all
    """


def books(scope: Scope) -> str:
    """The lines of each source by what became of them, against what is kept of them."""
    return f"""
        with line as (
            select source, bucket, sum(lines) as lines
            from ledger
            where source in ({_asked(scope)})
            group by all
        ),
        kept as (
            select source, 'stored' as bucket, sum(events) as lines
            from told
            group by all
            union all
            select source, if(reason = 'conflict', 'conflicts', 'rejected'), count(*)
            from reject
            group by all
        )
        select
            line.source,
            line.bucket,
            line.lines,
            line.bucket not in ('stored', 'rejected', 'conflicts')
                or line.lines = coalesce(kept.lines, 0) as is_balanced
        from line
        left join kept on kept.source = line.source
            and kept.bucket = line.bucket
    """


def _tells(scope: Scope) -> str:
    """The condition on sources that tell of accounts that match."""
    conditions = ["true"]
    if (own := _accounts(scope, "source.account")) is not None:
        telling = _accounts(scope, "event.account")
        told = f"select event.source from told as event where {telling}"
        conditions.append(f"({own} or source.id in ({told}))")
    if "source" in scope.patterns:
        conditions.append(scope.like("source.name", "source"))
    return " and ".join(conditions)


def _accounts(scope: Scope, column: str) -> str | None:
    """The condition on an account that it matches; `None` where each does."""
    if "account" not in scope.patterns:
        return None
    return f"({column} in ({scope.matching('account', 'account')}))"


def _asked(scope: Scope) -> str:
    """The select of the ids of the sources that tell of accounts that match."""
    return f"select id from source where {_tells(scope)}"


def _whole_days(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The whole UTC days between two instants; as good as none where they are on one day."""
    first = _midnight(start)
    if first < start:
        first += _DAY
    return first, max(first, _midnight(end))


def _touched_days(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The midnights before and after all that lies between two instants."""
    last = _midnight(end)
    return _midnight(start), last + _DAY if last < end else last


def _midnight(instant: datetime) -> datetime:
    return datetime.combine(instant.date(), time())
