/*
title = "One user"
answers = "What one user does, kind by kind."
order = 4
needs = ["user"]
definitions = ["total_requests"]
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
order by identities.user, identities.account, requests desc, activity.kind, activity.detail
