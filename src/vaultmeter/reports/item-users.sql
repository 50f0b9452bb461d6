/*
title = "Users of items"
answers = "Who uses which secret, key or password, how much, and when last."
order = 6
parameters = ["limit"]
sort = ["item", "account", "-uses", "-requests", "user", "user_account"]
definitions = ["uses", "denied"]
columns = [
    ["item", "Item"],
    ["account", "Account"],
    ["user", "User"],
    ["user_account", "Account of the user"],
    ["kind", "Kind"],
    ["uses", "Uses", "integer"],
    ["reads", "Reads", "integer"],
    ["requests", "Requests", "integer"],
    ["denied", "Refused", "integer"],
    ["last_used", "Last used", "instant"],
]
[evidence.rows]
item = "items.name"
account = "items.account"
user = "identities.user"
user_account = "identities.account"
[evidence.cells]
last_used = "last_use"
*/
with counted as (
    select
        item,
        identity,
        sum(requests) as requests,
        sum(weight) filter (where intent = 'use' and outcome = 'ok') as uses,
        sum(requests) filter (
            where intent = 'use'
                and outcome = 'ok'
                and kind in ('secret_read', 'password_accessed', 'credential_issued')
        ) as reads,
        sum(requests) filter (where outcome = 'denied' and kind <> 'login_failed') as denied,
        max(last_time) filter (where intent = 'use' and outcome = 'ok') as last_used
    from activity
    where item is not null
    group by item, identity
)
select
    items.name as item,
    items.account,
    identities.user,
    identities.account as user_account,
    identities.kind,
    cast(coalesce(counted.uses, 0) as bigint) as uses,
    cast(coalesce(counted.reads, 0) as bigint) as reads,
    cast(counted.requests as bigint) as requests,
    cast(coalesce(counted.denied, 0) as bigint) as denied,
    counted.last_used
from counted
join items on items.item = counted.item
join identities on identities.identity = counted.identity
