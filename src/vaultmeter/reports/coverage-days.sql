/*
title = "Coverage by day"
answers = "On which days each source told something, and on which it was silent."
order = 21
definitions = ["coverage_day", "gap"]
columns = [
    ["source", "Source"],
    ["day", "Day (UTC)", "date"],
    ["state", "State"],
    ["events", "Events", "integer"],
]
[evidence]
filters = ["account", "source"]
[evidence.rows]
source = "sources.name"
day = "cast(events.time as date)"
[evidence.cells]
events = { counts = "requests", every = true, words = "Events of the source." }
*/
with daily as (
    select
        source,
        day,
        sum(events) as events
    from coverage
    group by source, day
)
select
    sources.name as source,
    coverage_days.day,
    coverage_days.state,
    cast(coalesce(daily.events, 0) as bigint) as events
from coverage_days
join sources on sources.source = coverage_days.source
left join daily on daily.source = coverage_days.source
    and daily.day = coverage_days.day
order by sources.name, coverage_days.day
