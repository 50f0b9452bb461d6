"""Who acted: finds or makes the identity of every record, and makes keys of one identity one.

A record gives a key and sometimes a second one for the same identity (an entity and the name it
signed in with). Identities that turn out to be the same are merged; the best name seen is kept.
"""

from collections import defaultdict
from typing import Any

from vaultmeter.ingest import glances, rollups
from vaultmeter.ingest.work import Work

Row = tuple[Any, ...]


def resolve(work: Work) -> None:
    """Fill `account_of`, `identity_of` for the chosen records, adding what is new."""
    work.run("""
        create or replace temp table met as
        select
            identity_key as key,
            identity_alias as alias,
            account,
            identity_name as name,
            identity_kind as kind,
            identity_rank as rank,
            arg_max(identity_method, time) as auth_method,
            max(time) filter (where identity_method is not null) as method_time,
            min(time) as seen,
            max(time) as time
        from chosen
        group by all
    """)
    _accounts(work)
    settle(work)


def settle(work: Work) -> None:
    """Link the keys of `met`, and describe the identities they belong to."""
    _link(work)
    _describe(work)


def _accounts(work: Work) -> None:
    work.run("""
        insert into account
        select
            (select coalesce(max(id), 0) from account) + row_number() over (order by name),
            name
        from (
            select distinct concat_ws('/', $account, account) as name from met
            union
            select $account
        )
        where name not in (select name from account)
    """)
    work.run("""
        create or replace temp table account_of as
        select
            part.account,
            account.id
        from (select distinct account from met) as part
        join account on account.name = concat_ws('/', $account, part.account)
    """)


def _link(work: Work) -> None:
    """Give every new key an identity; merge identities that a record says are the same."""
    pairs = work.rows("""
        with own as (
            select key, identity
            from identity_key
            where scope = (select id from account where name = $account)
        )
        select distinct
            met.key,
            met.alias,
            own.identity,
            other.identity
        from met
        left join own on own.key = met.key
        left join own as other on other.key = met.alias
        where own.identity is null
            or (met.alias is not null and other.identity is distinct from own.identity)
    """)
    if not pairs:
        return
    fresh_id = work.number("select coalesce(max(id), 0) from identity") + 1
    keys: list[str] = []
    owners: list[int] = []
    for group, identities in _groups(pairs):
        identity = min(identities) if identities else fresh_id
        fresh_id += not identities
        for merged in sorted(identities - {identity}):
            _merge(work, merged, identity)
        keys += group
        owners += [identity] * len(group)
    work.linked += owners
    _add_keys(work, keys, owners)


def _groups(pairs: list[Row]) -> list[tuple[list[str], set[int]]]:
    """Sets of keys that belong together, each with the identities they have already."""
    leader: dict[object, object] = {}

    def find(node: object) -> object:
        while leader.setdefault(node, node) != node:
            node = leader[node]
        return node

    for key, alias, identity, other in sorted(pairs, key=str):
        nodes = [key, *([alias] if alias is not None else [])]
        nodes += [known for known in (identity, other) if known is not None]
        for node in nodes[1:]:
            leader[find(node)] = find(key)
        find(key)
    members: defaultdict[object, list[object]] = defaultdict(list)
    for node in leader:
        members[find(node)].append(node)
    return [
        (
            sorted(node for node in group if isinstance(node, str)),
            {node for node in group if isinstance(node, int)},
        )
        for group in members.values()
    ]


def _add_keys(work: Work, keys: list[str], owners: list[int]) -> None:
    work.run(
        """
        insert into identity_key
        select
            (select id from account where name = $account),
            key,
            identity
        from (select unnest($keys) as key, unnest($owners) as identity)
        where key not in (
            select key
            from identity_key
            where scope = (select id from account where name = $account)
        )
        """,
        keys=keys,
        owners=owners,
    )


def _merge(work: Work, merged: int, kept: int) -> None:
    """Everything of one identity becomes the other's."""
    values = {"merged": merged, "kept": kept}
    rollups.mark(work.store, "identity in ($merged, $kept)", values)
    rollups.move_marked(work.store, **values)
    rollups.merge_expired(work.store, **values)
    for table in ("event", "identity_key"):
        work.run(f"update {table} set identity = $kept where identity = $merged", **values)
    work.run(
        """
        create or replace temp table outdone as
        select kept.id
        from identity as kept, identity as merged
        where kept.id = $kept
            and merged.id = $merged
            and (merged.name_rank, merged.name_time, merged.name)
                > (kept.name_rank, kept.name_time, kept.name)
        """,
        **values,
    )
    work.run(
        """
        create or replace temp table kept_method as
        select auth_method, method_rank, method_time
        from identity
        where id in ($kept, $merged)
            and auth_method is not null
        order by method_rank desc, method_time desc, auth_method desc
        limit 1
        """,
        **values,
    )
    work.run(
        """
        create or replace temp table kept_dates as
        select
            min(seen) as seen,
            min(created) as created,
            if(count(disabled) = count(*), max(disabled), null) as disabled,
            if(count(deleted) = count(*), max(deleted), null) as deleted
        from identity
        where id in ($kept, $merged)
        """,
        **values,
    )
    work.run("delete from identity where id = $kept and id in (select id from outdone)", **values)
    work.run(
        """
        update identity
        set id = $kept
        where id = $merged
            and not exists (from identity where id = $kept)
        """,
        **values,
    )
    work.run("delete from identity where id = $merged", **values)
    work.run(
        """
        update identity
        set
            auth_method = kept_method.auth_method,
            method_rank = kept_method.method_rank,
            method_time = kept_method.method_time
        from kept_method
        where identity.id = $kept
        """,
        **values,
    )
    work.run(
        """
        update identity
        set
            seen = kept_dates.seen,
            created = kept_dates.created,
            disabled = kept_dates.disabled,
            deleted = kept_dates.deleted
        from kept_dates
        where identity.id = $kept
        """,
        **values,
    )
    glances.recount(work, kept)
    rollups.count_marked(work.store)


def _describe(work: Work) -> None:
    """Keep the best description of each identity: highest rank, then latest, then last by name."""
    work.run("""
        create or replace temp table identity_of as
        select
            key,
            identity
        from identity_key
        where scope = (select id from account where name = $account)
            and key in (select key from met)
    """)
    work.run("""
        create or replace temp table described as
        select
            identity_of.identity as id,
            account_of.id as account,
            met.name,
            met.kind,
            met.rank,
            met.time
        from met
        join identity_of on identity_of.key = met.key
        join account_of on account_of.account is not distinct from met.account
        qualify row_number() over (
            partition by identity_of.identity
            order by met.rank desc, met.time desc, met.name desc
        ) = 1
    """)
    # As in items: an insert of nothing would hide later ones.
    if work.number("select count(*) from described"):
        work.run("""
            insert into identity (id, account, name, kind, name_rank, name_time)
            select id, account, name, kind, rank, time
            from described
            where id not in (select id from identity)
        """)
    changed = work.rows("""
        select described.id
        from described
        join identity on identity.id = described.id
        where described.kind <> identity.kind
            and (described.rank, described.time, described.name)
                > (identity.name_rank, identity.name_time, identity.name)
    """)
    work.run("""
        update identity
        set
            account = described.account,
            name = described.name,
            kind = described.kind,
            name_rank = described.rank,
            name_time = described.time
        from described
        where described.id = identity.id
            and (described.rank, described.time, described.name)
                > (identity.name_rank, identity.name_time, identity.name)
    """)
    _date(work)
    _describe_method(work)
    for (identity,) in changed:
        glances.recount(work, identity)


def _date(work: Work) -> None:
    """Keep when each identity was first seen."""
    work.run("""
        update identity
        set seen = least(identity.seen, met.seen)
        from (
            select
                identity_of.identity,
                min(met.seen) as seen
            from met
            join identity_of on identity_of.key = met.key
            group by identity_of.identity
        ) as met
        where met.identity = identity.id
            and met.seen < coalesce(identity.seen, timestamp 'infinity')
    """)


def _describe_method(work: Work) -> None:
    """Keep how each identity signs in: by the highest rank, then the latest that tells it."""
    work.run("""
        with told as (
            select
                identity_of.identity as id,
                met.auth_method,
                met.rank,
                met.method_time as time
            from met
            join identity_of on identity_of.key = met.key
            where met.auth_method is not null
            qualify row_number() over (
                partition by identity_of.identity
                order by met.rank desc, met.method_time desc, met.auth_method desc
            ) = 1
        )
        update identity
        set
            auth_method = told.auth_method,
            method_rank = told.rank,
            method_time = told.time
        from told
        where told.id = identity.id
            and (
                identity.auth_method is null
                or (told.rank, told.time, told.auth_method)
                    > (identity.method_rank, identity.method_time, identity.auth_method)
            )
    """)
