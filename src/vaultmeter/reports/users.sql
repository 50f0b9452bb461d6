/*
title = "Users"
answers = "Who uses what, how much, and who has stopped."
order = 3
parameters = ["who"]
definitions = ["status", "login_sessions", "passwords_accessed", "accounts_added", "key_operations", "denied", "last_active"]
columns = [
    ["user", "User"],
    ["account", "Account"],
    ["kind", "Kind"],
    ["auth_method", "Signs in with"],
    ["status", "Status"],
    ["login_sessions", "Login sessions", "integer"],
    ["failed_logins", "Failed logins", "integer"],
    ["requests", "Requests", "integer"],
    ["secrets_read", "Secrets read", "integer"],
    ["passwords_accessed", "Passwords accessed", "integer"],
    ["password_events", "Password events", "integer"],
    ["passwords_autofilled", "Auto-filled", "integer"],
    ["remote_connections", "Remote connections", "integer"],
    ["accounts_added", "Accounts added", "integer"],
    ["key_operations", "Key operations", "integer"],
    ["denied", "Denied", "integer"],
    ["last_active", "Last active", "instant"],
    ["last_login", "Last login", "instant"],
]
*/
with done as (
    select
        identity,
        sum(requests) as requests,
        sum(requests) filter (where kind = 'login' and outcome = 'ok') as login_sessions,
        sum(requests) filter (where kind = 'login_failed') as failed_logins,
        sum(requests) filter (where kind = 'secret_read' and outcome = 'ok') as secrets_read,
        sum(glances) as passwords_accessed,
        sum(requests) filter (
            where kind in ('password_accessed', 'secret_read') and outcome = 'ok'
        ) as password_events,
        sum(requests) filter (
            where kind = 'password_autofilled' and outcome = 'ok'
        ) as passwords_autofilled,
        sum(requests) filter (
            where kind = 'remote_connection' and outcome = 'ok'
        ) as remote_connections,
        sum(requests) filter (where kind = 'item_added' and outcome = 'ok') as accounts_added,
        sum(weight) filter (where kind = 'key_operation' and outcome = 'ok') as key_operations,
        sum(requests) filter (where outcome = 'denied' and kind <> 'login_failed') as denied,
        bool_or(intent in ('use', 'manage') and outcome = 'ok') as used
    from activity
    group by identity
),
present as (
    select distinct identity
    from signs
    where outcome = 'ok'
),
ever as (
    select
        identity,
        max(last_time) filter (where intent in ('use', 'manage') and outcome = 'ok') as last_used,
        max(last_time) filter (where kind = 'login' and outcome = 'ok') as last_login
    from history
    group by identity
)
select
    identities.user,
    identities.account,
    identities.kind,
    identities.auth_method,
    case
        when done.used then 'active'
        when present.identity is not null then 'passive'
        else 'inactive'
    end as status,
    coalesce(done.login_sessions, 0) as login_sessions,
    coalesce(done.failed_logins, 0) as failed_logins,
    coalesce(done.requests, 0) as requests,
    coalesce(done.secrets_read, 0) as secrets_read,
    coalesce(done.passwords_accessed, 0) as passwords_accessed,
    if(identities.kind = 'person', coalesce(done.password_events, 0), 0) as password_events,
    coalesce(done.passwords_autofilled, 0) as passwords_autofilled,
    coalesce(done.remote_connections, 0) as remote_connections,
    coalesce(done.accounts_added, 0) as accounts_added,
    coalesce(done.key_operations, 0) as key_operations,
    coalesce(done.denied, 0) as denied,
    coalesce(ever.last_used, ever.last_login) as last_active,
    ever.last_login
from identities
left join done on done.identity = identities.identity
left join present on present.identity = identities.identity
left join ever on ever.identity = identities.identity
where case $who
    when 'people' then identities.kind = 'person'
    when 'machines' then identities.kind in ('machine', 'agent')
    else identities.kind <> 'system' or done.requests > 0
end
order by requests desc, identities.user, identities.account
