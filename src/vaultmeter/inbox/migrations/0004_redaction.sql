-- Lines of a source that held clear values which may be secret, and were made unreadable.
create table redaction (
    source integer primary key references source (id),
    lines integer not null,
    first text not null,
    last text not null
) strict;
