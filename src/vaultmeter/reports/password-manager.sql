/*
title = "Password manager"
answers = "How many people use the password manager in each calendar month, how they sign in, what they do, and how many passwords are stored."
order = 13
bucket = "month"
whole = true
definitions = ["client", "passwords_accessed", "accounts_added", "stored_passwords"]
sort = ["month", "-clients", "-requests", "auth_method"]
notes = [
    "The product pm alone. * is every sign-in method; clients by method add up to it, months must not be added up.",
]
columns = [
    ["month", "Month", "date"],
    ["auth_method", "Signs in with"],
    ["clients", "Clients", "integer"],
    ["people", "People", "integer"],
    ["requests", "Requests", "integer"],
    ["sign_ins", "Sign-ins", "integer"],
    ["passwords_accessed", "Passwords accessed", "integer"],
    ["passwords_autofilled", "Auto-filled", "integer"],
    ["accounts_added", "Accounts added", "integer"],
    ["stored_passwords", "Stored passwords", "integer"],
]
[evidence]
of = "select * from events where product = 'pm'"
[evidence.rows]
month = "events.bucket"
auth_method = """
$row_auth_method = '*'
    or coalesce(events.auth_method, identities.auth_method, 'unknown') = $row_auth_method"""
[evidence.cells]
passwords_accessed = "glances"
accounts_added = "items_added"
[evidence.cells.clients]
measure = "succeeded"
words = "Successful requests of people, machines and agents."
counts = "identities"
where = "identities.kind in ('person', 'machine', 'agent')"
rows.auth_method = """
$row_auth_method = '*' or coalesce(identities.auth_method, 'unknown') = $row_auth_method"""
[evidence.cells.people]
measure = "succeeded"
words = "Successful requests of people."
counts = "identities"
where = "identities.kind = 'person'"
rows.auth_method = """
$row_auth_method = '*' or coalesce(identities.auth_method, 'unknown') = $row_auth_method"""
[evidence.cells.stored_passwords]
counts = "existing"
rows = { month = "", auth_method = "" }
words = "The items of the product pm that existed at the end of the month."
where = """
$row_auth_method = '*' and items.product = 'pm'
    and items.seen < (select max(until) from calendar where month = $row_month)
    and coalesce(
        items.deleted >= (select max(until) from calendar where month = $row_month), true
    )"""
*/
with months as (
    select
        month,
        max(until) as until
    from calendar
    group by month
),
acted as (
    select
        cast(usage.bucket as date) as month,
        coalesce(usage.auth_method, identities.auth_method, 'unknown') as method,
        sum(usage.requests) as requests,
        sum(usage.sign_ins) as sign_ins,
        sum(usage.glances) as passwords_accessed,
        sum(usage.passwords_autofilled) as passwords_autofilled,
        sum(usage.items_added) as accounts_added
    from usage
    join identities on identities.identity = usage.identity
    where usage.product = 'pm'
        and usage.requests > 0
    group by cast(usage.bucket as date), method
),
client as (
    select distinct
        cast(bucket as date) as month,
        identity
    from usage
    where product = 'pm'
        and succeeded > 0
),
counted as (
    select
        client.month,
        coalesce(identities.auth_method, 'unknown') as method,
        count(*) as clients,
        count(*) filter (where identities.kind = 'person') as people
    from client
    join identities on identities.identity = client.identity
    where identities.kind in ('person', 'machine', 'agent')
    group by client.month, method
),
by_method as (
    select
        coalesce(counted.month, acted.month) as month,
        coalesce(counted.method, acted.method) as auth_method,
        coalesce(counted.clients, 0) as clients,
        coalesce(counted.people, 0) as people,
        coalesce(acted.requests, 0) as requests,
        coalesce(acted.sign_ins, 0) as sign_ins,
        coalesce(acted.passwords_accessed, 0) as passwords_accessed,
        coalesce(acted.passwords_autofilled, 0) as passwords_autofilled,
        coalesce(acted.accounts_added, 0) as accounts_added
    from counted
    full join acted on acted.month = counted.month
        and acted.method = counted.method
),
stored as (
    select
        months.month,
        count(*) as passwords
    from months
    join items on items.seen < months.until
        and coalesce(items.deleted >= months.until, true)
    where items.product = 'pm'
    group by months.month
)
select
    months.month,
    '*' as auth_method,
    coalesce(sum(by_method.clients), 0) as clients,
    coalesce(sum(by_method.people), 0) as people,
    coalesce(sum(by_method.requests), 0) as requests,
    coalesce(sum(by_method.sign_ins), 0) as sign_ins,
    coalesce(sum(by_method.passwords_accessed), 0) as passwords_accessed,
    coalesce(sum(by_method.passwords_autofilled), 0) as passwords_autofilled,
    coalesce(sum(by_method.accounts_added), 0) as accounts_added,
    coalesce(max(stored.passwords), 0) as stored_passwords
from months
left join by_method on by_method.month = months.month
left join stored on stored.month = months.month
group by months.month
union all
select
    *,
    null as stored_passwords
from by_method
order by month, clients desc, requests desc, auth_method
