/*
title = "Users"
answers = "Who uses what, how much, and who has stopped."
order = 3
parameters = ["who", "status"]
definitions = ["status", "reason", "low_usage", "login_sessions", "passwords_accessed", "accounts_added", "key_operations", "denied", "last_active"]
sort = ["-requests", "user", "account"]
columns = [
    ["user", "User"],
    ["account", "Account"],
    ["kind", "Kind"],
    ["auth_method", "Signs in with"],
    ["status", "Status"],
    ["reason", "Reason"],
    ["is_new", "New", "boolean"],
    ["is_disabled", "Disabled", "boolean"],
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
    ["first_seen", "First seen", "instant"],
    ["is_low", "Low usage", "boolean"],
    ["sources", "Sources"],
]
[evidence.rows]
user = "identities.user"
account = "identities.account"
[evidence.cells]
login_sessions = "sign_ins"
passwords_accessed = "glances"
accounts_added = "items_added"
first_seen = "none: The first request or heartbeat of all times, up to the end of the range."
[evidence.cells.password_events]
measure = ["passwords_viewed", "secrets_read"]
where = "identities.kind = 'person'"
words = "Passwords viewed, revealed or copied, and secrets read, by people."
[evidence.cells.last_active]
measure = ["last_used", "last_login"]
of = "lifetime"
filters = ["account", "source", "product"]
words = "The last successful use or change up to the end; where there is none, the last sign-in."
where = """
events.time < $period_end and (events.intent in ('use', 'manage') or events.identity not in (
    select identity from lifetime
    where intent in ('use', 'manage') and outcome = 'ok' and time < $period_end
))"""
[evidence.cells.last_login]
measure = "last_login"
words = "The last successful sign-in up to the end of the range."
of = "lifetime"
filters = ["account", "source", "product"]
where = "events.time < $period_end"
*/
with done as (
    select
        identity,
        sum(requests) as requests,
        sum(sign_ins) as login_sessions,
        sum(failed_logins) as failed_logins,
        sum(secrets_read) as secrets_read,
        sum(glances) as passwords_accessed,
        sum(passwords_viewed + secrets_read) as password_events,
        sum(passwords_autofilled) as passwords_autofilled,
        sum(remote_connections) as remote_connections,
        sum(items_added) as accounts_added,
        sum(key_operations) as key_operations,
        sum(denied) as denied
    from usage
    group by identity
)
select
    identities.user,
    identities.account,
    identities.kind,
    identities.auth_method,
    standings.status,
    standings.reason,
    standings.is_new,
    standings.is_disabled,
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
    coalesce(standings.last_used, standings.last_login) as last_active,
    standings.last_login,
    standings.first_seen,
    standings.is_low,
    nullif(array_to_string(list_transform(
        list_filter(
            (select list(sources order by sources.name) from sources),
            lambda one: list_contains(standings.sources, one.source)
        ),
        lambda one: one.name
    ), ', '), '') as sources
from identities
join standings on standings.identity = identities.identity
left join done on done.identity = identities.identity
where case $who
    when 'people' then identities.kind = 'person'
    when 'machines' then identities.kind in ('machine', 'agent')
    -- What a server does itself, and whom no record names, have rows where they did something.
    else identities.kind not in ('system', 'unknown')
        or (identities.kind = 'unknown' and identities.user <> 'unknown')
        or done.requests > 0
end
    and case $status
        when '' then true
        when 'low_usage' then standings.is_low
        when 'new' then standings.is_new
        when 'never_used' then standings.reason = 'never used'
        when 'lapsed' then standings.reason = 'lapsed'
        when 'dormant' then standings.reason = 'dormant'
        else standings.status = $status
    end
