/*
title = "Sources that know one user"
answers = "Which sources tell of one user, how they know it, and since when."
order = 4
needs = ["user"]
notes = ["Requests of all times up to the end of the range are counted."]
sort = ["user", "account", "-last_seen", "source"]
definitions = ["known_from"]
columns = [
    ["user", "User"],
    ["account", "Account"],
    ["kind", "Kind"],
    ["source", "Source"],
    ["requests", "Requests", "integer"],
    ["from_server", "Told by servers", "integer"],
    ["from_client", "Told by clients", "integer"],
    ["inferred", "Inferred", "integer"],
    ["first_seen", "First seen", "instant"],
    ["last_seen", "Last seen", "instant"],
]
[evidence]
of = "lifetime"
[evidence.rows]
user = "identities.user"
account = "identities.account"
source = "sources.name"
[evidence.cells.requests]
words = "Requests of all times up to the end of the range."
where = "events.time < $period_end"
[evidence.cells.from_server]
words = "Requests that a server told of."
where = "events.time < $period_end and events.evidence = 'server'"
[evidence.cells.from_client]
words = "Requests that a client told of."
where = "events.time < $period_end and events.evidence = 'client'"
[evidence.cells.inferred]
words = "Requests that follow from something else."
where = "events.time < $period_end and events.evidence = 'inferred'"
[evidence.cells.first_seen]
counts = "earliest"
words = "The first request."
where = "events.time < $period_end"
[evidence.cells.last_seen]
counts = "latest"
words = "The last request up to the end of the range."
where = "events.time < $period_end"
*/
with told as (
    select
        identity,
        source,
        count(*) as requests,
        count(*) filter (where evidence = 'server') as from_server,
        count(*) filter (where evidence = 'client') as from_client,
        count(*) filter (where evidence = 'inferred') as inferred,
        min(time) as first_seen,
        max(time) as last_seen
    from lifetime
    where time < $period_end
    group by identity, source
)
select
    identities.user,
    identities.account,
    identities.kind,
    sources.name as source,
    told.requests,
    told.from_server,
    told.from_client,
    told.inferred,
    told.first_seen,
    told.last_seen
from told
join identities on identities.identity = told.identity
join sources on sources.source = told.source
