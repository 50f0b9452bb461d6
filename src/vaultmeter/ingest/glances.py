"""Glances: what a person sees of an item, however many events one look leaves behind.

An access begins a glance unless the same person accessed the same item at most five minutes
before. Each event carries whether it does, so that reports add glances up like requests. The mark
depends on neighbours in time alone, and is set right when events arrive late.
"""

from datetime import datetime

from vaultmeter.ingest import rollups
from vaultmeter.ingest.work import Work

GLANCE_GAP = "interval 5 minutes"
"""Accesses of one item by one person that are no further apart are one glance."""

_IS_PERSONS = "identity in (select id from identity where kind = 'person')"
_ACCESS = f"""
    kind in ('password_accessed', 'secret_read')
    and outcome = 'ok'
    and item is not null
    and {_IS_PERSONS}
"""
"""A person's look at a value. Machines read secrets, they do not glance."""

_BEGINS = f"""coalesce(
    time - lag(time) over (partition by identity, item order by time, id) > {GLANCE_GAP}, true
)"""


def mark(work: Work) -> None:
    """Make `glanced`: which accesses begin a glance, among the new events and right after them."""
    work.run(f"""
        create or replace temp table access as
        select id, time, identity, item, true as fresh, false as glance
        from placed
        where {_ACCESS}
    """)
    first, last = work.rows("select min(time), max(time) from access")[0]
    if first is not None:
        work.run(
            f"""
            insert into access
            select id, time, identity, item, false, glance
            from event
            where time between $first - {GLANCE_GAP} and $last + {GLANCE_GAP}
                and (identity, item) in (select (identity, item) from access)
                and {_ACCESS}
            union all
            select id, time, identity, item, true, false
            from event_before
            where time between $first - {GLANCE_GAP} and $last + {GLANCE_GAP}
                and (identity, item) in (select (identity, item) from access)
            """,
            first=first,
            last=last,
        )
    work.run(f"""
        create or replace temp table glanced as
        select id, time, fresh, glance, {_BEGINS} as begins
        from access
    """)
    if first is not None:
        _correct(work, first)


def recount(work: Work, identity: int) -> None:
    """Mark all glances of one identity anew, after it was merged or turned out to be a person."""
    work.run(
        f"""
        create or replace temp table glanced as
        select id, time, fresh, glance, {_IS_PERSONS} and {_BEGINS} as begins
        from (
            select id, time, identity, item, false as fresh, glance
            from event
            where identity = $identity
                and kind in ('password_accessed', 'secret_read')
                and outcome = 'ok'
                and item is not null
            union all
            select id, time, identity, item, true, false
            from event_before
            where identity = $identity
                and item is not null
        )
        """,
        identity=identity,
    )
    _correct(work, None)


def _correct(work: Work, first: datetime | None) -> None:
    """Set the mark of stored accesses right, from a time on, and count them anew."""
    work.run(
        """
        create or replace temp table corrected as
        select id, time, begins
        from glanced
        where begins <> glance
            and not fresh
            and time >= coalesce(cast($first as timestamp), time)
        """,
        first=first,
    )
    if not work.number("select count(*) from corrected"):
        return
    touched = """
        event.time between (select min(time) from corrected) and (select max(time) from corrected)
        and event.id in (select id from corrected)
    """
    rollups.mark(work.store, touched, {})
    work.run(f"""
        update event
        set glance = corrected.begins
        from corrected
        where corrected.id = event.id
            and {touched}
    """)
    rollups.count_marked(work.store)
