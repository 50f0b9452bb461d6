"""What was acted on: finds or makes the item of every record, and keeps its dates.

An item exists from the first successful event that shows it, and is deleted when its last
deletion is later than its last writing. All dates are smallest and largest ones, so that the
order of arrival does not matter. Inventories add to them (`inventory.py`, `missing.py`).
"""

from vaultmeter.ingest.work import Work

_OK = "outcome = 'ok' and intent <> 'heartbeat'"
_ADDED = "(kind = 'item_added' or (kind = 'system' and detail = 'item_added'))"
_UPDATED = "(kind = 'item_updated' or (kind = 'system' and detail = 'item_updated'))"
_DELETED = "(kind = 'item_deleted' or (kind = 'system' and detail = 'item_deleted'))"

SHOWS = f"{_OK} and not {_DELETED} and kind not in ('list', 'login_failed')"
"""An event that shows that its item exists."""
GONE = """least(
    case
        when {erased} > coalesce(greatest({written}, {confirmed}), timestamp '-infinity')
            then {erased}
    end,
    {missed}
)"""
"""When an item was deleted, by its dates; null while it exists."""


def resolve(work: Work) -> None:
    """Fill `item_of` for the chosen records; add new items and move the dates of known ones."""
    work.run(f"""
        create or replace temp table touched as
        select
            account_of.id as account,
            chosen.item as name,
            arg_max(chosen.item_type, chosen.time) as type,
            max(chosen.time) as type_time,
            arg_max(chosen.product, chosen.time) as product,
            min(chosen.time) filter (where {SHOWS}) as seen,
            min(chosen.time) filter (where {_OK} and {_ADDED}) as added,
            max(chosen.time) filter (where {_OK} and ({_ADDED} or {_UPDATED})) as written,
            max(chosen.time) filter (where {_OK} and {_DELETED}) as deleted
        from chosen
        join account_of on account_of.account is not distinct from chosen.account
        where chosen.item is not null
        group by all
    """)
    # An insert of nothing hides what the same transaction inserts later (DuckDB 2.0.0, from
    # 122,880 rows on), as an inventory does.
    if work.number("select count(*) from touched"):
        _add(work)
    work.run("""
        create or replace temp table item_of as
        select
            item.id,
            item.account,
            item.name
        from item
        join touched on touched.account = item.account
            and touched.name = item.name
    """)
    gone = GONE.format(
        erased="greatest(touched.deleted, item.erased)",
        written="greatest(touched.written, item.written)",
        confirmed="item.confirmed",
        missed="item.missed",
    )
    work.run(f"""
        update item
        set
            source = least($source, item.source),
            type = if(touched.type_time > item.type_time, touched.type, item.type),
            product = if(touched.type_time > item.type_time, touched.product, item.product),
            type_time = greatest(touched.type_time, item.type_time),
            seen = least(touched.seen, item.seen),
            added = least(touched.added, item.added),
            written = greatest(touched.written, item.written),
            erased = greatest(touched.deleted, item.erased),
            deleted = {gone}
        from touched
        where touched.account = item.account
            and touched.name = item.name
            and (
                touched.type_time > item.type_time
                or touched.seen < coalesce(item.seen, timestamp 'infinity')
                or touched.added < coalesce(item.added, timestamp 'infinity')
                or touched.written > coalesce(item.written, timestamp '-infinity')
                or touched.deleted > coalesce(item.erased, timestamp '-infinity')
                or $source < item.source
            )
    """)


def _add(work: Work) -> None:
    gone = GONE.format(
        erased="touched.deleted", written="touched.written", confirmed="null", missed="null"
    )
    work.new_items = work.run(f"""
        insert into item (
            id, source, account, name, type, type_time, product, seen, added, written, erased,
            deleted
        )
        select
            (select coalesce(max(id), 0) from item)
            + row_number() over (order by touched.account, touched.name),
            $source, touched.account, touched.name, touched.type, touched.type_time,
            touched.product, touched.seen, touched.added, touched.written, touched.deleted,
            {gone}
        from touched
        left join item on item.account = touched.account
            and item.name = touched.name
        where item.id is null
    """)
