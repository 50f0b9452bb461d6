-- Events by UTC month, for reports over long ranges. It holds the batches up to `rolled`; later
-- ones are read from the events themselves. Rows of one group may be several: they are added up.
create table activity_month (
    month timestamp not null,
    source smallint not null,
    account integer not null,
    identity integer not null,
    item integer,
    kind kind not null,
    detail varchar,
    intent intent not null,
    outcome outcome not null,
    product product not null,
    auth_method varchar,
    requests bigint not null,
    weight bigint not null,
    glances bigint not null,
    last_time timestamp not null
);

insert into activity_month
select
    date_trunc('month', time),
    source,
    account,
    identity,
    item,
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

insert into meta
select 'rolled', cast(max(batch) as varchar)
from flushed
having max(batch) is not null;
