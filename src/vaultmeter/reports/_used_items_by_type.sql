/*
title = "Used items by type"
answers = "How many items of each type there are now that were used, by product."
definitions = ["deleted", "uses"]
columns = [
    ["product", "Product"],
    ["type", "Type"],
    ["items", "Items", "integer"],
]
*/
with used as (
    select distinct item
    from item_usage
    where used > 0
)
select
    items.product,
    items.type,
    count(*) as items
from used
join items on items.item = used.item
where items.deleted is null
group by items.product, items.type
order by items.product, items.type
