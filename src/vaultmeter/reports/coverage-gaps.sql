/*
title = "Gaps"
answers = "When each source was silent for days, from when to when."
order = 22
definitions = ["gap"]
columns = [
    ["source", "Source"],
    ["silent_from", "Silent from", "instant"],
    ["silent_to", "Silent to", "instant"],
    ["days", "Days", "number"],
]
[evidence.rows]
source = "sources.name"
silent_from = "$row_silent_from is not null"
[evidence.cells]
silent_to = "none: The first event after the gap, or the end of the range: no event is in a gap."
days = "none: From the beginning of the gap to its end."
*/
select
    sources.name as source,
    gaps.since as silent_from,
    gaps.until as silent_to,
    round(epoch(gaps.until - gaps.since) / 86400, 1) as days
from gaps
join sources on sources.source = gaps.source
order by sources.name, gaps.since
