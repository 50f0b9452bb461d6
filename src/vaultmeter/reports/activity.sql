/*
title = "Activity"
answers = "What happens when: per hour, day, week or month, by what is done."
order = 2
whole = true
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
[evidence.rows]
start = "events.bucket"
[evidence.cells]
passwords_accessed = "glances"
accounts_added = "items_added"
[evidence.cells.login_sessions]
measure = "sign_ins"
where = "identities.kind = 'person'"
words = "Successful sign-ins of people."
[evidence.cells.machine_logins]
measure = "sign_ins"
where = "identities.kind <> 'person'"
words = "Successful sign-ins of all but people."
[evidence.cells.latest_logins]
measure = "sign_ins"
counts = "identities"
words = "The last sign-in of each person in the range, where it falls in this bucket."
where = """
identities.kind = 'person' and (events.identity, events.time) in (
    select (identity, max(time)) from events where kind = 'login' and outcome = 'ok' group by identity
)"""
*/
with latest as (
    select
        usage.identity,
        arg_max(usage.bucket, usage.last_login) as bucket
    from usage
    join identities on identities.identity = usage.identity
    where usage.sign_ins > 0
        and identities.kind = 'person'
    group by usage.identity
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
        usage.bucket,
        sum(usage.requests) as requests,
        sum(if(identities.kind = 'person', usage.sign_ins, 0)) as login_sessions,
        sum(usage.remote_connections) as remote_connections,
        sum(usage.glances) as passwords_accessed,
        sum(usage.passwords_autofilled) as passwords_autofilled,
        sum(usage.items_added) as accounts_added,
        sum(if(identities.kind = 'person', 0, usage.sign_ins)) as machine_logins,
        sum(usage.failed_logins) as failed_logins,
        sum(usage.secrets_read) as secrets_read,
        sum(usage.key_operations) as key_operations,
        sum(usage.denied) as denied
    from usage
    join identities on identities.identity = usage.identity
    group by usage.bucket
)
select
    counted.bucket as start,
    counted.requests,
    counted.login_sessions,
    counted.remote_connections,
    counted.passwords_accessed,
    counted.passwords_autofilled,
    counted.accounts_added,
    coalesce(latest_counted.people, 0) as latest_logins,
    counted.machine_logins,
    counted.failed_logins,
    counted.secrets_read,
    counted.key_operations,
    counted.denied
from counted
left join latest_counted on latest_counted.bucket = counted.bucket
order by start
