/*
title = "Coverage"
answers = "What each source can show and what not, since when, how late, and with which gaps."
order = 20
definitions = ["visible", "gap", "lag", "proves_idleness", "rejected"]
columns = [
    ["source", "Source"],
    ["account", "Account"],
    ["connector", "Connector"],
    ["measure", "Measure"],
    ["visible", "Visible"],
    ["events", "Events", "integer"],
    ["first_event", "First event", "instant"],
    ["last_event", "Last event", "instant"],
    ["gaps", "Gaps", "integer"],
    ["gap_days", "Days in gaps", "number"],
    ["proves_idleness", "Proves idleness", "boolean"],
    ["lag_median", "Median lag", "integer", "s"],
    ["lag_most", "Lag of 95 in 100", "integer", "s"],
    ["unknown", "Unknown codes", "integer"],
    ["rejected", "Rejected lines", "integer"],
    ["is_balanced", "Books balance", "boolean"],
    ["why", "Why"],
]
[evidence]
filters = ["account", "source"]
[evidence.rows]
source = "sources.name"
measure = "$row_measure = 'events' or events.measure = $row_measure"
[evidence.cells]
events = { counts = "requests", every = true, words = "Events of the source." }
gaps = "none: The rows of the source in the report coverage-gaps, counted."
gap_days = "none: The days of the source in the report coverage-gaps, added up."
lag_median = "none: Half of the events of the last 7 days came in within so many seconds."
lag_most = "none: 95 of 100 events of the last 7 days came in within so many seconds."
unknown = "none: Added up from the report coverage-lines, where they stand by code."
rejected = "none: Lines that made no event: vaultmeter rejects shows them."
[evidence.cells.first_event]
counts = "earliest"
of = "lifetime"
every = true
words = "Events of the source, of all times."
[evidence.cells.last_event]
counts = "latest"
of = "lifetime"
every = true
words = "Events of the source, of all times."
*/
with daily as (
    select
        source,
        measure,
        sum(events) as events
    from coverage
    group by source, measure
),
shown as (
    select source, measure, events
    from daily
    where measure is not null
    union all
    select source, 'events', sum(events)
    from daily
    group by source
),
silent as (
    select
        source,
        count(*) as gaps,
        sum(epoch(until - since)) / 86400 as days
    from gaps
    group by source
),
refused as (
    select source, sum(lines) as lines
    from rejects
    group by source
),
strange as (
    select source, sum(events) as events
    from unknown_codes
    group by source
),
booked as (
    select source, bool_and(is_balanced) as is_balanced
    from books
    group by source
)
select
    visibility.name as source,
    visibility.account,
    visibility.connector,
    visibility.measure,
    visibility.visible,
    if(
        visibility.visible = 'not visible'
            or visibility.measure in ('items', 'sessions', 'addresses', 'programs'),
        null,
        cast(coalesce(shown.events, 0) as bigint)
    ) as events,
    visibility.first_time as first_event,
    visibility.last_time as last_event,
    if(visibility.measure = 'events', coalesce(silent.gaps, 0), null) as gaps,
    if(visibility.measure = 'events', round(coalesce(silent.days, 0), 1), null) as gap_days,
    if(
        visibility.measure = 'events',
        visibility.source in (select source from proving_sources),
        null
    ) as proves_idleness,
    if(visibility.measure = 'events', lags.median, null) as lag_median,
    if(visibility.measure = 'events', lags.most, null) as lag_most,
    if(visibility.measure = 'events', cast(strange.events as bigint), null) as unknown,
    if(visibility.measure = 'events', cast(refused.lines as bigint), null) as rejected,
    if(visibility.measure = 'events', booked.is_balanced, null) as is_balanced,
    visibility.why
from visibility
left join shown on shown.source = visibility.source
    and shown.measure = visibility.measure
left join silent on silent.source = visibility.source
left join lags on lags.source = visibility.source
left join refused on refused.source = visibility.source
left join strange on strange.source = visibility.source
left join booked on booked.source = visibility.source
order by visibility.name, visibility.place
