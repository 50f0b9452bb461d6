-- Deliveries by the digest under which a repeated one is known again.
create table delivery (
    source integer not null references source (id),
    key blob not null,
    received text not null,
    primary key (source, key)
) strict, without rowid;

-- What may be missing of a source.
create table gap (
    id integer primary key,
    source integer not null references source (id),
    kind text not null,
    at text not null,
    lines integer,
    bytes integer,
    words text not null
) strict;

create index file_by_path on file (source, path);
create index batch_in_order on batch (file, seq);
