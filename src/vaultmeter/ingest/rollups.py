"""Keeps the monthly rollup equal to the events it stands for.

The rollup holds the batches up to `rolled`. What comes later is added when the store is folded;
until then reports read it from the events. Events that change afterwards are counted anew.
"""

from vaultmeter.store import Store

_GROUP = (
    "date_trunc('month', time) as month, source, account, identity, item, kind, detail, intent,"
    " outcome, product, auth_method, count(*) as requests, sum(weight) as weight,"
    " count(*) filter (where glance) as glances, max(time) as last_time"
)
_GROUPED = (
    "month, source, account, identity, item, kind, detail, intent, outcome, product, auth_method,"
    " sum(requests), sum(weight), sum(glances), max(last_time)"
)
_FEW = 200_000
"""Rows that are not worth compacting."""


def rolled(store: Store) -> int:
    """The last batch that the rollup holds, 0 for none."""
    return int(store.meta("rolled") or 0)


def roll_up(store: Store) -> None:
    """Add what was flushed since the last time, and add up rows when they have become many."""
    first, last = rolled(store), store.position()
    if first == last:
        return
    with store.transaction():
        store.run(
            f"insert into activity_month select {_GROUP} from event where batch > $first group by all",
            {"first": first},
        )
        store.remember("rolled", str(last))
        rows = int(store.query("select count(*) from activity_month")[0][0])
        if rows > _FEW + 2 * int(store.meta("rollup_rows") or 0):
            _compact(store)


def mark(store: Store, where: str, values: dict[str, object]) -> None:
    """Note which months and identities of the rollup are touched, before events change.

    `where` is a condition on events. `count_marked` follows in the same transaction.
    """
    store.run("create temp table if not exists marked (month timestamp, identity integer)")
    store.run(
        f"""
        insert into marked
        select distinct
            date_trunc('month', time),
            identity
        from event
        where batch <= $rolled
            and {where}
        """,
        values | {"rolled": rolled(store)},
    )


def count_marked(store: Store) -> None:
    """Count the marked months and identities again, from their events as they are now."""
    if not store.query("select count(*) from marked")[0][0]:
        return
    store.run("""
        delete from activity_month
        where (month, identity) in (select (month, identity) from marked)
    """)
    store.run(
        f"""
        insert into activity_month
        select {_GROUP}
        from event
        where batch <= $rolled
            and time >= (select min(month) from marked)
            and time < (select max(month) from marked) + interval 1 month
            and (date_trunc('month', time), identity) in (select (month, identity) from marked)
        group by all
        """,
        {"rolled": rolled(store)},
    )
    store.run("delete from marked")


def move_marked(store: Store, merged: int, kept: int) -> None:
    """What is marked of one identity is marked of another too."""
    store.run(
        """
        insert into marked
        select month, $kept
        from marked
        where identity = $merged
        """,
        {"merged": merged, "kept": kept},
    )


def _compact(store: Store) -> None:
    store.run(
        f"create or replace temp table added_up as select {_GROUPED} from activity_month group by all"
    )
    store.run("delete from activity_month")
    store.run("insert into activity_month select * from added_up order by month")
    store.run("drop table added_up")
    count = store.query("select count(*) from activity_month")[0][0]
    store.remember("rollup_rows", str(count))
