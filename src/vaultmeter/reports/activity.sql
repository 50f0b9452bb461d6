/*
title = "Activity"
answers = "What happens when: per hour, day, week or month, by what is done."
order = 2
parameters = ["per"]
series = "start"
definitions = ["total_requests", "login_sessions", "passwords_accessed", "accounts_added", "latest_logins", "key_operations", "denied"]
columns = [
    ["start", "From", "instant"],
    ["requests", "Requests", "integer"],
    ["login_sessions", "Login sessions", "integer"],
    ["remote_connections", "Remote connections", "integer"],
    ["passwords_accessed", "Passwords accessed", "integer"],
    ["passwords_autofilled", "Passwords auto-filled", "integer"],
    ["accounts_added", "Accounts added", "integer"],
    ["latest_logins", "Latest logins", "integer"],
    ["machine_logins", "Machine logins", "integer"],
    ["failed_logins", "Failed logins", "integer"],
    ["secrets_read", "Secrets read", "integer"],
    ["key_operations", "Key operations", "integer"],
    ["denied", "Denied", "integer"],
]
*/
with latest as (
    select
        activity.identity,
        arg_max(activity.bucket, activity.last_time) as bucket
    from activity
    join identities on identities.identity = activity.identity
    where activity.kind = 'login'
        and activity.outcome = 'ok'
        and identities.kind = 'person'
    group by activity.identity
),
latest_counted as (
    select
        bucket,
        count(*) as people
    from latest
    group by bucket
),
counted as (
    select
        activity.bucket,
        sum(activity.requests) as requests,
        sum(activity.requests) filter (
            where activity.kind = 'login' and activity.outcome = 'ok' and identities.kind = 'person'
        ) as login_sessions,
        sum(activity.requests) filter (
            where activity.kind = 'remote_connection' and activity.outcome = 'ok'
        ) as remote_connections,
        sum(activity.glances) as passwords_accessed,
        sum(activity.requests) filter (
            where activity.kind = 'password_autofilled' and activity.outcome = 'ok'
        ) as passwords_autofilled,
        sum(activity.requests) filter (
            where activity.kind = 'item_added' and activity.outcome = 'ok'
        ) as accounts_added,
        sum(activity.requests) filter (
            where activity.kind = 'login' and activity.outcome = 'ok' and identities.kind <> 'person'
        ) as machine_logins,
        sum(activity.requests) filter (where activity.kind = 'login_failed') as failed_logins,
        sum(activity.requests) filter (
            where activity.kind = 'secret_read' and activity.outcome = 'ok'
        ) as secrets_read,
        sum(activity.weight) filter (
            where activity.kind = 'key_operation' and activity.outcome = 'ok'
        ) as key_operations,
        sum(activity.requests) filter (
            where activity.outcome = 'denied' and activity.kind <> 'login_failed'
        ) as denied
    from activity
    join identities on identities.identity = activity.identity
    group by activity.bucket
)
select
    counted.bucket as start,
    counted.requests,
    coalesce(counted.login_sessions, 0) as login_sessions,
    coalesce(counted.remote_connections, 0) as remote_connections,
    coalesce(counted.passwords_accessed, 0) as passwords_accessed,
    coalesce(counted.passwords_autofilled, 0) as passwords_autofilled,
    coalesce(counted.accounts_added, 0) as accounts_added,
    coalesce(latest_counted.people, 0) as latest_logins,
    coalesce(counted.machine_logins, 0) as machine_logins,
    coalesce(counted.failed_logins, 0) as failed_logins,
    coalesce(counted.secrets_read, 0) as secrets_read,
    coalesce(counted.key_operations, 0) as key_operations,
    coalesce(counted.denied, 0) as denied
from counted
left join latest_counted on latest_counted.bucket = counted.bucket
order by start
