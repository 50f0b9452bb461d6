/*
title = "Lines received"
answers = "What became of the lines of each source: stored, known already, refused and why, left out."
order = 23
definitions = ["rejected", "unknown_code", "books"]
columns = [
    ["source", "Source"],
    ["became", "Became"],
    ["reason", "Reason or code"],
    ["lines", "Lines", "integer"],
    ["is_balanced", "Books balance", "boolean"],
]
[evidence.rows]
source = "sources.name"
became = "$row_became is not null"
reason = "true or $row_reason is null"
[evidence.cells]
lines = "none: Lines are counted as they come in: vaultmeter ledger and vaultmeter rejects show them."
*/
with line as (
    select source, 1 as place, bucket as became, null as reason, lines, is_balanced
    from books
    union all
    select source, 2, if(reason = 'conflict', 'conflicts', 'rejected'), reason, lines, null
    from rejects
    union all
    select source, 3, 'unknown', code, events, null
    from unknown_codes
)
select
    sources.name as source,
    line.became,
    line.reason,
    cast(line.lines as bigint) as lines,
    line.is_balanced
from line
join sources on sources.source = line.source
order by sources.name, line.place, line.became, line.reason
