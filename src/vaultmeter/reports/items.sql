/*
title = "Most used secrets and keys"
answers = "Which secrets, keys and passwords are used, how much, by how many, and when last."
order = 6
parameters = ["limit"]
sort = ["state", "-uses", "item", "account"]
late = ["users", "machines", "last_used_by"]
definitions = ["uses", "deleted"]
columns = [
    ["item", "Item"],
    ["account", "Account"],
    ["type", "Type"],
    ["state", "State"],
    ["uses", "Uses", "integer"],
    ["reads", "Reads", "integer"],
    ["users", "People", "integer"],
    ["machines", "Machines", "integer"],
    ["last_used", "Last used", "instant"],
    ["last_used_by", "Last used by"],
    ["created", "Created", "instant"],
    ["deleted", "Deleted", "instant"],
]
[evidence.rows]
item = "items.name"
account = "items.account"
[evidence.cells]
last_used = "last_use"
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
[evidence.cells.created]
counts = "earliest"
of = "lifetime"
filters = []
every = true
words = "The first creation that was seen."
where = """
events.time = items.created and events.outcome = 'ok'
    and (events.kind = 'item_added' or events.detail = 'item_added')"""
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
        sum(uses) as uses,
        sum(reads) as reads,
        max(last_use) as last_used
    from item_usage
    where used > 0
    group by item
),
listed as materialized (
    select
        counted.item as id,
        items.name as item,
        items.account,
        items.type,
        if(items.deleted is null, 'current', 'deleted') as state,
        counted.uses,
        cast(counted.reads as bigint) as reads,
        counted.last_used,
        items.created,
        items.deleted
    from counted
    join items on items.item = counted.item
),
page as materialized (
    select *
    from listed
    order by $sort
    limit $limit
    offset $offset
),
by_identity as (
    select
        activity.item,
        activity.identity,
        max(activity.last_time) as last_used
    from activity
    where activity.intent = 'use'
        and activity.outcome = 'ok'
        and activity.item in (select id from page)
    group by activity.item, activity.identity
),
people as (
    select
        by_identity.item,
        count(*) filter (where identities.kind = 'person') as users,
        count(*) filter (where identities.kind <> 'person') as machines,
        arg_max(identities.user, (by_identity.last_used, identities.user)) as last_used_by
    from by_identity
    join identities on identities.identity = by_identity.identity
    group by by_identity.item
)
select
    page.item,
    page.account,
    page.type,
    page.state,
    page.uses,
    page.reads,
    people.users,
    people.machines,
    page.last_used,
    people.last_used_by,
    page.created,
    page.deleted,
    (select count(*) from listed) as total
from page
join people on people.item = page.id
