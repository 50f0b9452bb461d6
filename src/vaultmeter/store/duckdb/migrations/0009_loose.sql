-- Rows that were added to buckets of the rollups that had rows already, since these were last added
-- up. Where they become many, the rows of those buckets alone are added up again.
create table loose (
    rollup varchar not null,
    start timestamp not null,
    rows bigint not null
);

delete from meta
where name like 'rows:%';
