/*
title = "One user"
answers = "What one user does, kind by kind."
order = 4
needs = ["user"]
definitions = ["total_requests"]
sort = ["user", "account", "-requests", "kind", "detail"]
columns = [
    ["user", "User"],
    ["account", "Account"],
    ["kind", "Kind of event"],
    ["detail", "Detail"],
    ["requests", "Requests", "integer"],
    ["objects", "Objects", "integer"],
    ["ok", "OK", "integer"],
    ["denied", "Denied", "integer"],
    ["not_found", "Not found", "integer"],
    ["error", "Error", "integer"],
    ["items", "Items", "integer"],
    ["last", "Last", "instant"],
]
[evidence.rows]
user = "identities.user"
account = "identities.account"
kind = "events.kind"
detail = "events.detail"
[evidence.cells]
objects = { measure = "requests", counts = "weight" }
ok = { where = "events.outcome = 'ok'", words = "Requests that succeeded." }
denied = { where = "events.outcome = 'denied'", words = "Requests that were denied." }
not_found = { where = "events.outcome = 'not_found'", words = "Requests for what is not there." }
error = { where = "events.outcome = 'error'", words = "Requests that failed." }
items = { measure = "requests", counts = "items" }
last = "last_time"
*/
select
    identities.user,
    identities.account,
    activity.kind,
    activity.detail,
    sum(activity.requests) as requests,
    sum(activity.weight) as objects,
    coalesce(sum(activity.requests) filter (where activity.outcome = 'ok'), 0) as ok,
    coalesce(sum(activity.requests) filter (where activity.outcome = 'denied'), 0) as denied,
    coalesce(sum(activity.requests) filter (where activity.outcome = 'not_found'), 0) as not_found,
    coalesce(sum(activity.requests) filter (where activity.outcome = 'error'), 0) as error,
    count(distinct activity.item) as items,
    max(activity.last_time) as last
from activity
join identities on identities.identity = activity.identity
group by identities.user, identities.account, activity.kind, activity.detail
