/*
title = "Unused items by type"
answers = "How many items of each type nobody has used for so many days, or ever."
order = 11
parameters = ["days"]
definitions = ["unused", "deleted"]
sort = ["-unused", "type", "product"]
columns = [
    ["type", "Type"],
    ["product", "Product"],
    ["unused", "Unused", "integer"],
    ["never_used", "Never used", "integer"],
    ["no_evidence", "No evidence", "integer"],
]
[evidence.cells]
unused = { of = "told", counts = "listed_items", where = "status = 'unused'", words = "Items with this status in the report unused." }
never_used = { of = "told", counts = "listed_items", where = "status = 'never_used'", words = "Items with this status in the report unused." }
no_evidence = { of = "told", counts = "listed_items", where = "status = 'no_evidence'", words = "Items with this status in the report unused." }
[evidence.rows]
type = "type"
product = "product"
*/
with told as (
    select
        items.item,
        items.type,
        items.product,
        coalesce(item_standings.last_used, items.seen) as time,
        case
            when not item_standings.is_covered then 'no_evidence'
            when item_standings.last_used is null then 'never_used'
            else 'unused'
        end as status
    from items
    join item_standings on item_standings.item = items.item
    where items.deleted is null
        and items.seen < $period_end
        and (item_standings.last_used is null or item_standings.last_used < $period_start)
)
select
    type,
    product,
    count(*) filter (where status = 'unused') as unused,
    count(*) filter (where status = 'never_used') as never_used,
    count(*) filter (where status = 'no_evidence') as no_evidence
from told
group by type, product
