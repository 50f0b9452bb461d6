/*
title = "Accounts"
answers = "How much each account of the organisation is used."
order = 10
definitions = ["total_requests", "unique_users", "client", "passwords_accessed"]
sort = ["account"]
columns = [
    ["account", "Account"],
    ["requests", "Requests", "integer"],
    ["users", "People", "integer"],
    ["clients", "Clients", "integer"],
    ["sign_ins", "Sign-ins", "integer"],
    ["secrets_read", "Secrets read", "integer"],
    ["passwords_accessed", "Passwords accessed", "integer"],
    ["items", "Items", "integer"],
    ["last_active", "Last active", "instant"],
]
[evidence.rows]
account = "accounts.name"
[evidence.cells]
passwords_accessed = "glances"
last_active = "last_time"
[evidence.cells.users]
measure = "used"
counts = "identities"
where = "identities.kind = 'person'"
words = "Successful uses by people."
[evidence.cells.clients]
measure = "succeeded"
counts = "identities"
where = "identities.kind in ('person', 'machine', 'agent')"
words = "Successful requests of people, machines and agents."
[evidence.cells.items]
counts = "existing"
where = "items.seen is not null and items.deleted is null"
words = "The items of the account that exist now."
rows = { account = "items.account" }
*/
with acted as (
    select
        usage.account,
        sum(usage.requests) as requests,
        count(distinct if(identities.kind = 'person' and usage.used > 0, usage.identity, null)) as users,
        count(distinct if(
            identities.kind in ('person', 'machine', 'agent') and usage.succeeded > 0,
            usage.identity,
            null
        )) as clients,
        sum(usage.sign_ins) as sign_ins,
        sum(usage.secrets_read) as secrets_read,
        sum(usage.glances) as passwords_accessed,
        max(usage.last_time) as last_active
    from usage
    join identities on identities.identity = usage.identity
    group by usage.account
),
kept as (
    select
        account,
        count(*) as items
    from items
    where seen is not null
        and deleted is null
    group by account
)
select
    accounts.name as account,
    coalesce(acted.requests, 0) as requests,
    coalesce(acted.users, 0) as users,
    coalesce(acted.clients, 0) as clients,
    coalesce(acted.sign_ins, 0) as sign_ins,
    coalesce(acted.secrets_read, 0) as secrets_read,
    coalesce(acted.passwords_accessed, 0) as passwords_accessed,
    coalesce(kept.items, 0) as items,
    acted.last_active
from accounts
left join acted on acted.account = accounts.account
left join kept on kept.account = accounts.name
