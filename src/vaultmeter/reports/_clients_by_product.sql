/*
title = "Clients by product"
answers = "Which identities are clients of which product, in the order they were first seen."
definitions = ["client"]
columns = [
    ["product", "Product"],
    ["identity", "Identity", "integer"],
    ["user", "User"],
    ["kind", "Kind"],
    ["auth_method", "Signs in with"],
    ["account", "Account"],
]
*/
with client as (
    select
        product,
        identity,
        min(bucket) as first_used
    from usage
    where succeeded > 0
    group by product, identity
)
select
    client.product,
    client.identity,
    identities.user,
    identities.kind,
    coalesce(identities.auth_method, 'unknown') as auth_method,
    identities.account
from client
join identities on identities.identity = client.identity
where identities.kind in ('person', 'machine', 'agent')
order by client.product, client.first_used, identities.user, identities.account
