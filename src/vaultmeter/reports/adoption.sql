/*
title = "Adoption"
answers = "How many users are active, passive and inactive, in all and in each account."
order = 3
parameters = ["who"]
definitions = ["status", "reason", "low_usage", "utilisation"]
sort = ["account"]
notes = [
    "* is all accounts together. Everybody belongs to one account, so that accounts add up to it.",
]
columns = [
    ["account", "Account"],
    ["users", "Users", "integer"],
    ["active", "Active", "integer"],
    ["passive", "Passive", "integer"],
    ["inactive", "Inactive", "integer"],
    ["no_evidence", "No evidence", "integer"],
    ["never_used", "Never used", "integer"],
    ["lapsed", "Lapsed", "integer"],
    ["dormant", "Dormant", "integer"],
    ["low_usage", "Low usage", "integer"],
    ["new", "New", "integer"],
    ["judged", "Judged", "integer"],
    ["utilised", "Active of the judged", "integer"],
    ["utilisation", "Utilisation", "number", "%"],
]
[evidence.rows]
account = "$row_account = '*' or account = $row_account"
[evidence.cells]
users = { of = "standing", counts = "listed_identities", words = "Those of the account, as users names them." }
active = { of = "standing", counts = "listed_identities", where = "status = 'active'", words = "Those of the account with this status." }
passive = { of = "standing", counts = "listed_identities", where = "status = 'passive'", words = "Those of the account with this status." }
inactive = { of = "standing", counts = "listed_identities", where = "status = 'inactive'", words = "Those of the account with this status." }
no_evidence = { of = "standing", counts = "listed_identities", where = "status = 'no_evidence'", words = "Those of the account with this status." }
never_used = { of = "standing", counts = "listed_identities", where = "reason = 'never used'", words = "Those who are inactive for this reason." }
lapsed = { of = "standing", counts = "listed_identities", where = "reason = 'lapsed'", words = "Those who are inactive for this reason." }
dormant = { of = "standing", counts = "listed_identities", where = "reason = 'dormant'", words = "Those who are inactive for this reason." }
low_usage = { of = "standing", counts = "listed_identities", where = "is_low", words = "Those of low usage." }
new = { of = "standing", counts = "listed_identities", where = "is_new", words = "Those who are new." }
judged = { of = "standing", counts = "listed_identities", where = "is_judged", words = "All but those without evidence and those who are new." }
utilised = { of = "standing", counts = "listed_identities", where = "is_judged and status = 'active'", words = "The active ones of those that are judged." }
utilisation = "none: The active ones of those that are judged, as a share of these."
*/
with standing as (
    select
        identities.identity,
        identities.account,
        standings.last_seen as time,
        standings.status,
        standings.reason,
        standings.is_low,
        standings.is_new,
        standings.status <> 'no_evidence' and not standings.is_new as is_judged
    from identities
    join standings on standings.identity = identities.identity
    where case $who
        when 'people' then identities.kind = 'person'
        when 'machines' then identities.kind in ('machine', 'agent')
        else identities.kind not in ('system', 'unknown')
            or (identities.kind = 'unknown' and identities.user <> 'unknown')
            or identities.identity in (select identity from usage where requests > 0)
    end
),
counted as (
    select
        coalesce(account, '*') as account,
        count(*) as users,
        count(*) filter (where status = 'active') as active,
        count(*) filter (where status = 'passive') as passive,
        count(*) filter (where status = 'inactive') as inactive,
        count(*) filter (where status = 'no_evidence') as no_evidence,
        count(*) filter (where reason = 'never used') as never_used,
        count(*) filter (where reason = 'lapsed') as lapsed,
        count(*) filter (where reason = 'dormant') as dormant,
        count(*) filter (where is_low) as low_usage,
        count(*) filter (where is_new) as new,
        count(*) filter (where is_judged) as judged,
        count(*) filter (where is_judged and status = 'active') as utilised
    from standing
    group by grouping sets ((), (account))
    having count(*) > 0
)
select
    *,
    round(100.0 * utilised / nullif(judged, 0), 1) as utilisation
from counted
