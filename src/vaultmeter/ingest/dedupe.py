"""Each record once: by its own id, or by its content and which occurrence of it this is.

The key of an event never holds a time of arrival, a hashed value or the raw line. Two halves of a
request have one key; the better half is kept, whenever it arrives. What is known already is
looked up among the events of the batch's days and the days beside them, without any expiry.
"""

from vaultmeter.ingest import rollups, sessions, told
from vaultmeter.ingest.guard import Refused
from vaultmeter.ingest.work import Work

_NEARBY = (
    "event.time >= cast($first as timestamp) - interval 1 day"
    " and event.time <= cast($last as timestamp) + interval 1 day"
)
_MEANING = "kind, detail, outcome, weight, product, source_event"
"""What two records with one key must agree on; another value makes the later one a conflict."""


def key(work: Work) -> None:
    """Make `fresh`, the sound records with a key, and `halves`, the keys of all."""
    if work.number("select count(*) from mapped where problem is null and id is null"):
        _key_by_content(work)
    work.run("""
        create or replace temp view fresh as
        select *
        from mapped
        where problem is null
    """)
    work.run("""
        create or replace temp table halves as
        select line, id, entry from fresh
        union all
        select line, md5_number(concat_ws(chr(31), cast($scope as varchar), record_id)), 1
        from answered
    """)


def _key_by_content(work: Work) -> None:
    """Records without an id: the n-th of the same content in a file is the n-th everywhere."""
    work.run("""
        create or replace temp table counted as
        with told as (
            select
                line,
                entry,
                content,
                md5_number_lower(content) as short,
                row_number() over (partition by content, entry order by line) as nth
            from mapped
            where problem is null
                and id is null
        ),
        before as (
            select
                content,
                entry,
                sum(lines) as lines
            from nameless
            where file = $file
                and content in (select short from told)
            group by all
        )
        select
            told.line,
            told.entry,
            told.short,
            md5_number(
                concat_ws(chr(31), $scope, told.content, told.nth + coalesce(before.lines, 0))
            ) as id
        from told
        left join before on before.content = told.short
            and before.entry = told.entry
    """)
    work.run("""
        update mapped
        set id = counted.id
        from counted
        where counted.line = mapped.line
    """)
    work.run("""
        insert into nameless
        select $file, short, entry, count(*)
        from counted
        group by all
    """)


def find_known(work: Work) -> None:
    """Make `known`: the events of the batch's keys that are stored already."""
    work.first, work.last = work.rows("select min(time), max(time) from fresh")[0]
    work.run(f"""
        create or replace temp table known as
        select
            event.id,
            event.time,
            event.entries,
            event.item,
            event.identity,
            event.session,
            {", ".join(f"event.{name}" for name in _MEANING.split(", "))}
        from event
        where {_NEARBY}
            and event.id in (select id from halves)
    """)
    if work.number("select count(*) - count(distinct id) from known"):
        # Records of one id that came days apart in separate batches were stored each.
        work.run("""
            delete from known
            where exists (
                from known as earlier
                where earlier.id = known.id
                    and earlier.time < known.time
            )
        """)


def choose(work: Work) -> None:
    """Make `chosen`: one record for each new event; count the others as what they are."""
    work.run("""
        create or replace temp table seen as
        select
            id,
            cast(bit_or(entry) as utinyint) as entries,
            count(*) as lines
        from halves
        group by id
    """)
    # Of a request two halves may be new, of a whole record one.
    parts = "bit_count({})" if work.connector.halves else "cast({} > 0 as integer)"
    new_parts = parts.format("seen.entries & ~coalesce(known.entries, 0)")
    lines, pairs, new_pairs, new_events = work.rows(f"""
        select
            coalesce(cast(sum(seen.lines) as bigint), 0),
            coalesce(cast(sum({parts.format("seen.entries")}) as bigint), 0),
            coalesce(cast(sum({new_parts}) as bigint), 0),
            count(*) filter (where known.id is null)
        from seen
        left join known on known.id = seen.id
    """)[0]
    known = work.number("select count(*) from known")
    conflicts = _conflicts(work) if known or lines > pairs else []
    work.outcome.stored = new_events
    work.outcome.filtered += new_pairs - new_events
    work.outcome.duplicates = lines - new_pairs - len(conflicts)
    work.refused += conflicts
    fresh, keys = work.rows("select (select count(*) from fresh), (select count(*) from seen)")[0]
    if known or fresh > keys:
        sessions.link(work)
    if known:
        _complete_known(work)
    _choose(work, unknown_only=known > 0, repeated=fresh > keys)


def _choose(work: Work, *, unknown_only: bool, repeated: bool) -> None:
    """Make `chosen` of the fresh records that stay; they are read often, so others are deleted."""
    if unknown_only:
        work.run("delete from mapped where id in (select id from known)")
    if repeated:
        work.run("""
            delete from mapped
            where line in (
                select line
                from fresh
                where id in (select id from fresh group by id having count(*) > 1)
                qualify row_number() over (partition by id order by entry desc, line) > 1
            )
        """)
    work.run("""
        create or replace temp view chosen as
        select * exclude (problem, content)
        from fresh
    """)


def _complete_known(work: Work) -> None:
    """An event stored from its lesser half gives way to the better one; other halves are noted."""
    work.run("""
        create or replace temp table given_up as
        select
            id,
            time
        from known
        where entries = 1
            and id in (select id from halves where entry = 2)
    """)
    if work.number("select count(*) from given_up"):
        _give_up(work)
    work.run(f"""
        update event
        set entries = 3
        where {_NEARBY}
            and entries = 2
            and id in (select id from halves where entry = 1)
            and id in (select id from known)
    """)
    work.run("""
        update seen
        set entries = 3
        where entries >= 2
            and id in (select id from known where entries = 1)
    """)
    work.run(
        "delete from known where entries = 1 and id in (select id from seen where entries = 3)"
    )


def _give_up(work: Work) -> None:
    """Remove the events of `given_up`, also from what they were counted into."""
    given_up = f"""
        {_NEARBY}
        and exists (from given_up where given_up.id = event.id and given_up.time = event.time)
    """
    rollups.mark(work.store, given_up, {"first": work.first, "last": work.last})
    work.run(f"delete from event where {given_up}")
    rollups.count_marked(work.store)
    told.count_again(work)


def _conflicts(work: Work) -> list[Refused]:
    """Records whose key is taken by a record that says something else; the first one is kept."""
    known = ", ".join(f"known.{name}" for name in _MEANING.split(", "))
    rows = work.rows(f"""
        with meant as (
            select
                line,
                id,
                entry,
                item,
                identity_key,
                hash({_MEANING}, item, identity_key) as meaning,
                hash({_MEANING}) as brief
            from fresh
        ),
        first_meant as (
            select
                id,
                entry,
                arg_min(meaning, line) as meaning
            from meant
            group by all
            having count(*) > 1
        )
        select meant.line
        from meant
        join first_meant on first_meant.id = meant.id
            and first_meant.entry = meant.entry
        left join known on known.id = meant.id
            and known.entries & meant.entry > 0
        where first_meant.meaning <> meant.meaning
            and known.id is null
        union
        select meant.line
        from meant
        join known on known.id = meant.id
        left join item on item.id = known.item
        left join identity_key on identity_key.key = meant.identity_key
            and identity_key.scope = (select id from account where name = $account)
        where (meant.entry >= 2 or known.entries = 1)
            and known.entries & meant.entry > 0
            and (
                hash({known}) <> meant.brief
                or item.name is distinct from meant.item
                or identity_key.identity is distinct from known.identity
            )
        order by 1
    """)
    return [Refused(line, "conflict", work.guarded.body(line)) for (line,) in rows]
