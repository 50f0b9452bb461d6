-- When each session that has a name began and ended, by UTC month.
create table session_month (
    start timestamp not null,
    source smallint not null,
    account integer not null,
    identity integer not null,
    product product not null,
    session ubigint not null,
    last_time timestamp not null,
    first_time timestamp not null
);

insert into session_month
select
    date_trunc('month', time),
    source,
    account,
    identity,
    product,
    session,
    max(time),
    min(time)
from event
where session is not null
    and intent in ('use', 'manage', 'presence')
    and batch <= (select cast(value as integer) from meta where name = 'rolled')
group by all
order by
    1,
    identity;
