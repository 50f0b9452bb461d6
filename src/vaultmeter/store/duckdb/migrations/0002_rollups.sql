-- Events added up, for reports over long ranges: by UTC month and day, and by month with the item.
-- They hold the batches up to `rolled`; later ones are read from the events themselves. Rows of
-- one group may be several: they are added up.
create table activity_month (
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
    requests integer not null,
    weight bigint not null,
    glances integer not null,
    last_time timestamp not null
);

create table activity_day (
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
    requests integer not null,
    weight bigint not null,
    glances integer not null,
    last_time timestamp not null
);

create table item_month (
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

insert into activity_month
select
    date_trunc('month', time),
    source,
    account,
    identity,
    kind,
    detail,
    intent,
    outcome,
    product,
    auth_method,
    count(*),
    sum(weight),
    count(*) filter (where glance),
    max(time)
from event
group by all;

insert into activity_day
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
    count(*),
    sum(weight),
    count(*) filter (where glance),
    max(time)
from event
group by all;

insert into item_month
select
    date_trunc('month', time),
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
group by all;

insert into meta
select 'rolled', cast(max(batch) as varchar)
from flushed
having max(batch) is not null;
