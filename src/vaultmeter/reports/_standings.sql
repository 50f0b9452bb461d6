/*
title = "Standings"
answers = "The status of everybody and why, for comparing definitions."
parameters = ["who"]
definitions = ["status", "reason"]
columns = [
    ["identity", "Identity", "integer"],
    ["user", "User"],
    ["account", "Account"],
    ["status", "Status"],
    ["reason", "Reason"],
    ["is_new", "New", "boolean"],
    ["is_disabled", "Disabled", "boolean"],
]
*/
select
    identities.identity,
    identities.user,
    identities.account,
    standings.status,
    standings.reason,
    standings.is_new,
    standings.is_disabled
from identities
join standings on standings.identity = identities.identity
where case $who
    when 'people' then identities.kind = 'person'
    when 'machines' then identities.kind in ('machine', 'agent')
    else true
end
order by identities.user, identities.account, identities.identity
