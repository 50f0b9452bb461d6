"""Makes one session of what several devices of a vault name differently.

A vault hashes the accessor of a token anew for each audit device, so that the same session has
another name in each. Two records of one request show which names belong together; the smallest is
kept, whichever record came first.
"""

from collections.abc import Iterable

import pyarrow as pa

from vaultmeter.ingest.rollups import rolled
from vaultmeter.ingest.work import Work
from vaultmeter.store.rollup import SESSIONS_MONTHLY

_REMEMBERED = "interval 35 day"
"""How long a name is looked up after its record: tokens live for 32 days unless it is set
otherwise (OpenBao `vault/core.go`, `defaultMaxLeaseTTL`)."""
_STORED_APART = "interval 2 day"
"""How far back events are renamed that came before their session's other name was known."""

Pair = tuple[int, int]


def link(work: Work) -> None:
    """Learn from the batch's repeated records which names are of one session.

    `known` holds the events that are stored already, `fresh` all sound records of the batch.
    """
    pairs = work.rows("""
        with named as (
            select id, md5_number_lower(session) as session
            from fresh
            where session is not null
                and (id in (select id from known) or id in (
                    select id from fresh group by id having count(*) > 1
                ))
        ),
        names as (
            from named
            union
            select id, session
            from known
            where session is not null
        ),
        kept as (
            select distinct
                names.id,
                coalesce(alias.session, names.session) as session
            from names
            left join session_alias as alias on alias.alias = names.session
        )
        select distinct
            min(session) over (partition by id) as least,
            session
        from kept
        qualify least <> session
    """)
    if pairs:
        _rename(work, joined(pairs))


def joined(pairs: Iterable[Pair]) -> dict[int, int]:
    """The least name of everything that pairs join, for each name that is not the least."""
    leads: dict[int, int] = {}

    def least(name: int) -> int:
        while name in leads:
            name = leads[name]
        return name

    for one, other in pairs:
        low, high = sorted((least(one), least(other)))
        if low != high:
            leads[high] = low
    return {name: least(name) for name in leads}


def _rename(work: Work, names: dict[int, int]) -> None:
    work.store.offer(
        "renamed",
        pa.table(
            {
                "alias": pa.array(names.keys(), pa.uint64()),
                "session": pa.array(names.values(), pa.uint64()),
            }
        ),
    )
    work.run("""
        update session_alias
        set session = renamed.session
        from renamed
        where session_alias.session = renamed.alias
    """)
    work.run("""
        insert into session_alias
        select alias, session, cast($last as timestamp)
        from renamed
    """)
    work.run(f"delete from session_alias where time < cast($first as timestamp) - {_REMEMBERED}")
    work.run(f"""
        update event
        set session = renamed.session
        from renamed
        where event.session = renamed.alias
            and event.time >= cast($first as timestamp) - {_STORED_APART}
    """)
    _rename_rolled(work)


def _rename_rolled(work: Work) -> None:
    """Rename in the rollup of sessions, too; where a part of a row is renamed, count it again."""
    since = f"cast($first as timestamp) - {_STORED_APART}"
    work.run(f"""
        update session_month
        set session = renamed.session
        from renamed
        where session_month.session = renamed.alias
            and session_month.first_time >= {since}
    """)
    months = work.rows(f"""
        select distinct start
        from session_month
        where session in (select alias from renamed)
            and last_time >= {since}
    """)
    if not months:
        return
    starts = [start for (start,) in months]
    values = {"months": starts, "oldest": min(starts), "rolled": rolled(work.store)}
    touched = """list_contains(cast($months as timestamp[]), {})
        and session in (select unnest([alias, session]) from renamed)"""
    work.run(f"delete from session_month where {touched.format('start')}", **values)
    again = SESSIONS_MONTHLY.counted(
        "batch <= $rolled and time >= $oldest and " + touched.format("date_trunc('month', time)")
    )
    work.run(f"insert into session_month {again}", **values)
