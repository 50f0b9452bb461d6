"""Writes the chosen events and the refused lines into the store."""

import pyarrow as pa

from vaultmeter.ingest.work import Work


def place(work: Work) -> None:
    """Make `placed`: the chosen records as events, with integers for account, identity, item."""
    work.run("""
        create or replace temp view placed as
        select
            chosen.id,
            chosen.time,
            chosen.line,
            seen.entries,
            account_of.id as account,
            identity_of.identity,
            item_of.id as item,
            coalesce(alias.session, md5_number_lower(chosen.session)) as session,
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
        left join session_alias as alias on alias.alias = md5_number_lower(chosen.session)
    """)


def store_events(work: Work) -> None:
    """Append the placed events in the order of time, and move the source's first and last time."""
    work.run("""
        insert into event by name
        select
            placed.* replace (cast($first_line + placed.line as integer) as line),
            cast($batch as integer) as batch,
            cast($source as smallint) as source,
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
                and batch < $batch
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
