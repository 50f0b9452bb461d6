-- Who and what had events that are no sign of anybody, by UTC month and day. They are few, and
-- were looked for among all others.
create table no_sign_month (
    start timestamp not null,
    source smallint not null,
    account integer not null,
    identity integer not null,
    product product not null,
    auth_method varchar,
    item integer
);

create table no_sign_day (
    start timestamp not null,
    source smallint not null,
    account integer not null,
    identity integer not null,
    product product not null,
    auth_method varchar,
    item integer
);

-- Of months also those whose events retention has deleted.
insert into no_sign_month
select distinct
    start,
    source,
    account,
    identity,
    product,
    auth_method,
    item
from item_month
where intent = 'system'
order by
    1,
    identity;

insert into no_sign_day
select distinct
    date_trunc('day', time),
    source,
    account,
    identity,
    product,
    auth_method,
    item
from event
where intent = 'system'
    and batch <= (select cast(value as integer) from meta where name = 'rolled')
order by
    1,
    identity;
