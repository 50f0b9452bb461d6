"""Keeps which days each source tells of, with what: a few rows a day, always up to date."""

from vaultmeter.ingest.work import Work

_COUNTED = """
    cast(time as date) as day,
    kind,
    intent,
    outcome,
    count(*) as events,
    min(time) as first_time,
    max(time) as last_time
"""


def tell(work: Work) -> None:
    """Add the chosen records of the batch."""
    work.run(f"""
        create or replace temp table newly_told as
        select
            account_of.id as account,
            {_COUNTED}
        from chosen
        join account_of on account_of.account is not distinct from chosen.account
        group by all
    """)
    same = """
        told.source = $source
        and told.account = newly_told.account
        and told.day = newly_told.day
        and told.kind = newly_told.kind
        and told.intent = newly_told.intent
        and told.outcome = newly_told.outcome
    """
    work.run(f"""
        update told
        set
            events = told.events + newly_told.events,
            first_time = least(told.first_time, newly_told.first_time),
            last_time = greatest(told.last_time, newly_told.last_time)
        from newly_told
        where {same}
    """)
    work.run(f"""
        insert into told by name
        select
            cast($source as smallint) as source,
            newly_told.*
        from newly_told
        where not exists (from told where {same})
    """)


def count_again(work: Work) -> None:
    """Count the days anew of which events were given up, from the events that are left."""
    days = "(select distinct cast(time as date) from given_up)"
    work.run(f"delete from told where day in {days}")
    work.run(f"""
        insert into told
        select
            source,
            account,
            day,
            kind,
            intent,
            outcome,
            sum(events),
            min(first_time),
            max(last_time)
        from (
            select
                source,
                account,
                {_COUNTED}
            from event
            where time >= (select date_trunc('day', min(time)) from given_up)
                and time < (select date_trunc('day', max(time)) + interval 1 day from given_up)
                and cast(time as date) in {days}
            group by all
            union all
            from told_before
            where day in {days}
        )
        group by all
    """)
