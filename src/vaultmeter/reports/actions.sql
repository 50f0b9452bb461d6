/*
title = "Requests by action"
answers = "What is done with the vaults, and how it ends."
order = 7
definitions = ["total_requests"]
columns = [
    ["kind", "Action"],
    ["detail", "Detail"],
    ["requests", "Requests", "integer"],
    ["objects", "Objects", "integer"],
    ["ok", "OK", "integer"],
    ["denied", "Denied", "integer"],
    ["not_found", "Not found", "integer"],
    ["error", "Error", "integer"],
]
*/
select
    kind,
    detail,
    sum(requests) as requests,
    sum(weight) as objects,
    coalesce(sum(requests) filter (where outcome = 'ok'), 0) as ok,
    coalesce(sum(requests) filter (where outcome = 'denied'), 0) as denied,
    coalesce(sum(requests) filter (where outcome = 'not_found'), 0) as not_found,
    coalesce(sum(requests) filter (where outcome = 'error'), 0) as error
from activity
group by kind, detail
order by requests desc, kind, detail
