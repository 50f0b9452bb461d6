/*
title = "Uses of items by day"
answers = "How much items of each type are used, day by day, and how often that is refused."
order = 6
bucket = "day"
definitions = ["uses", "denied"]
notes = ["Days without a request are left out."]
columns = [
    ["day", "Day", "date"],
    ["type", "Type"],
    ["uses", "Uses", "integer"],
    ["requests", "Requests", "integer"],
    ["denied", "Refused", "integer"],
]
[evidence.rows]
day = "cast(events.bucket as date)"
type = "items.type"
*/
select
    cast(item_usage.bucket as date) as day,
    items.type,
    cast(sum(item_usage.uses) as bigint) as uses,
    cast(sum(item_usage.requests) as bigint) as requests,
    cast(sum(item_usage.denied) as bigint) as denied
from item_usage
join items on items.item = item_usage.item
group by all
having sum(item_usage.requests) > 0
order by day, type
