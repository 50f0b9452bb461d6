"""Keeps the rollups equal to the events they stand for.

A rollup holds the batches up to `rolled`. What comes later is added when the store is folded;
until then reports read it from the events. Events that change afterwards are counted anew.
"""

from collections.abc import Mapping

from vaultmeter.store import Store
from vaultmeter.store.rollup import ROLLUPS, Rollup, is_expired

_FEW = 20_000
"""Rows that are not worth adding up."""


def rolled(store: Store) -> int:
    """The last batch that the rollups hold, 0 for none."""
    return int(store.meta("rolled") or 0)


def roll_up(store: Store) -> None:
    """Add what was flushed since the last time, and add up rows where they have become many.

    What it costs depends on what came in, and not on what is there.
    """
    first, last = rolled(store), store.position()
    if first == last:
        return
    with store.transaction():
        for rollup in ROLLUPS:
            _add(store, rollup, first)
        store.remember("rolled", str(last))


def mark(store: Store, where: str, values: Mapping[str, object]) -> None:
    """Note which months, identities and items of the rollups are touched, before events change.

    `where` is a condition on events. `count_marked` follows in the same transaction.
    """
    store.run(
        "create temp table if not exists marked (month timestamp, identity integer, item integer)"
    )
    store.run(
        f"""
        insert into marked
        select distinct
            date_trunc('month', time),
            identity,
            item
        from event
        where batch <= $rolled
            and {where}
        """,
        dict(values) | {"rolled": rolled(store)},
    )


def move_marked(store: Store, merged: int, kept: int) -> None:
    """What is marked of one identity is marked of another too."""
    store.run(
        """
        insert into marked
        select month, $kept, item
        from marked
        where identity = $merged
        """,
        {"merged": merged, "kept": kept},
    )


def count_marked(store: Store) -> None:
    """Count the marked months, identities and items again, from their events as they are now."""
    if not store.query("select count(*) from marked")[0][0]:
        return
    for rollup in ROLLUPS:
        key = "identity" if "identity" in rollup.dimensions else "item"
        marked = f"(date_trunc('month', {{}}), {key}) in (select (month, {key}) from marked)"
        # What retention has deleted is counted there alone, and stays.
        store.run(
            f"delete from {rollup.table}"
            f" where {marked.format('start')} and not {is_expired(rollup)}"
        )
        where = f"""
            batch <= $rolled
            and time >= (select min(month) from marked)
            and time < (select max(month) from marked) + interval 1 month
            and {marked.format("time")}
        """
        store.run(
            f"insert into {rollup.table} {rollup.counted(where)}",
            {"rolled": rolled(store)},
        )
    store.run("delete from marked")


def merge_expired(store: Store, merged: int, kept: int) -> None:
    """What deleted events of one identity came to becomes the other's."""
    values = {"merged": merged, "kept": kept}
    for rollup in ROLLUPS:
        if rollup.bucket == "month" and "identity" in rollup.dimensions:
            store.run(
                f"update {rollup.table} set identity = $kept"
                f" where identity = $merged and {is_expired(rollup)}",
                values,
            )
    for table in ("event_before", "identity_shown"):
        store.run(f"update {table} set identity = $kept where identity = $merged", values)


def _add(store: Store, rollup: Rollup, first: int) -> None:
    """Add the events of the batches after `first`."""
    counted = rollup.counted("batch > $first")
    store.run(f"create or replace temp table newly_rolled as {counted}", {"first": first})
    table = {"rollup": rollup.table}
    loose = store.run(
        f"""
        insert into loose
        select $rollup, start, count(*)
        from newly_rolled
        where start in (select start from {rollup.table})
        group by start
        """,
        table,
    )
    store.run(f"insert into {rollup.table} from newly_rolled order by {rollup.order}")
    if loose and _is_loose(store, rollup):
        _add_up(store, rollup)


_TOUCHED = "start in (select start from loose where rollup = $rollup)"
"""The rows of the buckets that were added to since they were last added up."""


def _is_loose(store: Store, rollup: Rollup) -> bool:
    """Whether adding up is worth it: half of the rows of the touched buckets are new."""
    table = {"rollup": rollup.table}
    loose = store.query("select sum(rows) from loose where rollup = $rollup", table)[0][0]
    if loose <= _FEW:
        return False
    rows = store.query(f"select count(*) from {rollup.table} where {_TOUCHED}", table)[0][0]
    return bool(2 * loose > rows)


def _add_up(store: Store, rollup: Rollup) -> None:
    """Make one row of the rows of each group, in the buckets that were added to."""
    table = {"rollup": rollup.table}
    store.run(f"create or replace temp table added_up as {rollup.added_up(_TOUCHED)}", table)
    store.run(f"delete from {rollup.table} where {_TOUCHED}", table)
    store.run(f"insert into {rollup.table} from added_up order by {rollup.order}")
    store.run("drop table added_up")
    store.run("delete from loose where rollup = $rollup", table)
