-- What was done with each item, added up by UTC month and day, whoever did it.
create table item_usage_month (
    start timestamp not null,
    source smallint not null,
    account integer not null,
    item integer not null,
    product product not null,
    requests integer not null,
    used integer not null,
    uses bigint not null,
    reads integer not null,
    denied integer not null,
    last_use timestamp
);

create table item_usage_day (
    start timestamp not null,
    source smallint not null,
    account integer not null,
    item integer not null,
    product product not null,
    requests integer not null,
    used integer not null,
    uses bigint not null,
    reads integer not null,
    denied integer not null,
    last_use timestamp
);

insert into item_usage_month
select
    date_trunc('month', time),
    source,
    account,
    item,
    product,
    coalesce(sum(if(intent in ('use', 'manage', 'presence') and true, 1, 0)), 0),
    coalesce(sum(if(intent in ('use', 'manage', 'presence') and intent = 'use' and outcome = 'ok', 1, 0)), 0),
    coalesce(sum(if(intent in ('use', 'manage', 'presence') and intent = 'use' and outcome = 'ok', weight, 0)), 0),
    coalesce(sum(if(intent in ('use', 'manage', 'presence') and intent = 'use' and outcome = 'ok' and kind in ('secret_read', 'password_accessed', 'credential_issued'), 1, 0)), 0),
    coalesce(sum(if(intent in ('use', 'manage', 'presence') and outcome = 'denied' and kind <> 'login_failed', 1, 0)), 0),
    max(if(intent in ('use', 'manage', 'presence') and intent = 'use' and outcome = 'ok', event.time, null))
from event
where intent in ('use', 'manage', 'presence', 'heartbeat') and item is not null
    and batch <= (select cast(value as integer) from meta where name = 'rolled')
group by all
order by 1;

insert into item_usage_day
select
    date_trunc('day', time),
    source,
    account,
    item,
    product,
    coalesce(sum(if(intent in ('use', 'manage', 'presence') and true, 1, 0)), 0),
    coalesce(sum(if(intent in ('use', 'manage', 'presence') and intent = 'use' and outcome = 'ok', 1, 0)), 0),
    coalesce(sum(if(intent in ('use', 'manage', 'presence') and intent = 'use' and outcome = 'ok', weight, 0)), 0),
    coalesce(sum(if(intent in ('use', 'manage', 'presence') and intent = 'use' and outcome = 'ok' and kind in ('secret_read', 'password_accessed', 'credential_issued'), 1, 0)), 0),
    coalesce(sum(if(intent in ('use', 'manage', 'presence') and outcome = 'denied' and kind <> 'login_failed', 1, 0)), 0),
    max(if(intent in ('use', 'manage', 'presence') and intent = 'use' and outcome = 'ok', event.time, null))
from event
where intent in ('use', 'manage', 'presence', 'heartbeat') and item is not null
    and batch <= (select cast(value as integer) from meta where name = 'rolled')
group by all
order by 1;

