/*
title = "Secrets and keys"
answers = "Which secrets, keys and passwords there are, which of them are used, and which nobody needs."
order = 6
parameters = ["limit", "status"]
sort = ["-uses", "item", "account"]
late = ["users", "machines"]
definitions = ["item_status", "kept", "uses", "denied"]
columns = [
    ["item", "Item"],
    ["account", "Account"],
    ["type", "Type"],
    ["product", "Product"],
    ["status", "Status"],
    ["uses", "Uses", "integer"],
    ["users", "People", "integer"],
    ["machines", "Machines", "integer"],
    ["denied", "Refused", "integer"],
    ["last_used", "Last used", "instant"],
    ["created", "Created", "instant"],
    ["changed", "Changed", "instant"],
    ["deleted", "Deleted", "instant"],
]
[evidence.rows]
item = "items.name"
account = "items.account"
[evidence.cells.users]
measure = "used"
counts = "identities"
where = "identities.kind = 'person'"
words = "Successful uses by people."
[evidence.cells.machines]
measure = "used"
counts = "identities"
where = "identities.kind <> 'person'"
words = "Successful uses by all but people."
[evidence.cells.last_used]
measure = "last_use"
of = "lifetime"
filters = []
words = "The last successful use up to the end of the range, whoever it was."
where = "events.time < $period_end"
[evidence.cells.created]
counts = "earliest"
of = "lifetime"
filters = []
every = true
words = "The first creation that was seen."
where = """
events.time = items.created and events.outcome = 'ok'
    and (events.kind = 'item_added' or events.detail = 'item_added')"""
[evidence.cells.changed]
counts = "latest"
of = "lifetime"
filters = []
every = true
words = "The last creation or change that was seen."
where = """
events.time = items.changed and events.outcome = 'ok'
    and (events.kind in ('item_added', 'item_updated') or events.detail in ('item_added', 'item_updated'))"""
[evidence.cells.deleted]
counts = "latest"
of = "lifetime"
filters = []
every = true
words = "The last deletion, where nothing was written after it."
where = """
events.time = items.deleted and events.outcome = 'ok'
    and (events.kind = 'item_deleted' or events.detail = 'item_deleted')"""
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
told as (
    select
        items.item as id,
        items.name as item,
        items.account,
        items.type,
        items.product,
        case
            when items.deleted < $period_end then 'deleted'
            when counted.used > 0 then 'used'
            when not item_standings.is_covered then 'no_evidence'
            when item_standings.last_used is null then 'never_used'
            else 'unused'
        end as status,
        cast(coalesce(counted.uses, 0) as bigint) as uses,
        cast(coalesce(counted.denied, 0) as bigint) as denied,
        item_standings.last_used,
        items.created,
        items.changed,
        items.deleted
    from items
    join item_standings on item_standings.item = items.item
    left join counted on counted.item = items.item
    where items.seen < $period_end
),
listed as materialized (
    select *
    from told
    where case $status
        when '' then true
        when 'kept' then status <> 'deleted'
        else status = $status
    end
),
page as (
    select *
    from listed
    order by $sort
    limit $limit
    offset $offset
),
used_by as (
    select distinct
        activity.item,
        activity.identity
    from activity
    where activity.intent = 'use'
        and activity.outcome = 'ok'
        and activity.item in (select id from page)
),
who as (
    select
        used_by.item,
        count(*) filter (where identities.kind = 'person') as users,
        count(*) filter (where identities.kind <> 'person') as machines
    from used_by
    join identities on identities.identity = used_by.identity
    group by used_by.item
)
select
    page.item,
    page.account,
    page.type,
    page.product,
    page.status,
    page.uses,
    coalesce(who.users, 0) as users,
    coalesce(who.machines, 0) as machines,
    page.denied,
    page.last_used,
    page.created,
    page.changed,
    page.deleted,
    (select count(*) from listed) as total
from page
left join who on who.item = page.id
