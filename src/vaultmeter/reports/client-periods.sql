/*
title = "Clients per month, quarter and year"
answers = "How many different clients there are in each month, quarter and year, and which month was the peak."
order = 9
reach = "years"
bucket = "month"
definitions = ["client", "organisation", "client_periods"]
columns = [
    ["per", "Per"],
    ["period", "Period"],
    ["product", "Product"],
    ["account", "Account"],
    ["clients", "Clients", "integer"],
    ["clients_by_account", "Clients by account", "integer"],
    ["client_months", "Client months", "integer"],
    ["peak_month", "Peak month", "date"],
    ["peak_clients", "In the peak month", "integer"],
]
[evidence]
filters = [
    "user", "item", "item_type", "kind", "auth_method", "outcome", "source", "product",
]
[evidence.rows]
per = "$row_per is not null"
period = """
$row_period = case $row_per
    when 'month' then strftime(events.bucket, '%Y-%m')
    when 'quarter' then year(events.bucket) || '-Q' || quarter(events.bucket)
    else cast(year(events.bucket) as varchar)
end"""
product = "events.product"
account = "@below"
[evidence.cells]
peak_month = "none: The month with the most clients; the rows per month have those of each."
peak_clients = "none: The clients of the peak month; its own row has the evidence."
[evidence.cells.clients]
measure = "succeeded"
words = "Successful requests of people, machines and agents."
counts = "identities"
where = "@client"
[evidence.cells.clients_by_account]
measure = "succeeded"
words = "Successful requests of people, machines and agents."
counts = "identity_accounts"
where = "@client"
[evidence.cells.client_months]
measure = "succeeded"
words = "Successful requests of people, machines and agents."
counts = "identity_months"
where = "@client"
*/
with by_account as materialized (
    -- The months of a year as bits, so that nobody is counted twice and every row is read once.
    select
        year(month) as year,
        product,
        account,
        own_account,
        identity,
        bit_or(1 << (month(month) - 1)) as months
    from client_accounts
    group by all
),
client as materialized (
    select
        year,
        product,
        account,
        identity,
        bit_or(months) as months
    from by_account
    group by year, product, account, identity
),
span as (
    select
        'month' as per,
        number,
        1 << (number - 1) as months
    from (select unnest(range(1, 13)) as number)
    union all
    select
        'quarter' as per,
        number,
        7 << (3 * (number - 1)) as months
    from (select unnest(range(1, 5)) as number)
    union all
    select
        'year' as per,
        1 as number,
        4095 as months
),
counted as (
    select
        span.per,
        span.number,
        client.year,
        client.product,
        client.account,
        any_value(span.months) as months,
        count(*) as clients,
        sum(bit_count(client.months & span.months)) as client_months
    from client
    join span on client.months & span.months <> 0
    group by span.per, span.number, client.year, client.product, client.account
),
counted_by_account as (
    select
        span.per,
        span.number,
        by_account.year,
        by_account.product,
        by_account.account,
        count(*) as clients
    from by_account
    join span on by_account.months & span.months <> 0
    group by span.per, span.number, by_account.year, by_account.product, by_account.account
),
peak as (
    select
        counted.per,
        counted.number,
        counted.year,
        counted.product,
        counted.account,
        arg_min(monthly.number, (-monthly.clients, monthly.number)) as number_of_month,
        max(monthly.clients) as clients
    from counted
    join counted as monthly on monthly.per = 'month'
        and monthly.year = counted.year
        and monthly.product = counted.product
        and monthly.account = counted.account
        and monthly.months & counted.months <> 0
    group by all
)
select
    counted.per,
    case counted.per
        when 'month' then counted.year || '-' || lpad(cast(counted.number as varchar), 2, '0')
        when 'quarter' then counted.year || '-Q' || counted.number
        else cast(counted.year as varchar)
    end as period,
    counted.product,
    counted.account,
    counted.clients,
    counted_by_account.clients as clients_by_account,
    cast(counted.client_months as bigint) as client_months,
    make_date(counted.year, peak.number_of_month, 1) as peak_month,
    peak.clients as peak_clients
from counted
join peak on peak.per = counted.per
    and peak.number = counted.number
    and peak.year = counted.year
    and peak.product = counted.product
    and peak.account = counted.account
join counted_by_account on counted_by_account.per = counted.per
    and counted_by_account.number = counted.number
    and counted_by_account.year = counted.year
    and counted_by_account.product = counted.product
    and counted_by_account.account = counted.account
order by counted.per, counted.year, counted.number, counted.product, counted.account
