"""Each record once: by its own id, or by its content and which occurrence of it this is.

The key of an event never holds a time of arrival, a hashed value or the raw line. Two halves of a
request have one key; the better half is kept, whenever it arrives. What is known already is
looked up among the events of the batch's days and the days beside them, without any expiry.
"""

from vaultmeter.ingest.guard import Refused
from vaultmeter.ingest.work import Work

_NEARBY = (
    "event.time >= cast($first as timestamp) - interval 1 day"
    " and event.time <= cast($last as timestamp) + interval 1 day"
)
_MEANING = "kind, detail, outcome, weight, product, source_event"
"""What two records with one key must agree on; another value makes the later one a conflict."""


def key(work: Work) -> None:
    """Give every record its key: `fresh` has the mapped records, `answered` the needless halves."""
    work.run("""
        create or replace temp table fresh as
        select
            * exclude (problem),
            md5_number($scope || chr(31) || record_id) as id,
            cast(null as ubigint) as repeat_key
        from mapped
        where problem is null
            and record_id is not null
    """)
    if work.number("select count(*) from mapped where problem is null and record_id is null"):
        _key_by_content(work)
    work.run("""
        create or replace temp table halves as
        select line, id, entry from fresh
        union all
        select line, md5_number($scope || chr(31) || record_id), 1 from answered
    """)


def _key_by_content(work: Work) -> None:
    """Records without an id: the n-th of the same content in a file is the n-th everywhere."""
    work.run("""
        create or replace temp table nameless as
        select
            * exclude (problem),
            md5_number_lower($scope || chr(31) || content) as repeat_key,
            row_number() over (partition by content, entry order by line) as nth
        from mapped
        where problem is null
            and record_id is null
    """)
    work.run("""
        create or replace temp table before as
        select
            event.repeat_key,
            count(*) filter (where event.entries & 1 > 0) as requests,
            count(*) filter (where event.entries & 2 > 0) as others
        from event
        semi join nameless on nameless.repeat_key = event.repeat_key
        where event.batch in (select batch from flushed where file = $file)
        group by all
    """)
    work.run("""
        insert into fresh by name
        select
            nameless.* exclude (nth),
            md5_number(concat_ws(
                chr(31),
                $scope,
                content,
                nth + coalesce(if(entry = 1, before.requests, before.others), 0)
            )) as id
        from nameless
        left join before on before.repeat_key = nameless.repeat_key
    """)


def find_known(work: Work) -> None:
    """Look up which keys of the batch are stored already."""
    work.run(
        f"""
        create or replace temp table known as
        select
            event.id,
            event.entries,
            event.identity,
            event.item,
            event.kind, event.detail, event.outcome, event.weight, event.product, event.source_event
        from event
        semi join halves on halves.id = event.id
        where {_NEARBY}
        """,
        **_span(work),
    )


def _span(work: Work) -> dict[str, object]:
    first, last = work.rows("select min(time), max(time) from fresh")[0]
    return {"first": first, "last": last}


def choose(work: Work) -> None:
    """Pick one record for each new event, and count the others as what they are."""
    conflicts = _conflicts(work)
    lines, pairs, new_pairs, new_events = work.rows("""
        with pair as (
            select
                id,
                entry,
                count(*) as lines
            from halves
            group by all
        )
        select
            coalesce(sum(pair.lines), 0),
            count(*),
            count(*) filter (where coalesce(known.entries, 0) & pair.entry = 0),
            count(distinct pair.id) filter (where known.id is null)
        from pair
        left join known on known.id = pair.id
    """)[0]
    work.outcome.stored = new_events
    work.outcome.filtered += new_pairs - new_events
    work.outcome.duplicates = lines - new_pairs - len(conflicts)
    work.refused += conflicts
    if work.number("select count(*) from known"):
        _complete_known(work)
    repeated = "" if lines == pairs and new_pairs == new_events else """
        qualify row_number() over (partition by fresh.id order by fresh.entry desc, fresh.line) = 1
    """
    work.run(f"""
        create or replace temp table chosen as
        select
            fresh.* exclude (entry, record_id, content),
            seen.entries
        from fresh
        join (select id, bit_or(entry) as entries from halves group by id) as seen
            on seen.id = fresh.id
        anti join known on known.id = fresh.id
        {repeated}
    """)


def _complete_known(work: Work) -> None:
    """An event stored from its lesser half gives way to the better one; other halves are noted."""
    span = _span(work)
    work.run(
        f"""
        delete from event
        where {_NEARBY}
            and id in (
            select known.id
            from known
            join halves on halves.id = known.id
            where known.entries = 1
                and halves.entry = 2
        )
        """,
        **span,
    )
    work.run(
        f"""
        update event
        set entries = 3
        where {_NEARBY}
            and entries = 2
            and id in (select id from halves where entry = 1)
            and id in (select id from known)
        """,
        **span,
    )
    work.run("""
        update halves
        set entry = 3
        where entry = 2
            and id in (select id from known where entries = 1)
    """)
    work.run("delete from known where entries = 1 and id in (select id from halves where entry = 3)")


def _conflicts(work: Work) -> list[Refused]:
    """Records whose key is taken by a record that says something else; the first one is kept."""
    rows = work.rows(f"""
        with meant as (
            select
                line,
                id,
                entry,
                hash({_MEANING}, coalesce(item, ''), identity_key) as meaning,
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
        where first_meant.meaning <> meant.meaning
        union
        select meant.line
        from meant
        join known on known.id = meant.id
        where (meant.entry >= 2 or known.entries = 1)
            and known.entries & meant.entry > 0
            and hash({", ".join(f"known.{name}" for name in _MEANING.split(", "))}) <> meant.brief
        order by 1
    """)
    return [Refused(line, "conflict", work.guarded.body(line)) for (line,) in rows]
