/*
title = "Items by type"
answers = "How many items of each type there are now, by product."
definitions = ["deleted"]
columns = [
    ["product", "Product"],
    ["type", "Type"],
    ["items", "Items", "integer"],
]
*/
select
    product,
    type,
    count(*) as items
from items
where seen is not null
    and deleted is null
group by product, type
order by product, type
