-- Two devices of one vault name a session differently; `session` is the name that is kept.
create table session_alias (
    alias ubigint not null,
    session ubigint not null,
    time timestamp not null
);
