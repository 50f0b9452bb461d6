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
unused = "none: The rows of the report unused with this status, counted."
never_used = "none: The rows of the report unused with this status, counted."
no_evidence = "none: The rows of the report unused with this status, counted."
[evidence.rows]
type = "items.type"
product = "items.product"
*/
select
    items.type,
    items.product,
    count(*) filter (where item_standings.is_covered and item_standings.last_used is not null) as unused,
    count(*) filter (where item_standings.is_covered and item_standings.last_used is null) as never_used,
    count(*) filter (where not item_standings.is_covered) as no_evidence
from items
join item_standings on item_standings.item = items.item
where items.deleted is null
    and items.seen < $period_end
    and (item_standings.last_used is null or item_standings.last_used < $period_start)
group by items.type, items.product
