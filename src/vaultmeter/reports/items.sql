/*
title = "Most used secrets and keys"
answers = "Which secrets, keys and passwords are used, how much, by how many, and when last."
order = 6
parameters = ["limit"]
definitions = ["uses", "deleted"]
columns = [
    ["item", "Item"],
    ["account", "Account"],
    ["type", "Type"],
    ["uses", "Uses", "integer"],
    ["reads", "Reads", "integer"],
    ["users", "People", "integer"],
    ["machines", "Machines", "integer"],
    ["last_used", "Last used", "instant"],
    ["last_used_by", "Last used by"],
    ["created", "Created", "instant"],
    ["deleted", "Deleted", "instant"],
]
*/
with used as (
    select
        item,
        sum(weight) as uses,
        coalesce(sum(requests) filter (
            where kind in ('secret_read', 'password_accessed', 'credential_issued')
        ), 0) as reads,
        max(last_time) as last_used
    from activity
    where intent = 'use'
        and outcome = 'ok'
        and item is not null
    group by item
),
top as (
    select
        used.*,
        items.name,
        items.account,
        items.type,
        items.created,
        items.deleted
    from used
    join items on items.item = used.item
    order by items.deleted is not null, used.uses desc, items.name, items.account
    limit $limit
),
by_identity as (
    select
        activity.item,
        activity.identity,
        max(activity.last_time) as last_used
    from activity
    where activity.intent = 'use'
        and activity.outcome = 'ok'
        and activity.item in (select item from top)
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
    top.name as item,
    top.account,
    top.type,
    top.uses,
    top.reads,
    people.users,
    people.machines,
    top.last_used,
    people.last_used_by,
    top.created,
    top.deleted
from top
join people on people.item = top.item
order by top.deleted is not null, top.uses desc, top.name, top.account
