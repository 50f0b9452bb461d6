"""What outlives the events that retention deletes: names, and totals of months.

They are written into a store of their own, without events, from which the store is made again:
the records that are left are flushed on top of it, and find every name they know.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from vaultmeter.ingest.expired import CUTTING, cutting
from vaultmeter.ingest.items import SHOWS
from vaultmeter.store import Store
from vaultmeter.store.rollup import ROLLUPS, Rollup

MARK = "kept"
"""What a store remembers the name of its file of names and totals under."""
_NAMES = ("account", "identity", "identity_key", "item", "source", "note")
_OLD = f"join {CUTTING} as cutting on cutting.product = {{table}}.product"
_OUTLIVING = [rollup for rollup in ROLLUPS if rollup.bucket == "month" and rollup.outlives]


def write_kept(store: Store, path: Path, name: str, cut_offs: Mapping[str, datetime]) -> None:
    """Write what stays when the events before these cut-offs go, as a new store at a path.

    It is marked with `name`, the name it will be known by.
    """
    with store.beside(path) as kept:
        for table, select in _contents().items():
            store.run(f"insert into {kept}.{table} by name {select}", dict(cutting(cut_offs)))
        mark = {"mark": MARK, "name": name}
        store.run(f"insert into {kept}.meta values ($mark, $name)", mark)


def _contents() -> dict[str, str]:
    """The select of what goes into each table."""
    return {
        **{table: f"select * from {table}" for table in _NAMES},
        **{rollup.table: _months(rollup) for rollup in _OUTLIVING},
        "cut_off": f"select product, before from {CUTTING}",
        "event_before": _EVENT_BEFORE,
        "told": _TOLD,
        "told_before": _TOLD,
        "item_shown": _shown("item", SHOWS),
        "identity_shown": _shown("identity", "outcome = 'ok'"),
    }


def _months(rollup: Rollup) -> str:
    return f"""
        select {rollup.table}.*
        from ({rollup.added_up()}) as {rollup.table}
        {_OLD.format(table=rollup.table)}
        where {rollup.table}.start < cutting.before
        order by {rollup.order}
    """


def _shown(name: str, shows: str) -> str:
    return f"""
        select
            {name},
            max(time) as time
        from (
            from {name}_shown
            union all
            select
                event.{name},
                event.time
            from event
            {_OLD.format(table="event")}
            where event.time < cutting.before
                and event.{name} is not null
                and {shows}
        )
        group by {name}
    """


_TOLD = f"""
    select
        source,
        account,
        day,
        kind,
        intent,
        outcome,
        cast(sum(events) as bigint) as events,
        min(first_time) as first_time,
        max(last_time) as last_time
    from (
        from told_before
        union all
        select
            event.source,
            event.account,
            cast(event.time as date),
            event.kind,
            event.intent,
            event.outcome,
            count(*),
            min(event.time),
            max(event.time)
        from event
        {_OLD.format(table="event")}
        where event.time < cutting.before
        group by all
    )
    group by all
"""
_EVENT_BEFORE = f"""
    select
        event.product,
        event.id,
        event.time,
        if(event.accessed, event.identity, null) as identity,
        if(event.accessed, event.item, null) as item
    from (
        select
            product,
            id,
            time,
            identity,
            item,
            kind in ('password_accessed', 'secret_read') and outcome = 'ok' as accessed
        from event
        union all
        select
            *,
            item is not null
        from event_before
    ) as event
    {_OLD.format(table="event")}
    where event.time < cutting.before
        and event.time >= cutting.before - interval 1 day
"""
