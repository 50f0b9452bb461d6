/*
Facts of an inventory (docs/guide/inventory.md). They are no events: a sound line has its fact, as
JSON, in `content`, from where the flush takes it; the other columns of an event stay empty.
*/
with typed as (
    select
        *,
        try_cast(r.taken as timestamptz) as instant
    from records
)
select
    line,
    case
        when r.fact is null or r.fact not in ('snapshot', 'item', 'identity', 'listed')
            then 'fact: one of snapshot, item, identity, listed'
        when r.taken is null then 'taken: required, RFC 3339 such as "2026-11-21T18:03:42Z"'
        when instant is null or not regexp_matches(r.taken, '^\d{4}-\d\d-\d\d[Tt ].*([Zz]|[+-]\d\d:?\d\d)$')
            then 'taken: RFC 3339 with an offset, such as "2026-11-21T18:03:42Z"'
        when r.fact in ('snapshot', 'listed') and coalesce(r.vault, '') = '' then 'vault: required text'
        when r.fact = 'item' and coalesce(r.item, '') = '' then 'item: required text'
        when r.fact = 'item' and coalesce(r.type, '') = '' then 'type: required text'
        when r.product is not null and try_cast(r.product as product) is null
            then 'product: one of ' || array_to_string(enum_range(null::product), ', ')
        when r.created is not null and try_cast(r.created as timestamptz) is null
            then 'created: RFC 3339 with an offset'
        when r.deleted is not null and try_cast(r.deleted as timestamptz) is null
            then 'deleted: RFC 3339 with an offset'
        when r.fact = 'identity' and coalesce(len(list_filter(r.keys, lambda key: key <> '')), 0) = 0
            then 'keys: one text or more'
        when r.fact = 'identity' and coalesce(r.name, '') = '' then 'name: required text'
        when r.fact = 'identity' and (r.kind is null or r.kind not in ('person', 'machine', 'agent', 'system'))
            then 'kind: one of person, machine, agent, system'
        when r.rank > 9 then 'rank: a number from 0 to 9'
        when r.fact = 'listed' and (r.of is null or r.of not in ('items', 'identities'))
            then 'of: items or identities'
        when r.fact = 'listed' and r.part is null then 'part: required text'
        when r.fact = 'listed' and r.complete is null then 'complete: true or false'
    end as problem,
    cast(null as varchar) as note,
    cast(null as varchar) as record_id,
    3 as entry,
    cast(to_json(r) as varchar) as content,
    cast(instant as timestamp) as time,
    cast(null as varchar) as account,
    cast(null as varchar) as identity_key,
    cast(null as varchar) as identity_alias,
    cast(null as varchar) as identity_name,
    0 as identity_rank,
    cast(null as varchar) as identity_kind,
    cast(null as varchar) as identity_method,
    cast(null as varchar) as item,
    cast(null as varchar) as item_type,
    cast(null as varchar) as session,
    'system' as kind,
    cast(null as varchar) as detail,
    'system' as intent,
    'ok' as outcome,
    1 as weight,
    'sm' as product,
    cast(null as varchar) as auth_method,
    cast(null as varchar) as ip,
    cast(null as varchar) as agent,
    r.fact as source_event,
    'server' as evidence
from typed
