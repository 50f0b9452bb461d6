/*
title = "Requests by kind of action"
answers = "What is done with the vaults, kind by kind, and how much of it is refused."
order = 7
definitions = ["total_requests", "denied"]
sort = ["-requests", "kind"]
columns = [
    ["kind", "Action"],
    ["requests", "Requests", "integer"],
    ["ok", "OK", "integer"],
    ["denied", "Denied", "integer"],
]
[evidence.rows]
kind = "events.kind"
[evidence.cells]
ok = { where = "events.outcome = 'ok'", words = "Requests that succeeded." }
*/
select
    kind,
    sum(requests) as requests,
    coalesce(sum(requests) filter (where outcome = 'ok'), 0) as ok,
    coalesce(sum(requests) filter (where outcome = 'denied' and kind <> 'login_failed'), 0) as denied
from activity
group by kind
