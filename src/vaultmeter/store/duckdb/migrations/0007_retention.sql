-- What retention has deleted: all events of a product from before an instant (UTC). The monthly
-- rollups still hold them.
create table cut_off (
    product product not null,
    before timestamp not null
);

-- From when to when the records of a batch are, duplicates and late ones too.
create table span (
    batch integer not null,
    product product not null,
    first timestamp not null,
    last timestamp not null
);

-- The deleted events of the last day before a cut-off, for their records that bear a later time;
-- of accesses in its last minutes, who looked at what, since they may have begun a glance.
create table event_before (
    product product not null,
    id uhugeint not null,
    time timestamp not null,
    identity integer,
    item integer
);

-- What the days of deleted events told of, as `told` has it for all events.
create table told_before (
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

-- When a deleted event last showed that an item, or an identity, is there.
create table item_shown (
    item integer not null,
    time timestamp not null
);

create table identity_shown (
    identity integer not null,
    time timestamp not null
);
