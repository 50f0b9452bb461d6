"""Writes the chosen events and the refused lines into the store."""

from datetime import datetime

import pyarrow as pa

from vaultmeter.ingest.work import Work

ROLLUPS_BY_IDENTITY: tuple[str, ...] = ()
"""Rollup tables with a column `identity`, which follow when identities are merged."""

GLANCE_GAP = "interval 5 minutes"
"""Accesses of one item by one person that are no further apart are one glance."""

_ACCESS = """(
    kind = 'password_accessed'
    or (kind = 'secret_read' and identity in (select id from identity where kind = 'person'))
) and outcome = 'ok' and item is not null"""
"""A person's look at a value. Machines read secrets, they do not glance."""

_BEGINS = f"""coalesce(
    time - lag(time) over (partition by identity, item order by time, id) > {GLANCE_GAP}, true
)"""


def place(work: Work) -> None:
    """Make `placed`: the chosen records as events, with integers for account, identity, item."""
    # A view cannot bind values; these are our own integers.
    work.run(f"""
        create or replace temp view placed as
        select
            chosen.id,
            chosen.time,
            {work.batch.seq} as batch,
            cast({work.batch.first_line} + chosen.line as integer) as line,
            seen.entries,
            chosen.repeat_key,
            cast({work.source.id} as smallint) as source,
            account_of.id as account,
            identity_of.identity,
            item_of.id as item,
            md5_number_lower(chosen.session) as session,
            chosen.kind,
            chosen.detail,
            chosen.intent,
            chosen.outcome,
            chosen.weight,
            chosen.product,
            chosen.auth_method,
            chosen.ip,
            chosen.agent,
            chosen.source_event,
            chosen.evidence
        from chosen
        join seen on seen.id = chosen.id
        join account_of on account_of.account is not distinct from chosen.account
        join identity_of on identity_of.key = chosen.identity_key
        left join item_of on item_of.account = account_of.id
            and item_of.name = chosen.item
    """)


def mark_glances(work: Work) -> None:
    """Make `glanced`: which accesses begin a glance, among the new events and right after them."""
    first, last = work.rows(f"select min(time), max(time) from placed where {_ACCESS}")[0]
    work.run(f"""
        create or replace temp table access as
        select id, time, identity, item, true as fresh, false as glance
        from placed
        where {_ACCESS}
    """)
    if first is not None:
        work.run(
            f"""
            insert into access
            select id, time, identity, item, false, glance
            from event
            where time between $first - {GLANCE_GAP} and $last + {GLANCE_GAP}
                and (identity, item) in (select (identity, item) from access)
                and {_ACCESS}
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
        _correct_glances(work, first)


def recount_glances(work: Work, identity: int) -> None:
    """Mark all glances of one identity anew, after it was merged or turned out to be a person."""
    work.run(
        f"""
        create or replace temp table glanced as
        select id, time, false as fresh, glance, {_ACCESS} and {_BEGINS} as begins
        from event
        where identity = $identity
            and kind in ('password_accessed', 'secret_read')
            and outcome = 'ok'
            and item is not null
        """,
        identity=identity,
    )
    _correct_glances(work, None)


def _correct_glances(work: Work, first: datetime | None) -> None:
    work.run(
        """
        update event
        set glance = glanced.begins
        from glanced
        where glanced.id = event.id
            and glanced.time = event.time
            and glanced.begins <> event.glance
            and not glanced.fresh
            and glanced.time >= coalesce(cast($first as timestamp), glanced.time)
            and event.time >= (select min(time) from glanced)
        """,
        first=first,
    )


def store_events(work: Work) -> None:
    """Append the placed events in the order of time, and move the source's first and last time."""
    work.run("""
        insert into event by name
        select
            placed.*,
            coalesce(glanced.begins, false) as glance
        from placed
        left join glanced on glanced.id = placed.id
            and glanced.fresh
        order by placed.time, placed.line
    """)
    work.run("""
        insert into source
        select $source, $source_name, $connector, id, null, null
        from account
        where name = $account
            and not exists (from source where id = $source)
    """)
    work.run("""
        update source
        set
            first_time = least(first_time, $first),
            last_time = greatest(last_time, $last)
        where id = $source
            and $first is not null
    """)


def store_rejects(work: Work) -> None:
    """Keep every refused line byte for byte, once, with its reason."""
    if not work.refused:
        return
    work.refused.sort(key=lambda refused: refused.line)
    work.store.offer(
        "refused",
        pa.table(
            {
                "line": pa.array([refused.line for refused in work.refused], pa.int32()),
                "reason": pa.array([refused.reason for refused in work.refused]),
                "expected": pa.array(
                    [work.expected.get(refused.line) for refused in work.refused], pa.string()
                ),
                "body": pa.array([refused.body for refused in work.refused], pa.binary()),
            }
        ),
    )
    work.run("""
        create or replace temp table new_reject as
        with counted as (
            select
                *,
                row_number() over (partition by body order by line) as nth
            from refused
        ),
        before as (
            select
                body,
                count(*) as lines
            from reject
            where batch in (select batch from flushed where file = $file)
            group by all
        )
        select
            md5_number(concat_ws(
                chr(31), $scope, md5(counted.body), nth + coalesce(before.lines, 0)
            )) as id,
            cast($batch as integer) as batch,
            cast($first_line + counted.line as integer) as line,
            cast($source as smallint) as source,
            counted.reason,
            counted.expected,
            counted.body
        from counted
        left join before on before.body = counted.body
    """)
    known = work.run("delete from new_reject where id in (select id from reject)")
    conflicts = work.number("select count(*) from new_reject where reason = 'conflict'")
    rejected = work.run("insert into reject by name select * from new_reject") - conflicts
    work.outcome.conflicts, work.outcome.rejected = conflicts, rejected
    work.outcome.duplicates += known
