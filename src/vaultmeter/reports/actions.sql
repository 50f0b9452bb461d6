/*
title = "Requests by action"
answers = "What is done with the vaults, and how it ends."
order = 7
definitions = ["total_requests"]
sort = ["-requests", "kind", "detail"]
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
[evidence.rows]
kind = "events.kind"
detail = "events.detail"
[evidence.cells]
objects = { measure = "requests", counts = "weight" }
ok = { where = "events.outcome = 'ok'", words = "Requests that succeeded." }
denied = { where = "events.outcome = 'denied'", words = "Requests that were denied." }
not_found = { where = "events.outcome = 'not_found'", words = "Requests for what is not there." }
error = { where = "events.outcome = 'error'", words = "Requests that failed." }
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
