/*
title = "Clients day by day"
answers = "How the clients of a month grow day by day, and how they will go on, by product and account."
order = 9
reach = "month and three before"
shares = "_client_growth"
bucket = "month"
definitions = ["client", "organisation", "forecast"]
columns = [
    ["month", "Month", "date"],
    ["product", "Product"],
    ["account", "Account"],
    ["day", "Day", "date"],
    ["new", "New clients", "integer"],
    ["clients", "Clients so far", "integer"],
    ["low", "Low", "integer"],
    ["likely", "Likely", "integer"],
    ["high", "High", "integer"],
    ["limit", "Limit", "integer"],
]
[evidence]
filters = [
    "user", "item", "item_type", "kind", "auth_method", "outcome", "source", "product",
]
[evidence.rows]
month = "events.bucket"
product = "events.product"
account = "@below"
day = "$row_day is not null"
[evidence.cells]
low = "none: Worked out of the clients so far and of the months before, as the definition says."
likely = "none: Worked out of the clients so far and of the months before, as the definition says."
high = "none: Worked out of the clients so far and of the months before, as the definition says."
limit = "none: The limit that was set for the account and month: vaultmeter limits."
[evidence.cells.new]
measure = "succeeded"
words = "Successful requests of the clients of the month who came on that day."
counts = "identities"
where = """
$row_clients is not null and @client and events.identity in (
        select identity from clients
        where month = $row_month and product = $row_product and account = $row_account
            and first_used < cast($asked_until as timestamp)
            and first_day = $row_day
    )"""
[evidence.cells.clients]
measure = "succeeded"
words = "Successful requests of the clients of the month who came by the end of that day."
counts = "identities"
where = """
$row_clients is not null and @client and events.identity in (
        select identity from clients
        where month = $row_month and product = $row_product and account = $row_account
            and first_used < cast($asked_until as timestamp)
            and first_day <= $row_day
    )"""
*/
with days as (
    select
        day as date,
        day(day) as day,
        start < cast($asked_until as timestamp)
            and start <= (select max(last_time) from sources) as is_known
    from calendar
    where month = (select month from now)
),
came as (
    select
        product,
        account,
        date,
        clients
    from daily
    where is_now
)
select
    now.month,
    curve.product,
    curve.account,
    days.date as day,
    if(days.is_known, coalesce(came.clients, 0), null) as new,
    if(
        days.is_known,
        cast(
            sum(coalesce(came.clients, 0)) over (
                partition by curve.product, curve.account
                order by days.day
            ) as bigint
        ),
        null
    ) as clients,
    if(is_open.day and not is_open.nothing, cast(curve.low as bigint), null) as low,
    if(is_open.day and not is_open.nothing, cast(curve.likely as bigint), null) as likely,
    if(is_open.day and not is_open.nothing, cast(curve.high as bigint), null) as high,
    held.clients as "limit"
from curve
join days on days.day = curve.day
cross join now
cross join gone
cross join lateral (
    select
        curve.day > gone.days as day,
        curve.months = 0 and gone.days = 0 as nothing
) as is_open
left join came on came.product = curve.product
    and came.account = curve.account
    and came.date = days.date
left join held on held.product = curve.product
    and held.account = curve.account
order by curve.product, curve.account, days.date
