-- What was done with each item by whom, added up by UTC day. The days at the edges of a range were
-- read from the events, which are two and a half times as many.
create table item_day (
    start timestamp not null,
    source smallint not null,
    account integer not null,
    identity integer not null,
    kind kind not null,
    detail varchar,
    intent intent not null,
    outcome outcome not null,
    product product not null,
    auth_method varchar,
    item integer,
    requests integer not null,
    weight bigint not null,
    glances integer not null,
    last_time timestamp not null
);

insert into item_day
select
    date_trunc('day', time),
    source,
    account,
    identity,
    kind,
    detail,
    intent,
    outcome,
    product,
    auth_method,
    item,
    count(*),
    sum(weight),
    count(*) filter (where glance),
    max(time)
from event
where batch <= (select cast(value as integer) from meta where name = 'rolled')
group by all
order by
    1,
    item;
