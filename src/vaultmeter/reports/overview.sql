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
with counted as (
    select
        sum(activity.requests) as total_requests,
        count(distinct if(
            identities.kind = 'person' and activity.intent = 'use' and activity.outcome = 'ok',
            activity.identity,
            null
        )) as unique_users,
        count(distinct if(
            identities.kind in ('person', 'machine', 'agent') and activity.outcome = 'ok',
            activity.identity,
            null
        )) as active_clients,
        sum(activity.requests) filter (
            where activity.kind = 'secret_read' and activity.outcome = 'ok'
        ) as secrets_read,
        sum(activity.glances) as passwords_accessed,
        sum(activity.requests) filter (
            where activity.kind = 'password_autofilled' and activity.outcome = 'ok'
        ) as passwords_autofilled,
        sum(activity.weight) filter (
            where activity.kind = 'key_operation' and activity.outcome = 'ok'
        ) as key_operations,
        sum(activity.requests) filter (
            where activity.kind = 'remote_connection' and activity.outcome = 'ok'
        ) as remote_connections,
        sum(activity.requests) filter (
            where activity.kind = 'item_added' and activity.outcome = 'ok'
        ) as accounts_added,
        sum(activity.requests) filter (
            where activity.kind = 'login' and activity.outcome = 'ok'
        ) as sign_ins,
        sum(activity.requests) filter (
            where activity.kind = 'login' and activity.outcome = 'ok' and identities.kind = 'person'
        ) as login_sessions,
        sum(activity.requests) filter (where activity.kind = 'login_failed') as failed_logins,
        sum(activity.requests) filter (
            where activity.outcome = 'denied' and activity.kind <> 'login_failed'
        ) as denied
    from activity
    join identities on identities.identity = activity.identity
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
