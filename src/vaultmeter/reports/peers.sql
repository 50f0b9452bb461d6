/*
title = "What is usual in each account"
answers = "What those of one account typically do: the middle value of each number."
order = 4
parameters = ["who"]
definitions = ["peers", "status", "login_sessions", "passwords_accessed", "accounts_added", "key_operations"]
sort = ["account", "kind"]
columns = [
    ["account", "Account"],
    ["kind", "Kind"],
    ["users", "Users", "integer"],
    ["requests", "Requests", "number"],
    ["login_sessions", "Login sessions", "number"],
    ["secrets_read", "Secrets read", "number"],
    ["passwords_accessed", "Passwords accessed", "number"],
    ["passwords_autofilled", "Auto-filled", "number"],
    ["remote_connections", "Remote connections", "number"],
    ["accounts_added", "Accounts added", "number"],
    ["key_operations", "Key operations", "number"],
]
[evidence.rows]
account = "identities.account"
kind = "identities.kind"
[evidence.cells]
users = { of = "peer", counts = "listed_identities", words = "Those of this account and kind but for no_evidence and disabled ones.", rows = { account = "account", kind = "kind" } }
requests = "none: The middle value of the column of this name in the report users."
login_sessions = "none: The middle value of the column of this name in the report users."
secrets_read = "none: The middle value of the column of this name in the report users."
passwords_accessed = "none: The middle value of the column of this name in the report users."
passwords_autofilled = "none: The middle value of the column of this name in the report users."
remote_connections = "none: The middle value of the column of this name in the report users."
accounts_added = "none: The middle value of the column of this name in the report users."
key_operations = "none: The middle value of the column of this name in the report users."
*/
with done as (
    select
        identity,
        sum(requests) as requests,
        sum(sign_ins) as login_sessions,
        sum(secrets_read) as secrets_read,
        sum(glances) as passwords_accessed,
        sum(passwords_autofilled) as passwords_autofilled,
        sum(remote_connections) as remote_connections,
        sum(items_added) as accounts_added,
        sum(key_operations) as key_operations
    from usage
    group by identity
),
peer as (
    select
        identities.identity,
        identities.account,
        identities.kind,
        standings.last_seen as time
    from identities
    join standings on standings.identity = identities.identity
    where standings.status <> 'no_evidence'
        and not standings.is_disabled
        and case $who
            when 'people' then identities.kind = 'person'
            when 'machines' then identities.kind in ('machine', 'agent')
            else identities.kind in ('person', 'machine', 'agent')
        end
)
select
    peer.account,
    peer.kind,
    count(*) as users,
    median(coalesce(done.requests, 0)) as requests,
    median(coalesce(done.login_sessions, 0)) as login_sessions,
    median(coalesce(done.secrets_read, 0)) as secrets_read,
    median(coalesce(done.passwords_accessed, 0)) as passwords_accessed,
    median(coalesce(done.passwords_autofilled, 0)) as passwords_autofilled,
    median(coalesce(done.remote_connections, 0)) as remote_connections,
    median(coalesce(done.accounts_added, 0)) as accounts_added,
    median(coalesce(done.key_operations, 0)) as key_operations
from peer
left join done on done.identity = peer.identity
group by peer.account, peer.kind
