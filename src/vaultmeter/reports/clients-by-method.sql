/*
title = "Clients by sign-in method"
answers = "How the clients of each calendar month sign in, by product and account."
order = 9
bucket = "month"
definitions = ["client", "organisation"]
sort = ["month", "product", "account", "-clients", "auth_method"]
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
[evidence]
filters = [
    "user", "item", "item_type", "kind", "auth_method", "outcome", "source", "product",
]
[evidence.rows]
month = "events.bucket"
product = "events.product"
account = "@below"
auth_method = "coalesce(identities.auth_method, 'unknown')"
[evidence.cells.clients]
measure = "succeeded"
words = "Successful requests of people, machines and agents."
counts = "identities"
where = "@client"
[evidence.cells.people]
measure = "succeeded"
words = "Successful requests of people."
counts = "identities"
where = "@person"
[evidence.cells.machines]
measure = "succeeded"
words = "Successful requests of machines."
counts = "identities"
where = "@machine"
[evidence.cells.agents]
measure = "succeeded"
words = "Successful requests of agents."
counts = "identities"
where = "@agent"
*/
select
    month,
    product,
    account,
    coalesce(auth_method, 'unknown') as auth_method,
    count(*) as clients,
    count(*) filter (where kind = 'person') as people,
    count(*) filter (where kind = 'machine') as machines,
    count(*) filter (where kind = 'agent') as agents
from clients
group by month, product, account, coalesce(auth_method, 'unknown')
order by month, product, account, clients desc, auth_method
