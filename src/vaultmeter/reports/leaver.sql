/*
title = "If somebody leaves"
answers = "What one person got to know or gave away in so many days, each item once, and what has to be rotated first."
order = 12
parameters = ["days"]
needs = ["user"]
definitions = ["exposed", "to_rotate", "deleted"]
notes = [
    "Access through groups, machines or shared sign-ins is not known here: only what this person did by name is listed.",
    "A vault that rotates by itself may not log it; such a rotation is not seen.",
]
columns = [
    ["user", "User"],
    ["item", "Item"],
    ["account", "Account"],
    ["type", "Type"],
    ["to_rotate", "To rotate", "boolean"],
    ["how", "How"],
    ["times", "Times", "integer"],
    ["first_exposed", "First exposed", "instant"],
    ["last_exposed", "Last exposed", "instant"],
    ["changed", "Changed", "instant"],
    ["changed_by", "Changed by"],
    ["deleted", "Deleted", "instant"],
]
[evidence]
of = """
select events.*
from events
left join items on items.item = events.item
where events.outcome = 'ok'
    and (
        events.kind in (
            'secret_read', 'password_accessed', 'password_autofilled', 'credential_issued',
            'item_shared', 'export'
        )
        or (
            events.kind in ('item_added', 'item_updated')
            and items.type in ('static_secret', 'password')
        )
    )"""
[evidence.rows]
user = "identities.user"
item = "if(events.item is null, '*', items.name)"
account = "accounts.name"
[evidence.cells]
times = { counts = "requests", words = "What let this person know the item or give it away." }
first_exposed = { counts = "earliest", words = "What let this person know the item." }
last_exposed = { counts = "latest", words = "What let this person know the item." }
[evidence.cells.changed]
counts = "latest"
of = "lifetime"
filters = []
every = true
rows = { user = "" }
words = "The last creation, change or rotation, where it is later than what exposed the item."
where = """
events.item is not null and events.time > $row_last_exposed and
events.outcome = 'ok' and events.intent <> 'heartbeat' and (
    events.kind in ('item_added', 'item_updated', 'rotation')
    or events.kind = 'system' and events.detail in ('item_added', 'item_updated', 'rotation')
)"""
[evidence.cells.deleted]
counts = "latest"
of = "lifetime"
filters = []
every = true
words = "The last deletion, where nothing was written after it."
rows = { user = "" }
where = """
events.time = items.deleted and events.outcome = 'ok'
    and (events.kind = 'item_deleted' or events.detail = 'item_deleted')"""
*/
with exposed as (
    select
        events.identity,
        events.account,
        events.item,
        events.time,
        case
            when events.kind = 'export' then 'exported'
            when events.kind = 'item_shared' then 'shared'
            when events.kind in ('item_added', 'item_updated') then 'written'
            when events.kind = 'credential_issued' then 'credentials issued'
            when events.kind = 'password_autofilled' then 'auto-filled'
            when events.kind = 'password_accessed' then coalesce(events.detail, 'viewed')
            else 'read'
        end as how,
        case
            when events.kind = 'export' then 1
            when events.kind = 'item_shared' then 2
            when events.kind = 'password_autofilled' then 4
            when events.kind = 'credential_issued' then 5
            else 3
        end as place
    from events
    left join items on items.item = events.item
    where events.outcome = 'ok'
        and (
            events.kind in (
                'secret_read', 'password_accessed', 'password_autofilled', 'credential_issued',
                'item_shared', 'export'
            )
            or (
                events.kind in ('item_added', 'item_updated')
                and items.type in ('static_secret', 'password')
            )
        )
),
counted as (
    select
        identity,
        account,
        item,
        min(place) as place,
        list_sort(list(distinct how)) as ways,
        count(*) as times,
        min(time) as first_exposed,
        max(time) as last_exposed
    from exposed
    group by identity, account, item
),
judged as (
    select
        identities.user,
        -- What an export or a reading names no item of may have been anything.
        if(counted.item is null, '*', items.name) as item,
        accounts.name as account,
        items.type,
        items.deleted is null
            and coalesce(item_standings.last_changed <= counted.last_exposed, true) as to_rotate,
        counted.place,
        array_to_string(counted.ways, ', ') as how,
        counted.times,
        counted.first_exposed,
        counted.last_exposed,
        if(
            item_standings.last_changed > counted.last_exposed, item_standings.last_changed, null
        ) as changed,
        if(
            item_standings.last_changed > counted.last_exposed,
            item_standings.last_changed_by,
            null
        ) as changed_by,
        items.deleted
    from counted
    join identities on identities.identity = counted.identity
    join accounts on accounts.account = counted.account
    left join items on items.item = counted.item
    left join item_standings on item_standings.item = counted.item
)
select
    user,
    item,
    account,
    type,
    to_rotate,
    how,
    times,
    first_exposed,
    last_exposed,
    changed,
    changed_by,
    deleted
from judged
order by
    user,
    to_rotate desc,
    deleted is not null,
    place,
    last_exposed desc,
    item,
    account
