/*
title = "Clients per month"
answers = "How many clients there are in each calendar month, by product and account, and how many are beyond the limit."
order = 9
bucket = "month"
definitions = ["client", "organisation", "exceeded"]
sort = ["month", "product", "account"]
columns = [
    ["month", "Month", "date"],
    ["product", "Product"],
    ["account", "Account"],
    ["total", "Clients", "integer"],
    ["actual", "Within the limit", "integer"],
    ["exceeded", "Exceeded", "integer"],
    ["limit", "Limit", "integer"],
    ["limit_reached", "Limit reached", "instant"],
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
[evidence.cells]
limit = "none: The limit that was set for the account and month: vaultmeter limits."
[evidence.cells.total]
measure = "succeeded"
words = "Successful requests of people, machines and agents."
counts = "identities"
where = "@client"
[evidence.cells.actual]
measure = "succeeded"
words = "Successful requests of those who came before the limit was reached."
counts = "identities"
where = """
@client and events.identity in (
        select identity from clients
        where month = $row_month and product = $row_product
        and account = $row_account and not is_exceeded
    )"""
[evidence.cells.exceeded]
measure = "succeeded"
words = "Successful requests of those who came after the limit was reached."
counts = "identities"
where = """
@client and events.identity in (
        select identity from clients
        where month = $row_month and product = $row_product
        and account = $row_account and is_exceeded
    )"""
[evidence.cells.limit_reached]
measure = "succeeded"
counts = "earliest"
filters = ["product"]
words = "The first request in the month of the client that reached the limit."
where = """
$row_limit_reached is not null and events.identity in (
    select identity from clients
    where month = $row_month and product = $row_product
        and account = $row_account
        and place = $row_limit
)"""
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
with counted as (
    select
        month,
        product,
        account,
        count(*) as total,
        count(*) filter (where is_exceeded) as exceeded,
        any_value(client_limit) as client_limit,
        max(first_used) filter (where reaches_limit) as limit_reached,
        count(*) filter (where kind = 'person') as people,
        count(*) filter (where kind = 'machine') as machines
    from clients
    group by month, product, account
)
select
    month,
    product,
    account,
    total,
    total - exceeded as actual,
    exceeded,
    client_limit as "limit",
    limit_reached,
    people,
    machines,
    total - people - machines as agents
from counted
order by month, product, account
