/*
title = "Events"
answers = "What happened, one event a row, the newest first."
order = 14
parameters = ["limit"]
sort = ["-time", "user", "account", "kind", "detail", "outcome", "item", "type", "objects", "auth_method", "source", "known_from"]
columns = [
    ["time", "When", "instant"],
    ["user", "User"],
    ["account", "Account"],
    ["kind", "Kind of event"],
    ["detail", "Detail"],
    ["outcome", "Outcome"],
    ["item", "Item"],
    ["type", "Type"],
    ["objects", "Objects", "integer"],
    ["auth_method", "Signed in with"],
    ["source", "Source"],
    ["known_from", "Known from"],
]
[evidence.rows]
time = "events.time"
user = "identities.user"
account = "accounts.name"
kind = "events.kind"
detail = "events.detail"
outcome = "events.outcome"
item = "items.name"
source = "sources.name"
[evidence.cells]
objects = { counts = "weight", words = "The event." }
*/
select
    events.time,
    identities.user,
    accounts.name as account,
    events.kind,
    events.detail,
    events.outcome,
    items.name as item,
    items.type,
    events.weight as objects,
    events.auth_method,
    sources.name as source,
    events.evidence as known_from
from events
join identities on identities.identity = events.identity
join accounts on accounts.account = events.account
join sources on sources.source = events.source
left join items on items.item = events.item
