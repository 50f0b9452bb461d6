/*
How the clients of a month grow, day by day: those so far, and what the three months before make of
it. No report by itself: the `shares` of a head puts these parts before the report's own.
*/
now as materialized (
    select
        (select max(month) from calendar) as month,
        least(
            cast($asked_until as timestamp),
            (select max(last_time) from sources)
        ) as instant
),
daily as materialized (
    select
        month,
        product,
        account,
        month = (select month from now) as is_now,
        first_day as date,
        day(first_day) as day,
        count(*) as clients,
        count(*) filter (where is_exceeded) as exceeded
    from clients
    where first_used < cast($asked_until as timestamp)
    group by month, product, account, first_day
),
gone as (
    select count(*) as days
    from calendar
    where month = (select month from now)
        and until <= (select instant from now)
),
-- The days of the month in question, whichever month they are looked up in.
grid as (
    select
        day as date,
        day(day) as day
    from calendar
    where month = (select month from now)
),
so_far as materialized (
    select
        product,
        account,
        coalesce(sum(clients) filter (where is_now), 0) as clients,
        coalesce(sum(clients) filter (where is_now and day <= (select days from gone)), 0) as at_day
    from daily
    group by product, account
),
-- A month of which the beginning is not in any log would seem to grow too fast.
whole as (
    select month
    from calendar
    where day = month
        and until > (select min(first_time) from sources)
),
past as materialized (
    select
        month,
        product,
        account,
        coalesce(sum(clients) filter (where day <= (select days from gone)), 0) as at_day
    from daily
    where not is_now
        and month in (select month from whole)
    group by month, product, account
),
grown as (
    select
        past.month,
        past.product,
        past.account,
        past.at_day,
        grid.day,
        coalesce(sum(daily.clients) filter (where daily.day <= grid.day), 0) as clients
    from past
    cross join grid
    join daily on daily.month = past.month
        and daily.product = past.product
        and daily.account = past.account
    group by all
),
-- What each past month makes of this one; halves are rounded up.
like_past as (
    select
        grown.product,
        grown.account,
        grown.day,
        if(
            (select days from gone) = 0,
            grown.clients,
            (2 * so_far.at_day * grown.clients + grown.at_day) // (2 * grown.at_day)
        ) as clients
    from grown
    join so_far on so_far.product = grown.product
        and so_far.account = grown.account
    where grown.at_day > 0
        or (select days from gone) = 0
),
pasts as (
    select
        product,
        account,
        day,
        count(*) as months,
        min(clients) as low,
        median(clients) as likely,
        max(clients) as high
    from like_past
    group by product, account, day
),
straight as (
    select
        so_far.product,
        so_far.account,
        grid.day,
        grid.date,
        so_far.clients,
        if(
            gone.days = 0,
            null,
            (2 * so_far.at_day * grid.day + gone.days) // (2 * gone.days)
        ) as steady
    from so_far
    cross join grid
    cross join gone
),
curve as materialized (
    select
        straight.product,
        straight.account,
        straight.day,
        straight.date,
        coalesce(pasts.months, 0) as months,
        greatest(
            straight.clients,
            if(pasts.months >= 2, pasts.low, least(straight.clients, pasts.low, straight.steady))
        ) as low,
        greatest(
            straight.clients,
            cast(floor(coalesce(pasts.likely, (straight.clients + straight.steady) / 2) + 0.5) as bigint)
        ) as likely,
        greatest(
            straight.clients,
            if(pasts.months >= 2, pasts.high, greatest(pasts.high, straight.steady))
        ) as high
    from straight
    left join pasts on pasts.product = straight.product
        and pasts.account = straight.account
        and pasts.day = straight.day
),
held as (
    select
        product,
        account,
        clients
    from limits
    where month = (select month from now)
)
