/*
title = "Unused items"
answers = "Which secrets, keys and passwords nobody has used for so many days, or ever."
order = 11
parameters = ["days"]
sort = ["since", "item", "account"]
definitions = ["unused", "deleted"]
columns = [
    ["item", "Item"],
    ["account", "Account"],
    ["type", "Type"],
    ["status", "Status"],
    ["since", "Unused since", "instant"],
    ["created", "Created", "instant"],
    ["last_used", "Last used", "instant"],
    ["last_used_by", "Last used by"],
    ["last_changed", "Last changed", "instant"],
    ["last_changed_by", "Last changed by"],
]
[evidence]
of = "lifetime"
filters = []
[evidence.rows]
item = "items.name"
account = "items.account"
[evidence.cells.created]
counts = "earliest"
of = "lifetime"
filters = []
every = true
words = "The first creation that was seen."
where = """
events.time = items.created and events.outcome = 'ok'
    and (events.kind = 'item_added' or events.detail = 'item_added')"""
[evidence.cells.last_used]
measure = "last_use"
words = "The last successful use up to the end of the range."
where = "events.time < $period_end"
[evidence.cells.last_changed]
counts = "latest"
every = true
words = "The last creation, change or rotation."
where = """
events.outcome = 'ok' and events.intent <> 'heartbeat' and (
    events.kind in ('item_added', 'item_updated', 'rotation')
    or events.kind = 'system' and events.detail in ('item_added', 'item_updated', 'rotation')
)"""
[evidence.cells.since]
counts = "latest"
every = true
words = "The last use up to the end; where there is none, when it was created or first seen."
where = """
events.outcome = 'ok' and (
    events.intent = 'use' and events.time < $period_end
    or $row_last_used is null and events.time = coalesce(items.created, items.seen)
)"""
*/
select
    items.name as item,
    items.account,
    items.type,
    case
        when not item_standings.is_covered then 'no_evidence'
        when item_standings.last_used is null then 'never_used'
        else 'unused'
    end as status,
    coalesce(item_standings.last_used, items.created, items.seen) as since,
    items.created,
    item_standings.last_used,
    item_standings.last_used_by,
    item_standings.last_changed,
    item_standings.last_changed_by
from items
join item_standings on item_standings.item = items.item
where items.deleted is null
    and items.seen < $period_end
    and (item_standings.last_used is null or item_standings.last_used < $period_start)
