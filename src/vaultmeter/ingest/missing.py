"""What an inventory should have listed and did not, and what shows that it is there after all.

Something is missed at the first instant at which an inventory covers it, that is lists to the end
the part it belongs to, later than anything that shows it: a listing, or an event. This depends on
what was told alone, so that it comes out the same in any order. What is not covered, because a
part was not permitted or not reached, is never missed.
"""

from vaultmeter.ingest.items import GONE, SHOWS
from vaultmeter.ingest.work import Work

_SCOPE = "(select id from account where name = $account)"
_NEVER = "timestamp '-infinity'"


def judge(work: Work) -> None:
    """Judge what the facts of a batch are about, and what its listings should have held."""
    work.run(f"""
        create or replace temp table judged_item as
        select
            item.id as item,
            case
                when told_item.name is null
                    and coalesce(item.missed not in (select time from new_listing), true)
                    then (select min(time) from new_listing)
            end as since
        from item
        join account on account.id = item.account
        left join told_item on told_item.account = item.account
            and told_item.name = item.name
        where (account.name = $account or starts_with(account.name, $account || '/'))
            and (
                (
                    told_item.name is not null
                    and coalesce(item.listed, {_NEVER}) < coalesce(
                        (select max(time) from listing where scope = {_SCOPE}), {_NEVER}
                    )
                )
                or item.missed <= item.listed
                or (
                    coalesce(item.listed, {_NEVER}) < (select max(time) from new_listing)
                    and coalesce(item.missed >= (select min(time) from new_listing), true)
                )
            )
    """)
    _miss_items(work)
    work.run(
        f"""
        create or replace temp table judged_identity as
        select distinct identity
        from (
            select identity_key.identity
            from told_key
            join identity_key on identity_key.scope = told_key.scope
                and identity_key.key = told_key.key
            union all
            select identity_key.identity
            from identity_key
            join (
                select distinct part from new_listing where what = 'identities'
            ) as part on starts_with(identity_key.key, part.part)
            where identity_key.scope = {_SCOPE}
            union all
            select unnest($linked)
        )
    """,
        linked=work.linked,
    )
    _date_identities(work)


def reconsider(work: Work) -> None:
    """Judge again what a batch of events is about; free where no inventory was ever taken."""
    if not work.rows(f"select 1 from listing where scope = {_SCOPE} limit 1"):
        return
    work.run(
        f"""
        create or replace temp table judged_item as
        select
            item.id as item,
            cast(null as timestamp) as since
        from item
        join touched on touched.account = item.account
            and touched.name = item.name
        where item.missed is not null
            or (
                item.id > (select max(id) from item) - $new_items
                and coalesce(touched.type_time, {_NEVER})
                    < (select max(time) from listing where scope = {_SCOPE})
            )
    """,
        new_items=work.new_items,
    )
    _miss_items(work)
    work.run(
        """
        create or replace temp table judged_identity as
        select unnest($linked) as identity
        union
        select identity_of.identity
        from identity_of
        join identity on identity.id = identity_of.identity
        where identity.deleted is not null
    """,
        linked=work.linked,
    )
    _date_identities(work)


def _miss_items(work: Work) -> None:
    """Set `missed` and `deleted` of `judged_item`; `since` limits what is new to look at."""
    if not work.number("select count(*) from judged_item"):
        return
    _find_absent_items(work)
    work.run(f"""
        create or replace temp table shown as
        select
            item,
            max(time) as time
        from (
            select item, time
            from event
            where time >= (select min(time) from absent)
                and item in (select item from absent)
                and {SHOWS}
            union all
            from item_shown
        )
        group by item
    """)
    gone = GONE.format(
        erased="item.erased",
        written="item.written",
        confirmed="item.confirmed",
        missed="new.missed",
    )
    work.run(f"""
        update item
        set
            missed = new.missed,
            deleted = {gone}
        from (
            select
                judged_item.item,
                least(
                    if(any_value(judged_item.since) is null, null, any_value(item.missed)),
                    min(absent.time) filter (where absent.time > coalesce(shown.time, {_NEVER}))
                ) as missed
            from judged_item
            join item on item.id = judged_item.item
            left join absent on absent.item = judged_item.item
            left join shown on shown.item = judged_item.item
            group by judged_item.item
        ) as new
        where new.item = item.id
            and new.missed is distinct from item.missed
    """)


def _find_absent_items(work: Work) -> None:
    """Make `absent`: the instants at which an inventory covers an item later than its dates."""
    work.run(f"""
        create or replace temp table absent as
        with asked as (
            select
                item.id as item,
                item.account,
                item.name,
                source.connector,
                source.account as scope,
                coalesce(judged_item.since, {_NEVER}) as since,
                coalesce(greatest(item.listed, item.written), {_NEVER}) as last
            from judged_item
            join item on item.id = judged_item.item
            left join source on source.id = item.source
        ),
        place as (
            select distinct account, part
            from listing
            where scope = {_SCOPE}
                and what = 'items'
        ),
        matched as (
            select
                asked.*,
                place.account as place_account,
                place.part
            from asked
            join place on starts_with(asked.name, place.part)
                and (place.account is null or place.account = asked.account)
        ),
        decided as (
            select
                matched.item,
                listing.time,
                arg_max(
                    listing.complete
                    and not (
                        listing.limited
                        and not coalesce(
                            matched.scope = listing.scope
                            and matched.connector in (listing.vault, 'inventory'),
                            false
                        )
                    ),
                    length(listing.part) * 4
                    + cast(listing.account is not null as integer) * 2
                    + cast(not listing.complete as integer)
                ) as covered
            from matched
            join listing on listing.scope = {_SCOPE}
                and listing.what = 'items'
                and listing.part = matched.part
                and listing.account is not distinct from matched.place_account
                and listing.time >= matched.since
                and listing.time > matched.last
            group by all
        )
        select item, time
        from decided
        where covered
    """)


def _date_identities(work: Work) -> None:
    """Set when each of `judged_identity` was made, disabled and deleted, by what its keys say."""
    if not work.number("select count(*) from judged_identity"):
        return
    _gather_keys(work)
    _find_absent_identities(work)
    work.run("""
        create or replace temp table shown as
        select
            identity,
            max(time) as time
        from (
            select identity, time
            from event
            where time >= (select min(time) from absent)
                and identity in (select identity from absent)
                and outcome = 'ok'
            union all
            from identity_shown
        )
        group by identity
    """)
    work.run(f"""
        update identity
        set
            created = least(identity.created, new.created),
            disabled = new.disabled,
            deleted = new.deleted
        from (
            select
                judged_identity.identity,
                (
                    select min(absent.time)
                    from absent
                    left join shown on shown.identity = absent.identity
                    where absent.identity = judged_identity.identity
                        and absent.time > coalesce(shown.time, {_NEVER})
                ) as deleted,
                told.created,
                told.disabled
            from judged_identity
            left join told_identity as told on told.identity = judged_identity.identity
        ) as new
        where new.identity = identity.id
            and (
                least(identity.created, new.created) is distinct from identity.created
                or new.disabled is distinct from identity.disabled
                or new.deleted is distinct from identity.deleted
            )
    """)


def _gather_keys(work: Work) -> None:
    """Make `judged_key` and `told_identity`: what inventories said of each key and identity."""
    work.run(f"""
        create or replace temp table judged_key as
        select
            identity_key.identity,
            identity_key.key,
            key_fact.listed,
            key_fact.enabled,
            key_fact.created
        from judged_identity
        join identity_key on identity_key.identity = judged_identity.identity
            and identity_key.scope = {_SCOPE}
        left join key_fact on key_fact.scope = identity_key.scope
            and key_fact.key = identity_key.key
    """)
    work.run(f"""
        create or replace temp table told_identity as
        with own as (
            select
                identity,
                max(listed) as listed,
                max(enabled) as enabled,
                min(created) as created
            from judged_key
            group by identity
        ),
        disabling as (
            select
                own.identity,
                min(key_disabled.time) as time
            from own
            join judged_key on judged_key.identity = own.identity
            join key_disabled on key_disabled.scope = {_SCOPE}
                and key_disabled.key = judged_key.key
                and key_disabled.time > coalesce(own.enabled, {_NEVER})
            group by own.identity
        )
        select
            own.identity,
            own.listed,
            own.created,
            disabling.time as disabled
        from own
        left join disabling on disabling.identity = own.identity
    """)


def _find_absent_identities(work: Work) -> None:
    """Make `absent`: the instants at which an inventory covers an identity later than it lists it.

    Where one of its keys may still be there unseen, nobody is called deleted.
    """
    work.run(f"""
        create or replace temp table absent as
        with part as (
            select distinct part
            from listing
            where scope = {_SCOPE}
                and what = 'identities'
        ),
        covered as (
            select
                judged_key.identity,
                judged_key.key,
                listing.time,
                arg_max(
                    listing.complete and (not listing.limited or judged_key.listed is not null),
                    length(listing.part) * 2 + cast(not listing.complete as integer)
                ) as covered
            from judged_key
            join part on starts_with(judged_key.key, part.part)
            join told_identity on told_identity.identity = judged_key.identity
            join listing on listing.scope = {_SCOPE}
                and listing.what = 'identities'
                and listing.part = part.part
                and listing.time > coalesce(told_identity.listed, {_NEVER})
            group by all
        )
        select
            covered.identity,
            covered.time
        from covered
        join (
            select
                identity,
                count(listed) as listed
            from judged_key
            group by identity
        ) as own on own.identity = covered.identity
        join judged_key on judged_key.identity = covered.identity
            and judged_key.key = covered.key
        group by covered.identity, covered.time, own.listed
        having bool_or(covered.covered)
            and count(judged_key.listed) filter (where covered.covered) = own.listed
    """)
