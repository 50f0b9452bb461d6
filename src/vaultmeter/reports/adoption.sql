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
account = "identities.account"
[evidence.cells]
users = "none: The rows of vaultmeter report users, which names them."
active = "none: The rows of vaultmeter report users --status active."
passive = "none: The rows of vaultmeter report users --status passive."
inactive = "none: The rows of vaultmeter report users --status inactive."
no_evidence = "none: The rows of vaultmeter report users --status no_evidence."
never_used = "none: The rows of vaultmeter report users --status never_used."
lapsed = "none: The rows of vaultmeter report users --status lapsed."
dormant = "none: The rows of vaultmeter report users --status dormant."
low_usage = "none: The rows of vaultmeter report users --status low_usage."
new = "none: The rows of vaultmeter report users --status new."
judged = "none: All users but those without evidence and those that are new."
utilised = "none: The active ones of those that are judged."
utilisation = "none: The active ones of those that are judged, as a share of these."
*/
with standing as (
    select
        identities.account,
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
        else identities.kind <> 'system'
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
