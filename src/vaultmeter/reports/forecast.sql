/*
title = "Forecast of clients"
answers = "How many clients the month will end with, and when a limit will be passed."
order = 9
reach = "month and three before"
shares = "_client_growth"
bucket = "month"
definitions = ["client", "organisation", "forecast"]
columns = [
    ["month", "Month", "date"],
    ["product", "Product"],
    ["account", "Account"],
    ["until", "Seen until", "instant"],
    ["days", "Whole days", "integer"],
    ["clients", "Clients so far", "integer"],
    ["low", "Low", "integer"],
    ["likely", "Likely", "integer"],
    ["high", "High", "integer"],
    ["limit", "Limit", "integer"],
    ["passed_earliest", "Passed at the earliest", "date"],
    ["passed", "Passed", "date"],
    ["passed_latest", "Passed at the latest", "date"],
    ["basis", "Basis"],
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
until = "none: The end of the range, or the last event of all sources where that is earlier."
days = "none: The calendar days of the month that are over by then."
low = "none: Worked out of the clients so far and of the months before, as the definition says."
likely = "none: Worked out of the clients so far and of the months before, as the definition says."
high = "none: Worked out of the clients so far and of the months before, as the definition says."
limit = "none: The limit that was set for the account and month: vaultmeter limits."
passed_earliest = "none: The first day on which the high forecast is beyond the limit."
passed = "none: The first day on which the likely forecast is beyond the limit."
passed_latest = "none: The first day on which the low forecast is beyond the limit."
[evidence.cells.clients]
measure = "succeeded"
words = "Successful requests of the clients of the month who came before the end of the range."
counts = "identities"
where = """
@client and events.identity in (
        select identity from clients
        where month = $row_month and product = $row_product and account = $row_account
            and first_used < cast($asked_until as timestamp)
    )"""
*/
with crossed as (
    select
        product,
        account,
        min(date) as day
    from daily
    where is_now
        and exceeded > 0
    group by product, account
),
crossing as (
    select
        curve.product,
        curve.account,
        min(curve.date) filter (where curve.high > held.clients) as earliest,
        min(curve.date) filter (where curve.likely > held.clients) as likely,
        min(curve.date) filter (where curve.low > held.clients) as latest
    from curve
    join held on held.product = curve.product
        and held.account = curve.account
    where curve.day > (select days from gone)
    group by curve.product, curve.account
)
select
    now.month,
    curve.product,
    curve.account,
    now.instant as until,
    gone.days,
    cast(so_far.clients as bigint) as clients,
    if(curve.months = 0 and gone.days = 0, null, cast(curve.low as bigint)) as low,
    if(curve.months = 0 and gone.days = 0, null, cast(curve.likely as bigint)) as likely,
    if(curve.months = 0 and gone.days = 0, null, cast(curve.high as bigint)) as high,
    held.clients as "limit",
    coalesce(crossed.day, crossing.earliest) as passed_earliest,
    coalesce(crossed.day, crossing.likely) as passed,
    coalesce(crossed.day, crossing.latest) as passed_latest,
    case
        when gone.days = (select max(day) from grid) then 'the month is over'
        when curve.months = 0 and gone.days = 0 then 'nothing to go by'
        when curve.months = 0 then 'a steady number of new clients a day'
        when curve.months = 1 then '1 month before'
        else curve.months || ' months before'
    end as basis
from curve
join so_far on so_far.product = curve.product
    and so_far.account = curve.account
cross join now
cross join gone
left join held on held.product = curve.product
    and held.account = curve.account
left join crossed on crossed.product = curve.product
    and crossed.account = curve.account
left join crossing on crossing.product = curve.product
    and crossing.account = curve.account
where curve.day = (select max(day) from grid)
order by curve.product, curve.account
