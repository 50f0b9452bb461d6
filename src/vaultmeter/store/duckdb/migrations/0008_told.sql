-- What the events of a source tell of, by UTC day: how many, since when and until when. Unlike the
-- rollups it holds every batch.
create table told (
    source smallint not null,
    account integer not null,
    day date not null,
    kind kind not null,
    intent intent not null,
    outcome outcome not null,
    events bigint not null,
    first_time timestamp not null,
    last_time timestamp not null
);

insert into told
select
    source,
    account,
    cast(time as date),
    kind,
    intent,
    outcome,
    count(*),
    min(time),
    max(time)
from event
group by all;
