/*
title = "Authentication methods"
answers = "How people and machines sign in, and how many of them with each method."
order = 8
definitions = ["client", "login_sessions"]
columns = [
    ["auth_method", "Method"],
    ["clients", "Clients", "integer"],
    ["people", "People", "integer"],
    ["machines", "Machines", "integer"],
    ["sign_ins", "Sign-ins", "integer"],
    ["failed_logins", "Failed logins", "integer"],
    ["requests", "Requests", "integer"],
]
*/
with acted as (
    select
        coalesce(activity.auth_method, identities.auth_method, 'unknown') as method,
        sum(activity.requests) as requests,
        coalesce(sum(activity.requests) filter (
            where activity.kind = 'login' and activity.outcome = 'ok'
        ), 0) as sign_ins,
        coalesce(sum(activity.requests) filter (where activity.kind = 'login_failed'), 0) as failed_logins
    from activity
    join identities on identities.identity = activity.identity
    group by method
),
client as (
    select distinct activity.identity
    from activity
    where activity.outcome = 'ok'
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
order by clients desc, requests desc, auth_method
