-- Which file on disk a followed path stood for, to notice that it was truncated while nobody
-- watched: its device, its inode and the generation of that, which are not used again together.
create table followed (
    source integer not null references source (id),
    path text not null,
    device integer not null,
    inode integer not null,
    generation integer not null,
    primary key (source, path)
) strict, without rowid;
