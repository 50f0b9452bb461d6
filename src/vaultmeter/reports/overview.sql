/*
title = "Usage overview"
answers = "How much is used, by how many, and how that compares with before."
order = 1
whole = true
parameters = ["compare"]
definitions = ["total_requests", "unique_users", "client", "passwords_accessed", "key_operations", "denied"]
columns = [
    ["measure", "Measure"],
    ["value", "Value", "integer"],
    ["compared", "Compared", "integer"],
    ["change", "Change", "integer"],
    ["change_percent", "Change", "number", "%"],
]
[evidence]
by = "measure"
value = "value"
compared = "compared"
[evidence.cells]
total_requests = "requests"
passwords_accessed = "glances"
accounts_added = "items_added"
change = "none: The value less the value compared with."
change_percent = "none: The change, as a share of the value compared with."
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
[evidence.cells.login_sessions]
measure = "sign_ins"
where = "identities.kind = 'person'"
words = "Successful sign-ins of people."
*/
with total as (
    select
        sum(requests) as total_requests,
        sum(secrets_read) as secrets_read,
        sum(glances) as passwords_accessed,
        sum(passwords_autofilled) as passwords_autofilled,
        sum(key_operations) as key_operations,
        sum(remote_connections) as remote_connections,
        sum(items_added) as accounts_added,
        sum(sign_ins) as sign_ins,
        sum(failed_logins) as failed_logins,
        sum(denied) as denied
    from usage
),
acted as (
    select
        identity,
        sum(used) as used,
        sum(sign_ins) as sign_ins
    from usage
    where succeeded > 0
    group by identity
),
who as (
    select
        count(*) filter (where identities.kind = 'person' and acted.used > 0) as unique_users,
        count(*) filter (
            where identities.kind in ('person', 'machine', 'agent')
        ) as active_clients,
        sum(acted.sign_ins) filter (where identities.kind = 'person') as login_sessions
    from acted
    join identities on identities.identity = acted.identity
)
select
    unnest([
        'total_requests',
        'unique_users',
        'active_clients',
        'secrets_read',
        'passwords_accessed',
        'passwords_autofilled',
        'key_operations',
        'remote_connections',
        'accounts_added',
        'sign_ins',
        'login_sessions',
        'failed_logins',
        'denied'
    ]) as measure,
    unnest([
        cast(coalesce(total_requests, 0) as bigint),
        cast(coalesce(unique_users, 0) as bigint),
        cast(coalesce(active_clients, 0) as bigint),
        cast(coalesce(secrets_read, 0) as bigint),
        cast(coalesce(passwords_accessed, 0) as bigint),
        cast(coalesce(passwords_autofilled, 0) as bigint),
        cast(coalesce(key_operations, 0) as bigint),
        cast(coalesce(remote_connections, 0) as bigint),
        cast(coalesce(accounts_added, 0) as bigint),
        cast(coalesce(sign_ins, 0) as bigint),
        cast(coalesce(login_sessions, 0) as bigint),
        cast(coalesce(failed_logins, 0) as bigint),
        cast(coalesce(denied, 0) as bigint)
    ]) as value,
    cast(null as bigint) as compared,
    cast(null as bigint) as change,
    cast(null as double) as change_percent
from total, who
