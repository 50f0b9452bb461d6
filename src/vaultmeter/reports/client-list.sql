/*
title = "Clients one by one"
answers = "Who the clients of each calendar month are, in the order they came, and which are beyond a limit."
order = 9
bucket = "month"
parameters = ["limit"]
definitions = ["client", "organisation", "exceeded", "listed_accounts"]
sort = ["month", "product", "account", "place"]
columns = [
    ["month", "Month", "date"],
    ["product", "Product"],
    ["account", "Account"],
    ["place", "Place", "integer"],
    ["user", "Client"],
    ["kind", "Kind"],
    ["auth_method", "Signs in with"],
    ["first_used", "First used", "instant"],
    ["limit", "Limit", "integer"],
    ["is_exceeded", "Exceeded", "boolean"],
]
[evidence]
filters = ["product"]
[evidence.rows]
month = "events.bucket"
product = "events.product"
account = "@below"
place = """
events.identity in (
    select identity from clients
    where month = $row_month and product = $row_product
        and account = $row_account
        and place = $row_place
)"""
[evidence.cells]
limit = "none: The limit that was set for the account and month: vaultmeter limits."
[evidence.cells.first_used]
measure = "succeeded"
counts = "earliest"
words = "The first successful request of the client in the month."
*/
select
    month,
    product,
    account,
    place,
    clients.user,
    kind,
    coalesce(auth_method, 'unknown') as auth_method,
    first_used,
    client_limit as "limit",
    is_exceeded
from clients
where is_widest
    or client_limit is not null
order by month, product, account, place
