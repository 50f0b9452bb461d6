/*
title = "Key numbers over time"
answers = "How the key numbers of the overview go: per hour, day, week or month, each counted anew."
order = 2
whole = true
parameters = ["per"]
series = "start"
definitions = ["total_requests", "unique_users", "client", "passwords_accessed", "denied"]
notes = ["People, clients, secrets and keys are counted once in each bucket; buckets must not be added up."]
columns = [
    ["start", "From", "instant"],
    ["total_requests", "Total requests", "integer"],
    ["unique_users", "Unique users", "integer"],
    ["active_clients", "Clients", "integer"],
    ["secrets_used", "Secrets and keys used", "integer"],
    ["passwords_accessed", "Passwords accessed", "integer"],
    ["denied", "Refused requests", "integer"],
]
[evidence.rows]
start = "events.bucket"
[evidence.cells]
total_requests = "requests"
passwords_accessed = "glances"
[evidence.cells.unique_users]
measure = "used"
counts = "identities"
where = "identities.kind = 'person'"
words = "Successful uses by people."
[evidence.cells.active_clients]
measure = "succeeded"
counts = "identities"
where = "identities.kind in ('person', 'machine', 'agent')"
words = "Successful requests of people, machines and agents."
[evidence.cells.secrets_used]
measure = "used"
counts = "items"
where = "items.product <> 'pm'"
words = "Successful uses of items that are not stored in a password manager."
*/
with counted as (
    select
        usage.bucket,
        sum(usage.requests) as total_requests,
        count(distinct if(
            identities.kind = 'person' and usage.used > 0,
            usage.identity,
            null
        )) as unique_users,
        count(distinct if(
            identities.kind in ('person', 'machine', 'agent') and usage.succeeded > 0,
            usage.identity,
            null
        )) as active_clients,
        sum(usage.glances) as passwords_accessed,
        sum(usage.denied) as denied
    from usage
    join identities on identities.identity = usage.identity
    group by usage.bucket
),
touched as (
    select
        item_usage.bucket,
        count(distinct item_usage.item) as items
    from item_usage
    join items on items.item = item_usage.item
    where item_usage.used > 0
        and items.product <> 'pm'
    group by item_usage.bucket
)
select
    counted.bucket as start,
    counted.total_requests,
    counted.unique_users,
    counted.active_clients,
    coalesce(touched.items, 0) as secrets_used,
    counted.passwords_accessed,
    counted.denied
from counted
left join touched on touched.bucket = counted.bucket
order by start
