/*
title = "Clients beyond a limit"
answers = "Which identities were beyond a limit of a product in a calendar month."
bucket = "month"
definitions = ["exceeded"]
columns = [
    ["product", "Product"],
    ["identity", "Identity", "integer"],
]
*/
select distinct
    product,
    identity
from clients
where is_exceeded
order by product, identity
