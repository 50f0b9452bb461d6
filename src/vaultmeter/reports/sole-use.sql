/*
title = "Used by one user alone"
answers = "What one user used in so many days and nobody else did: what has to be handed over when they leave."
order = 12
parameters = ["days"]
needs = ["user"]
sort = ["user", "-uses", "item", "account"]
definitions = ["uses", "deleted"]
notes = ["Who else may use an item is not known here: only who did."]
columns = [
    ["user", "User"],
    ["item", "Item"],
    ["account", "Account"],
    ["type", "Type"],
    ["uses", "Uses", "integer"],
    ["last_used", "Last used", "instant"],
]
[evidence.rows]
user = "identities.user"
item = "items.name"
account = "items.account"
[evidence.cells]
last_used = "last_use"
*/
with own as (
    select
        identity,
        item,
        sum(weight) as uses,
        max(last_time) as last_used
    from activity
    where intent = 'use'
        and outcome = 'ok'
        and item is not null
    group by identity, item
)
select
    identities.user,
    items.name as item,
    items.account,
    items.type,
    cast(own.uses as bigint) as uses,
    own.last_used
from own
join identities on identities.identity = own.identity
join items on items.item = own.item
join item_users on item_users.item = own.item
where item_users.users = 1
    and items.deleted is null
