-- Lines of a batch that retention deleted: they are empty lines now. `digest` stays that of what
-- was accepted, by which a file is known again; `kept_digest` is that of what is left.
alter table batch add column expired integer not null default 0;
alter table batch add column kept_digest blob;

-- In place of `head`, which is empty, once the lines at the start of a file are deleted.
alter table file add column head_digest blob;
alter table file add column head_size integer;

-- The instant before which the records of a product are deleted, also when they arrive later.
create table cut_off (
    product text primary key,
    before text not null
) strict;

-- The names and monthly totals that outlive their records; one row, or none.
create table kept (
    name text primary key,
    bytes integer not null,
    sha256 text not null
) strict;

-- What was deleted and is not yet in the state.
create table retention_run (
    id integer primary key,
    applied text not null,
    product text not null,
    before text not null,
    events integer not null,
    bytes_before integer not null
) strict;
