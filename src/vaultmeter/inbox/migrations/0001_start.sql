create table source (
    id integer primary key,
    name text not null unique,
    connector text not null,
    account text not null,
    added text not null
) strict;

create table file (
    id integer primary key,
    source integer not null references source (id),
    path text not null,
    head blob not null,
    header blob,
    position integer not null,
    lines integer not null,
    updated text not null
) strict;

create index file_of_source on file (source);

create table segment (
    name text primary key,
    bytes integer not null,
    sha256 text not null,
    sealed text not null
) strict;

create table batch (
    seq integer primary key autoincrement,
    source integer not null references source (id),
    file integer not null references file (id),
    received text not null,
    first_line integer not null,
    lines integer not null,
    start integer not null,
    bytes integer not null,
    digest blob not null,
    body blob,
    segment text references segment (name),
    segment_offset integer,
    stored_bytes integer not null,
    check ((body is null) <> (segment is null))
) strict;

create index batch_of_file on batch (file, start);
