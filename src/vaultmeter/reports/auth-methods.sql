/*
title = "Authentication methods"
answers = "How people and machines sign in, and how many of them with each method."
order = 8
whole = true
definitions = ["client", "login_sessions"]
sort = ["-clients", "-requests", "auth_method"]
columns = [
    ["auth_method", "Method"],
    ["clients", "Clients", "integer"],
    ["people", "People", "integer"],
    ["machines", "Machines", "integer"],
    ["sign_ins", "Sign-ins", "integer"],
    ["failed_logins", "Failed logins", "integer"],
    ["requests", "Requests", "integer"],
]
[evidence.rows]
auth_method = "coalesce(events.auth_method, identities.auth_method, 'unknown')"
[evidence.cells.clients]
measure = "succeeded"
words = "Successful requests of people, machines and agents."
counts = "identities"
where = "identities.kind in ('person', 'machine', 'agent')"
rows = { auth_method = "coalesce(identities.auth_method, 'unknown')" }
[evidence.cells.people]
measure = "succeeded"
words = "Successful requests of people."
counts = "identities"
where = "identities.kind = 'person'"
rows = { auth_method = "coalesce(identities.auth_method, 'unknown')" }
[evidence.cells.machines]
measure = "succeeded"
words = "Successful requests of machines and agents."
counts = "identities"
where = "identities.kind in ('machine', 'agent')"
rows = { auth_method = "coalesce(identities.auth_method, 'unknown')" }
*/
with acted as (
    select
        coalesce(usage.auth_method, identities.auth_method, 'unknown') as method,
        sum(usage.requests) as requests,
        sum(usage.sign_ins) as sign_ins,
        sum(usage.failed_logins) as failed_logins
    from usage
    join identities on identities.identity = usage.identity
    where usage.requests > 0
    group by method
),
client as (
    select distinct identity
    from usage
    where succeeded > 0
),
counted as (
    select
        coalesce(identities.auth_method, 'unknown') as method,
        count(*) as clients,
        count(*) filter (where identities.kind = 'person') as people,
        count(*) filter (where identities.kind <> 'person') as machines
    from client
    join identities on identities.identity = client.identity
    where identities.kind in ('person', 'machine', 'agent')
    group by method
)
select
    coalesce(acted.method, counted.method) as auth_method,
    coalesce(counted.clients, 0) as clients,
    coalesce(counted.people, 0) as people,
    coalesce(counted.machines, 0) as machines,
    coalesce(acted.sign_ins, 0) as sign_ins,
    coalesce(acted.failed_logins, 0) as failed_logins,
    coalesce(acted.requests, 0) as requests
from acted
full join counted on counted.method = acted.method
