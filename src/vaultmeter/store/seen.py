"""What a viewer of some accounts and products sees of the stored tables: its own small store.

Whoever may not see everything gets, in front of each logical table, tables of the stored names
that hold what the store would hold, had nothing else ever arrived. So the logical tables need no
condition on access, and cannot forget one. Whoever sees everything gets the stored tables.

An account is *whole* for a viewer who sees all products of it. What has no product is told of
whole accounts: lines that were rejected, the books, remarks on records, what inventories say of
identities. A source is whole where its own account is; of others one sees what their events tell.
"""

import re
from collections.abc import Callable

from vaultmeter.model.kinds import Kind
from vaultmeter.store.rollup import MONTHLY, ROLLUPS, is_expired
from vaultmeter.store.scope import Scope

_WORD = re.compile(r"\w+")
_WHOLE = "select account from seen_part where is_whole"
_OF_RECORDS = 4
"""The highest rank of a description by a record; those by inventories have higher ones."""
_ROLLED_TO = """(
    select coalesce(max(cast(meta.value as integer)), 0)
    from main.meta as meta
    where meta.name = 'rolled'
)"""
"""The last batch that the totals hold."""


def narrowed(scope: Scope, sql: str) -> str:
    """The SQL of a logical table behind what the viewer sees of the stored tables it reads."""
    if scope.question.viewer.grants is None:
        return sql
    parts = [
        f"{name} as not materialized ({write(scope)})"
        for name, write in SEEN.items()
        if name in _read(sql)
    ]
    return f"with {', '.join(parts)}\nselect * from ({sql})" if parts else sql


def shared(scope: Scope, ctes: list[str]) -> list[str]:
    """The tables that these rest on, each worked out once for the whole statement."""
    found: list[str] = []
    for name, write in reversed(_SHARED.items()):
        if any(name in cte for cte in (*ctes, *found)):
            found.insert(0, f"{name} as materialized ({write(scope)})")
    return found


def _read(sql: str) -> set[str]:
    """The words of some SQL, and of the stored tables among them those they rest on."""
    words = set(_WORD.findall(sql))
    return words | {rest for word in words for rest in _RESTS_ON.get(word, ())}


def _parts(scope: Scope) -> str:
    """The accounts that may be seen, with each product of them, and whether they are whole."""
    return f"""
        select
            account.id as account,
            one.product,
            bool_or(held.product is null) as is_whole
        from main.account as account
        join ({scope.held()}) as held on held.name is null
            or account.name = held.name
            or starts_with(account.name, held.name || '/')
        join (select unnest(enum_range(null::product)) as product) as one
            on held.product is null or cast(one.product as varchar) = held.product
        group by all
    """


def _is_seen(scope: Scope, row: str) -> str:
    """The condition that a row of an account and a product may be seen."""
    if not scope.question.viewer.is_limited:
        return f"{row}.account in (select account from seen_part)"
    return f"""exists (
        select 1
        from seen_part
        where seen_part.account = {row}.account
            and seen_part.product = {row}.product
    )"""


def _told(scope: Scope) -> str:
    """What whole accounts tell by day, and of the others what the events that are seen tell."""
    whole = f"select * from main.told as told where told.account in ({_WHOLE})"
    if not scope.question.viewer.is_limited:
        return whole
    return f"""
        {whole}
        union all
        select
            event.source, event.account, cast(event.time as date), event.kind, event.intent,
            event.outcome, count(*), min(event.time), max(event.time)
        from main.event as event
        where {_is_seen(scope, "event")}
            and event.account not in ({_WHOLE})
        group by all
    """


def _sources(scope: Scope) -> str:
    """Whole sources, and those that tell of what is seen, as if they told of nothing else."""
    telling = _spans(scope) if scope.question.viewer.is_limited else "select * from seen_told"
    return f"""
        select source.* replace (
            if(whole.account is null, told.first_time, source.first_time) as first_time,
            if(whole.account is null, told.last_time, source.last_time) as last_time
        )
        from main.source as source
        left join (select distinct account from seen_part where is_whole) as whole
            on whole.account = source.account
        left join (
            select
                source,
                min(first_time) as first_time,
                max(last_time) as last_time
            from ({telling})
            group by source
        ) as told on told.source = source.id
        where whole.account is not null
            or told.source is not null
    """


def _spans(scope: Scope) -> str:
    """Of each source the first and last times of what is seen, without looking at all of it.

    The monthly totals tell the last ones, and in which month the first one is. Where its events
    are deleted the beginning of that month stands for the first one.
    """
    late = f"""
        select event.source, event.time as first_time, event.time as last_time
        from main.event as event
        where {_is_seen(scope, "event")}
    """
    if not scope.question.rolled.batch:
        return late
    scope.values["rolled"] = scope.question.rolled.batch
    return f"""
        with month as (
            select
                event.source,
                min(event.start) as start,
                min(event.start) filter (where {is_expired(MONTHLY, "event")}) as first_time,
                max(event.last_time) as last_time
            from main.{MONTHLY.table} as event
            where {_is_seen(scope, "event")}
            group by event.source
        )
        select source, first_time, last_time
        from month
        union all
        {late}
            and event.time < (select max(start) + interval 1 month from month)
            and (event.source, date_trunc('month', event.time)) in (
                select (source, start) from month
            )
        {f"union all {late} and event.batch > $rolled" if scope.question.rolled.late else ""}
    """


def _identities(scope: Scope) -> str:
    """Whoever acted where it is seen, or is listed in a whole account.

    Whoever acts elsewhere, too, is described by what it did here: its account is that of its last
    event here, unless it is known from one, and so is how it signs in. Name and kind are the
    best that are known. Dates of inventories are told of those whose account is whole.
    """
    return f"""
        with acted as (
            select
                act.identity,
                bool_or(act.is_seen) as is_seen,
                bool_or(not act.is_seen) as is_elsewhere,
                bool_or(act.is_seen and act.time = own.name_time and act.account = own.account)
                    as is_home,
                bool_or(
                    act.is_seen and act.time = own.method_time and act.auth_method = own.auth_method
                ) as knows_method,
                max({{'time': act.time, 'account': act.account}}) filter (where act.is_seen)
                    as last_act,
                max({{'time': act.time, 'method': act.auth_method}}) filter (
                    where act.is_seen and act.auth_method is not null
                ) as last_method,
                coalesce(min(act.seen) filter (where act.is_seen), timestamp 'infinity') as seen
            from ({_acts(scope)}) as act
            join main.identity as own on own.id = act.identity
            group by act.identity
        ),
        whole as (select distinct account from seen_part where is_whole)
        select identity.* replace (
            if(
                acted.is_elsewhere and whole.account is null and not acted.is_home,
                acted.last_act.account,
                identity.account
            ) as account,
            if(
                acted.is_elsewhere
                    and not coalesce(acted.knows_method, false)
                    and not (whole.account is not null and identity.method_rank > {_OF_RECORDS}),
                acted.last_method.method,
                identity.auth_method
            ) as auth_method,
            acted.seen as seen,
            if(whole.account is null, null, identity.created) as created,
            if(whole.account is null, null, identity.disabled) as disabled,
            if(whole.account is null, null, identity.deleted) as deleted
        )
        from main.identity as identity
        left join acted on acted.identity = identity.id
        left join whole on whole.account = identity.account
        where acted.is_seen
            or (whole.account is not null and identity.seen is null)
    """


def _acts(scope: Scope) -> str:
    """Who acted where and when, also where it is not seen; `seen` is null after the period.

    The monthly totals tell all but the very time of what happened in the month of the end.
    """
    rolled = scope.question.rolled
    columns = f"""
        select
            event.identity, event.account, event.auth_method, {_is_seen(scope, "event")} as is_seen,
    """
    month = "date_trunc('month', $period_end)"
    of_events = f"{columns} event.time, if(event.time < $period_end, event.time, null) as seen"
    of_months = f"""
        {columns} event.last_time as time, if(event.start < {month}, event.start, null) as seen
        from main.{MONTHLY.table} as event
    """
    if not rolled.batch:
        expired = f"union all {of_months} where {is_expired(MONTHLY, 'event')}"
        return f"{of_events} from main.event as event {expired if rolled.cut_offs else ''}"
    scope.values["rolled"] = rolled.batch
    last = f"event.time >= {month} and event.time < $period_end"
    late = "or event.batch > $rolled" if rolled.late else ""
    return f"{of_months} union all {of_events} from main.event as event where {last} {late}"


def _accounts(scope: Scope) -> str:
    """Whole accounts, and of the others those of which anything is seen."""
    parts = "select account from seen_part"
    if scope.question.viewer.is_limited:
        parts = f"""
            {_WHOLE}
            union all
            select account from seen_told
            union all
            select account from item
            union all
            select account from {MONTHLY.table}
            union all
            select source.account
            from seen_source as source
            where source.account in (select account from seen_part)
        """
    return f"select * from main.account as account where account.id in ({parts})"


def _items(scope: Scope) -> str:
    """The items of what is seen; one whose records do not agree, by those that are seen."""
    if not scope.question.viewer.is_limited:
        return f"select * from main.item as item where {_is_seen(scope, 'item')}"
    return f"""
        select item.* replace (
            if({_is_seen(scope, "item")}, item.product, touched.last.product) as product
        )
        from main.item as item
        left join (
            select
                act.item,
                max({{'time': act.time, 'product': act.product}}) as last
            from (
                select event.item, event.account, event.product, event.last_time as time
                from main.item_month as event
                union all
                select event.item, event.account, event.product, event.time
                from main.event as event
                where event.batch > {_ROLLED_TO}
            ) as act
            join main.item as own on own.id = act.item
                and own.product <> act.product
            where {_is_seen(scope, "act")}
            group by act.item
        ) as touched on touched.item = item.id
        where {_is_seen(scope, "item")}
            or touched.item is not null
    """


def _unknown_kinds(_: Scope) -> str:
    """Of whole sources what was counted, of others the events that are seen."""
    return f"""
        {_of_whole_sources("unknown_kind")}
        union all
        select event.source, event.source_event, count(*)
        from event
        where event.kind = '{Kind.OTHER}'
            and event.source not in ({_WHOLE_SOURCES})
        group by all
    """


_WHOLE_SOURCES = f"select id from main.source as source where source.account in ({_WHOLE})"


def _of_whole_sources(table: str) -> str:
    return f"select * from main.{table} as {table} where {table}.source in ({_WHOLE_SOURCES})"


def _rows(table: str) -> Callable[[Scope], str]:
    """Writes the rows of a table of which account and product may be seen."""
    return lambda scope: f"select * from main.{table} as {table} where {_is_seen(scope, table)}"


def _lines(table: str) -> Callable[[Scope], str]:
    """Writes the rows of a table about whole sources."""
    return lambda _: _of_whole_sources(table)


_SHARED: dict[str, Callable[[Scope], str]] = {
    "seen_part": _parts,
    "seen_told": _told,
    "seen_source": _sources,
    "seen_identity": _identities,
}
"""Worked out once a statement, in this order."""
SEEN: dict[str, Callable[[Scope], str]] = {
    "event": _rows("event"),
    **{rollup.table: _rows(rollup.table) for rollup in ROLLUPS},
    "told": lambda _: "select * from seen_told",
    "source": lambda _: "select * from seen_source",
    "identity": lambda _: "select * from seen_identity",
    "item": _items,
    "account": _accounts,
    "note": _lines("note"),
    "reject": _lines("reject"),
    "ledger": _lines("ledger"),
    "unknown_kind": _unknown_kinds,
}
"""Each stored table that depends on who asks, as a viewer sees it, behind those it rests on."""
_RESTS_ON = {"account": ("item", MONTHLY.table), "unknown_kind": ("event",)}
