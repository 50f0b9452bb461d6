/*
title = "Password uses"
answers = "How passwords are used: viewed, revealed, copied or auto-filled, per hour, day, week or month."
order = 14
whole = true
parameters = ["per"]
series = "start"
definitions = ["password_uses"]
columns = [
    ["start", "From", "instant"],
    ["viewed", "Viewed", "integer"],
    ["revealed", "Revealed", "integer"],
    ["copied", "Copied", "integer"],
    ["passwords_autofilled", "Auto-filled", "integer"],
]
[evidence.rows]
start = "events.bucket"
[evidence.cells]
[evidence.cells.viewed]
measure = "passwords_viewed"
where = "coalesce(events.detail, '') not in ('revealed', 'copied')"
words = "Passwords viewed, and those of which no record says how they were accessed."
[evidence.cells.revealed]
measure = "passwords_viewed"
where = "events.detail = 'revealed'"
words = "Passwords revealed."
[evidence.cells.copied]
measure = "passwords_viewed"
where = "events.detail = 'copied'"
words = "Passwords copied."
*/
select
    bucket as start,
    coalesce(sum(requests) filter (
        where kind = 'password_accessed' and coalesce(detail, '') not in ('revealed', 'copied')
    ), 0) as viewed,
    coalesce(sum(requests) filter (
        where kind = 'password_accessed' and detail = 'revealed'
    ), 0) as revealed,
    coalesce(sum(requests) filter (
        where kind = 'password_accessed' and detail = 'copied'
    ), 0) as copied,
    coalesce(sum(requests) filter (where kind = 'password_autofilled'), 0) as passwords_autofilled
from activity
where outcome = 'ok'
    and kind in ('password_accessed', 'password_autofilled')
group by bucket
order by start
