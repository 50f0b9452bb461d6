/*
title = "Clients per month"
answers = "How many clients there are in each calendar month, by product, account and method."
order = 9
bucket = "month"
definitions = ["client"]
columns = [
    ["month", "Month", "date"],
    ["product", "Product"],
    ["account", "Account"],
    ["auth_method", "Signs in with"],
    ["clients", "Clients", "integer"],
    ["people", "People", "integer"],
    ["machines", "Machines", "integer"],
    ["agents", "Agents", "integer"],
]
*/
with client as (
    select distinct
        bucket,
        product,
        account,
        identity
    from usage
    where succeeded > 0
)
select
    client.bucket as month,
    client.product,
    accounts.name as account,
    coalesce(identities.auth_method, 'unknown') as auth_method,
    count(*) as clients,
    count(*) filter (where identities.kind = 'person') as people,
    count(*) filter (where identities.kind = 'machine') as machines,
    count(*) filter (where identities.kind = 'agent') as agents
from client
join identities on identities.identity = client.identity
join accounts on accounts.account = client.account
where identities.kind in ('person', 'machine', 'agent')
group by month, client.product, accounts.name, coalesce(identities.auth_method, 'unknown')
order by month, client.product, accounts.name, clients desc, auth_method
