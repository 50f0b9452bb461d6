/*
title = "Items by type"
answers = "How many items of each type are kept, and how many of them are used."
order = 6
definitions = ["kept", "uses"]
sort = ["-items", "type", "product"]
columns = [
    ["type", "Type"],
    ["product", "Product"],
    ["items", "Items", "integer"],
    ["used", "Used", "integer"],
    ["uses", "Uses", "integer"],
]
[evidence.rows]
type = "items.type"
product = "items.product"
[evidence.cells.items]
counts = "existing"
words = "The items that were kept at the end of the range."
where = """
items.seen < $period_end
    and coalesce(items.deleted >= $period_end, true)"""
[evidence.cells.used]
measure = "used"
counts = "items"
words = "Successful uses of the items that were kept at the end of the range."
where = """
items.seen < $period_end
    and coalesce(items.deleted >= $period_end, true)"""
[evidence.cells.uses]
measure = "uses"
words = "Objects taken out or used through the items that were kept at the end of the range."
where = """
items.seen < $period_end
    and coalesce(items.deleted >= $period_end, true)"""
*/
with used as (
    select
        item,
        sum(uses) as uses
    from item_usage
    where used > 0
    group by item
)
select
    items.type,
    items.product,
    count(*) as items,
    count(used.item) as used,
    cast(coalesce(sum(used.uses), 0) as bigint) as uses
from items
left join used on used.item = items.item
where items.seen < $period_end
    and coalesce(items.deleted >= $period_end, true)
group by items.type, items.product
