/*
title = "Secrets and keys in numbers"
answers = "How many secrets, keys and passwords there are, and how many of them are used."
order = 6
parameters = ["compare"]
definitions = ["item_status", "kept", "uses", "denied"]
columns = [
    ["measure", "Measure"],
    ["value", "Value", "integer"],
    ["compared", "Compared", "integer"],
    ["change", "Change", "integer"],
    ["change_percent", "Change", "number", "%"],
]
[evidence]
by = "measure"
value = "value"
compared = "compared"
[evidence.cells]
kept = { of = "told", counts = "listed_items", where = "status <> 'deleted'", words = "What was not deleted by the end of the range." }
unused = { of = "told", counts = "listed_items", where = "status = 'unused'", words = "Items with this status in item-list." }
never_used = { of = "told", counts = "listed_items", where = "status = 'never_used'", words = "Items with this status in item-list." }
no_evidence = { of = "told", counts = "listed_items", where = "status = 'no_evidence'", words = "Items with this status in item-list." }
deleted = { of = "told", counts = "listed_items", where = "status = 'deleted'", words = "Items with this status in item-list." }
change = "none: The value less the value compared with."
change_percent = "none: The change, as a share of the value compared with."
[evidence.cells.used]
measure = "used"
counts = "items"
words = "Successful uses of what was not deleted by the end of the range."
where = "coalesce(items.deleted >= $period_end, true)"
[evidence.cells.uses]
measure = "uses"
where = "events.item is not null"
words = "Objects taken out or used through an item."
[evidence.cells.denied]
measure = "denied"
where = "events.item is not null"
words = "Requests for an item that were refused for lack of permission."
*/
with counted as (
    select
        item,
        sum(used) as used,
        sum(uses) as uses,
        sum(denied) as denied
    from item_usage
    group by item
),
done as (
    select
        cast(coalesce(sum(uses), 0) as bigint) as uses,
        cast(coalesce(sum(denied), 0) as bigint) as denied
    from counted
),
told as (
    select
        items.item,
        coalesce(item_standings.last_used, items.seen) as time,
        case
            when items.deleted < $period_end then 'deleted'
            when counted.used > 0 then 'used'
            when not item_standings.is_covered then 'no_evidence'
            when item_standings.last_used is null then 'never_used'
            else 'unused'
        end as status
    from items
    join item_standings on item_standings.item = items.item
    left join counted on counted.item = items.item
    where items.seen < $period_end
),
total as (
    select
        count(*) filter (where status <> 'deleted') as kept,
        count(*) filter (where status = 'used') as used,
        count(*) filter (where status = 'unused') as unused,
        count(*) filter (where status = 'never_used') as never_used,
        count(*) filter (where status = 'no_evidence') as no_evidence,
        count(*) filter (where status = 'deleted') as deleted
    from told
)
select
    unnest([
        'kept',
        'used',
        'unused',
        'never_used',
        'no_evidence',
        'deleted',
        'uses',
        'denied'
    ]) as measure,
    unnest([kept, used, unused, never_used, no_evidence, deleted, uses, denied]) as value,
    cast(null as bigint) as compared,
    cast(null as bigint) as change,
    cast(null as double) as change_percent
from total, done
