/*
title = "Usage overview"
answers = "How much is used, by how many, and how that compares with before."
order = 1
parameters = ["compare"]
definitions = ["total_requests", "unique_users", "client", "passwords_accessed", "key_operations", "denied"]
columns = [
    ["measure", "Measure"],
    ["value", "Value", "integer"],
    ["compared", "Compared", "integer"],
    ["change", "Change", "integer"],
    ["change_percent", "Change", "number", "%"],
]
*/
with acted as (
    select
        identity,
        sum(requests) as requests,
        sum(used) as used,
        sum(succeeded) as succeeded,
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
    group by identity
),
counted as (
    select
        sum(acted.requests) as total_requests,
        count(*) filter (where identities.kind = 'person' and acted.used > 0) as unique_users,
        count(*) filter (
            where identities.kind in ('person', 'machine', 'agent') and acted.succeeded > 0
        ) as active_clients,
        sum(acted.secrets_read) as secrets_read,
        sum(acted.passwords_accessed) as passwords_accessed,
        sum(acted.passwords_autofilled) as passwords_autofilled,
        sum(acted.key_operations) as key_operations,
        sum(acted.remote_connections) as remote_connections,
        sum(acted.accounts_added) as accounts_added,
        sum(acted.sign_ins) as sign_ins,
        sum(acted.sign_ins) filter (where identities.kind = 'person') as login_sessions,
        sum(acted.failed_logins) as failed_logins,
        sum(acted.denied) as denied
    from acted
    join identities on identities.identity = acted.identity
),
measures as (
    select 1 as place, 'total_requests' as measure, total_requests as value from counted
    union all select 2, 'unique_users', unique_users from counted
    union all select 3, 'active_clients', active_clients from counted
    union all select 4, 'secrets_read', secrets_read from counted
    union all select 5, 'passwords_accessed', passwords_accessed from counted
    union all select 6, 'passwords_autofilled', passwords_autofilled from counted
    union all select 7, 'key_operations', key_operations from counted
    union all select 8, 'remote_connections', remote_connections from counted
    union all select 9, 'accounts_added', accounts_added from counted
    union all select 10, 'sign_ins', sign_ins from counted
    union all select 11, 'login_sessions', login_sessions from counted
    union all select 12, 'failed_logins', failed_logins from counted
    union all select 13, 'denied', denied from counted
)
select
    measure,
    cast(coalesce(value, 0) as bigint) as value,
    cast(null as bigint) as compared,
    cast(null as bigint) as change,
    cast(null as double) as change_percent
from measures
order by place
