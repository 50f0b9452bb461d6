/*
title = "Sessions of one user"
answers = "When one user worked, and what came of each session."
order = 5
needs = ["user"]
definitions = ["session", "passwords_accessed"]
sort = ["user", "-started"]
columns = [
    ["user", "User"],
    ["account", "Account"],
    ["started", "Session initiated at", "instant"],
    ["ended", "Session ended at", "instant"],
    ["how_ended", "How it ended"],
    ["inferred", "Inferred", "boolean"],
    ["requests", "Requests", "integer"],
    ["secrets_read", "Secrets read", "integer"],
    ["passwords_accessed", "Passwords accessed", "integer"],
    ["passwords_autofilled", "Passwords auto-filled", "integer"],
    ["remote_connections", "Remote connections", "integer"],
    ["accounts_added", "Accounts added", "integer"],
    ["source", "Source"],
]
[evidence]
of = """
select
    *,
    min(time) over own as started,
    max(time) over own as ended
from sliced
window own as (partition by identity, source, session, number, slice)"""
[evidence.rows]
user = "identities.user"
account = "identities.account"
started = "events.started"
ended = "events.ended"
inferred = "events.session is null"
source = "sources.name"
[evidence.cells]
started = { counts = "earliest", words = "The events of the session." }
ended = { counts = "latest", words = "The events of the session." }
requests = { measure = "requests", words = "The events of the session." }
passwords_accessed = "glances"
accounts_added = "items_added"
*/
with stepped as (
    select
        *,
        lag(time) over by_source as time_before,
        lag(kind) over by_source as kind_before
    from recent
    where kind not in ('heartbeat', 'login_failed')
    window by_source as (partition by identity, source, session order by time, event_id)
),
begun as (
    select
        *,
        sum(if(
            session is null
                and (
                    time_before is null
                    or (kind = 'login' and outcome = 'ok')
                    or kind_before = 'logout'
                    or time - time_before > interval 30 minutes
                ),
            1,
            0
        )) over (partition by identity, source, session order by time, event_id) as number
    from stepped
),
sliced as (
    select
        *,
        if(
            session is null,
            -- Twelve hours belong to a session, a microsecond more begins the next.
            floor(greatest(date_diff(
                'microsecond', min(time) over (partition by identity, source, session, number), time
            ) - 1, 0) / 43200000000.0),
            0
        ) as slice
    from begun
),
sessions as (
    select
        identity,
        source,
        session,
        number,
        slice,
        min(time) as started,
        max(time) as ended,
        bool_or(kind = 'logout') as signed_out,
        count(*) as requests,
        count(*) filter (where kind = 'secret_read' and outcome = 'ok') as secrets_read,
        count(*) filter (where glance) as passwords_accessed,
        count(*) filter (where kind = 'password_autofilled' and outcome = 'ok') as passwords_autofilled,
        count(*) filter (where kind = 'remote_connection' and outcome = 'ok') as remote_connections,
        count(*) filter (where kind = 'item_added' and outcome = 'ok') as accounts_added
    from sliced
    group by identity, source, session, number, slice
),
followed as (
    select
        *,
        lead(number) over following as next_number,
        lead(started) over following as next_started
    from sessions
    window following as (partition by identity, source, session order by number, slice)
)
select
    identities.user,
    identities.account,
    followed.started,
    followed.ended,
    case
        when followed.signed_out then 'logout'
        when followed.next_number = followed.number then 'limit'
        when followed.next_started - followed.ended <= interval 30 minutes then 'login'
        when sources.last_time - followed.ended <= interval 30 minutes then 'open'
        when followed.session is null then 'timeout'
        else 'last_seen'
    end as how_ended,
    followed.session is null as inferred,
    followed.requests,
    followed.secrets_read,
    followed.passwords_accessed,
    followed.passwords_autofilled,
    followed.remote_connections,
    followed.accounts_added,
    sources.name as source
from followed
join identities on identities.identity = followed.identity
join sources on sources.source = followed.source
anti join earlier_sessions on earlier_sessions.source = followed.source
    and earlier_sessions.session = followed.session
where followed.started >= $period_start
    and followed.started < $period_end
