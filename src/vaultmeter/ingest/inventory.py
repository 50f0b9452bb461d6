"""Inventories: facts about what exists, told at an instant, beside the events.

A line of an inventory is a fact and no event: the ledger counts it as filtered, and what it says
moves dates of items and identities. Like those of events they are smallest and largest ones, so
inventories and events come to the same in any order. What should have been listed and was not is
judged in `missing.py`.
"""

import json

from vaultmeter.ingest import identities, missing
from vaultmeter.ingest.items import GONE
from vaultmeter.ingest.work import Work


def set_apart(work: Work) -> None:
    """Make `fact` of the sound lines of an inventory, so that the steps for events see none."""
    if not work.connector.facts:
        return
    shape = json.dumps(work.connector.shape).replace("'", "''")
    work.run(f"""
        create or replace temp table fact as
        select
            line,
            time,
            concat_ws('/', $account, nullif(trim(f.account, '/'), '')) as account_name,
            nullif(trim(f.account, '/'), '') as part_of_account,
            f.* exclude (taken, account)
        from (
            select
                line,
                time,
                from_json(content, '{shape}') as f
            from mapped
            where problem is null
        )
    """)
    work.outcome.filtered += work.run("delete from mapped where problem is null")


def apply(work: Work) -> None:
    """Take the facts of a batch in; of a batch of events, what they say of what was missing."""
    if not work.connector.facts:
        missing.reconsider(work)
        return
    for take in (_snapshots, _accounts, _items, _identities, _keys, _listings):
        take(work)
    missing.judge(work)


def _snapshots(work: Work) -> None:
    work.run("""
        insert into snapshot
        select
            (select id from account where name = $account),
            $source,
            time,
            vault,
            cluster
        from fact
        where fact = 'snapshot'
        except
        from snapshot
    """)


def _accounts(work: Work) -> None:
    work.run("""
        insert into account
        select
            (select max(id) from account) + row_number() over (order by name),
            name
        from (select distinct account_name as name from fact)
        where name not in (select name from account)
    """)


def _items(work: Work) -> None:
    """Add the items that were listed, and move the dates of known ones."""
    work.run("""
        create or replace temp table told_item as
        select
            account.id as account,
            fact.item as name,
            arg_max(fact.type, (fact.time, fact.type)) as type,
            arg_max(coalesce(try_cast(fact.product as product), 'sm'), fact.time) as product,
            max(fact.time) as time,
            min(try_cast(fact.created as timestamptz)::timestamp) as created,
            max(try_cast(fact.deleted as timestamptz)::timestamp) as erased,
            max(fact.time) filter (where fact.deleted is null) as listed,
            max(fact.time) filter (
                where fact.deleted is null and coalesce(fact.certain, true)
            ) as confirmed,
            min(coalesce(try_cast(fact.created as timestamptz)::timestamp, fact.time)) as seen
        from fact
        join account on account.name = fact.account_name
        where fact.fact = 'item'
        group by all
    """)
    work.run("""
        insert into item (id, source, account, name, type, type_time, product)
        select
            (select coalesce(max(id), 0) from item) + row_number() over (order by account, name),
            $source, account, name, type, time, product
        from told_item
        where (account, name) not in (select (account, name) from item)
    """)
    gone = GONE.format(
        erased="greatest(item.erased, told_item.erased)",
        written="item.written",
        confirmed="greatest(item.confirmed, told_item.confirmed)",
        missed="item.missed",
    )
    work.run(f"""
        update item
        set
            source = least(item.source, $source),
            type = if(told_item.time > item.type_time, told_item.type, item.type),
            product = if(told_item.time > item.type_time, told_item.product, item.product),
            type_time = greatest(told_item.time, item.type_time),
            seen = least(item.seen, told_item.seen),
            added = least(item.added, told_item.created),
            listed = greatest(item.listed, told_item.listed),
            confirmed = greatest(item.confirmed, told_item.confirmed),
            erased = greatest(item.erased, told_item.erased),
            deleted = {gone}
        from told_item
        where told_item.account = item.account
            and told_item.name = item.name
    """)


def _identities(work: Work) -> None:
    """Link the keys of each identity and describe it, as records do it in `identities`."""
    work.run("""
        create or replace temp table account_of as
        select distinct
            fact.part_of_account as account,
            account.id
        from fact
        join account on account.name = fact.account_name
    """)
    work.run("""
        create or replace temp table met as
        select
            keys[1] as key,
            unnest(if(len(keys) > 1, keys[2:], [null])) as alias,
            part_of_account as account,
            name,
            cast(kind as identity_kind) as kind,
            coalesce(rank, 2) as rank,
            method as auth_method,
            if(method is null, null, time) as method_time,
            cast(null as timestamp) as seen,
            time
        from fact
        where fact = 'identity'
    """)
    identities.settle(work)


def _keys(work: Work) -> None:
    """Keep what was said of each key: listed, enabled and made when, disabled at which instants."""
    work.run("""
        create or replace temp table told_key as
        select
            (select id from account where name = $account) as scope,
            keys[1] as key,
            max(time) filter (
                where coalesce(listed, true) and coalesce(certain, true)
            ) as listed,
            max(time) filter (where not disabled) as enabled,
            min(try_cast(created as timestamptz)::timestamp) as created
        from fact
        where fact = 'identity'
        group by all
    """)
    work.run("""
        insert into key_fact (scope, key)
        select scope, key from told_key
        except
        select scope, key from key_fact
    """)
    work.run("""
        update key_fact
        set
            listed = greatest(key_fact.listed, told_key.listed),
            enabled = greatest(key_fact.enabled, told_key.enabled),
            created = least(key_fact.created, told_key.created)
        from told_key
        where told_key.scope = key_fact.scope
            and told_key.key = key_fact.key
    """)
    work.run("""
        insert into key_disabled
        select
            (select id from account where name = $account),
            keys[1],
            time
        from fact
        where fact = 'identity'
            and disabled
        except
        from key_disabled
    """)


def _listings(work: Work) -> None:
    work.run("""
        create or replace temp table new_listing as
        select
            (select id from account where name = $account) as scope,
            fact.time,
            fact.vault,
            fact.of as what,
            if(
                coalesce(fact.everywhere, false) or fact.of = 'identities', null, account.id
            ) as account,
            fact.part,
            bool_and(fact.complete) as complete,
            bool_or(coalesce(fact.limited, false)) as limited
        from fact
        join account on account.name = fact.account_name
        where fact.fact = 'listed'
        group by all
        except
        from listing
    """)
    work.run("insert into listing from new_listing")
