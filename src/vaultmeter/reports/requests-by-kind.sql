/*
title = "Requests of people, machines and agents"
answers = "How many requests people, machines and agents make, per hour, day, week or month."
order = 2
parameters = ["per"]
series = "start"
definitions = ["total_requests"]
columns = [
    ["start", "From", "instant"],
    ["requests", "Requests", "integer"],
    ["machines", "Machines", "integer"],
    ["people", "People", "integer"],
    ["agents", "Agents", "integer"],
    ["others", "Others", "integer"],
]
[evidence.rows]
start = "events.bucket"
[evidence.cells.machines]
measure = "requests"
where = "identities.kind = 'machine'"
words = "Requests of machines."
[evidence.cells.people]
measure = "requests"
where = "identities.kind = 'person'"
words = "Requests of people."
[evidence.cells.agents]
measure = "requests"
where = "identities.kind = 'agent'"
words = "Requests of agents."
[evidence.cells.others]
measure = "requests"
where = "identities.kind not in ('machine', 'person', 'agent')"
words = "Requests of whoever is none of these, such as the vault itself."
*/
with counted as (
    select
        usage.bucket,
        sum(usage.requests) as requests,
        sum(if(identities.kind = 'machine', usage.requests, 0)) as machines,
        sum(if(identities.kind = 'person', usage.requests, 0)) as people,
        sum(if(identities.kind = 'agent', usage.requests, 0)) as agents
    from usage
    join identities on identities.identity = usage.identity
    group by usage.bucket
)
select
    bucket as start,
    requests,
    machines,
    people,
    agents,
    requests - machines - people - agents as others
from counted
order by start
