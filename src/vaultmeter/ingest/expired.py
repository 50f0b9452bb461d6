"""Lines that retention deletes: which they are, and that they are no events when they come late.

A line goes when its own time is before the cut-off of its product; the half of a request that
another one makes needless goes with that one. A line that cannot be read has no time of its own:
it goes when it was received before every cut-off. Facts of inventories stay, as names do.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from vaultmeter.inbox.expiry import Blanked
from vaultmeter.ingest import mapping
from vaultmeter.ingest.work import Work

CUTTING = """(
    select
        cast(unnest($cut_products) as product) as product,
        unnest($cut_befores) as before
)"""
"""Cut-offs as a table `(product, before)`, of the values that `cutting` makes."""
_RECORD_KEY = "md5_number(concat_ws(chr(31), cast($scope as varchar), record_id))"
_SAME = "interval 1 day"
"""How far apart in time two records of one event are looked for."""


def cutting(cut_offs: Mapping[str, datetime]) -> dict[str, list[str] | list[datetime]]:
    """The values that `CUTTING` binds."""
    befores = [before.astimezone(UTC).replace(tzinfo=None) for before in cut_offs.values()]
    return {"cut_products": list(cut_offs), "cut_befores": befores}


def note_span(work: Work) -> None:
    """Keep from when to when the records of the batch are, so that it is found when it is old."""
    if work.connector.facts:
        return
    work.run("""
        insert into span
        select
            $batch,
            product,
            min(time),
            max(time)
        from mapped
        where problem is null
        group by product
    """)


def drop_old(work: Work) -> None:
    """Leave out what is older than a cut-off in force; the ledger counts it as expired."""
    if work.connector.facts or not work.rows("select 1 from cut_off limit 1"):
        return
    work.run(f"create or replace temp table old as {_old('cut_off')}")
    work.outcome.expired += work.run("delete from mapped where line in (select line from old)")
    work.outcome.expired += work.run("delete from answered where line in (select line from old)")


def drop_known(work: Work) -> None:
    """Leave out other records of events that were deleted right before a cut-off."""
    if work.connector.facts or not work.rows(f"""
        select 1
        from mapped
        where time <= (select max(before) from cut_off) + {_SAME}
        limit 1
    """):
        return
    work.run(f"""
        create or replace temp table old as
        select mapped.id
        from mapped
        join event_before on event_before.id = mapped.id
            and mapped.time <= event_before.time + {_SAME}
        where mapped.problem is null
    """)
    work.run("delete from mapped where id in (select id from old)")
    work.outcome.expired += work.run("delete from halves where id in (select id from old)")


def blanked(
    work: Work, cut_offs: Mapping[str, datetime], unread_before: datetime | None
) -> Blanked:
    """What a batch becomes without the lines that are older than these cut-offs.

    Lines that cannot be read go with a batch received before `unread_before`, an instant in UTC.
    """
    mapping.map_records(work)
    old = {line for (line,) in work.rows(_old(CUTTING), **cutting(cut_offs))}
    if unread_before is not None and work.batch.received < unread_before:
        old |= set(range(len(work.guarded.starts))) - _read(work)
    starts, ends = work.guarded.starts, work.guarded.ends
    content, place, expired = bytearray(), 0, work.batch.expired
    for line in sorted(old):
        start, end = int(starts[line]), int(ends[line])
        if work.guarded.is_blank(line):
            continue
        content += work.guarded.content[place:start]
        place = end
        expired += 1
        if end == len(work.guarded.content):
            # An empty line without its newline would be none.
            content += b"\n"
    content += work.guarded.content[place:]
    return Blanked(bytes(content), expired)


def _old(cut_offs: str) -> str:
    """The select of the lines, in the batch, that are older than the cut-off of their product."""
    return f"""
        with aged as (
            select
                mapped.line,
                mapped.id
            from mapped
            join {cut_offs} as cut_off on cut_off.product = mapped.product
            where mapped.problem is null
                and mapped.time < cut_off.before
        )
        select line from aged
        union all
        select line
        from answered
        where {_RECORD_KEY} in (select id from aged)
    """


def _read(work: Work) -> set[int]:
    """The lines that could be read, in the batch."""
    rows = work.rows("""
        select line from mapped where problem is null
        union all
        select line from answered
    """)
    return {line for (line,) in rows}
