-- The enum types hold the words of model/kinds.py, in its order; a test compares them.
create type kind as enum ('login', 'login_failed', 'logout', 'heartbeat', 'secret_read', 'password_accessed', 'password_autofilled', 'remote_connection', 'key_operation', 'credential_issued', 'item_added', 'item_updated', 'item_deleted', 'item_shared', 'rotation', 'export', 'list', 'admin', 'system', 'other');
create type intent as enum ('use', 'manage', 'presence', 'heartbeat', 'system');
create type outcome as enum ('ok', 'denied', 'not_found', 'error');
create type evidence as enum ('server', 'client', 'inferred');
create type identity_kind as enum ('person', 'machine', 'agent', 'system', 'unknown');
create type product as enum ('sm', 'pm', 'sra');

create table meta (
    name varchar not null,
    value varchar not null
);

-- A batch of the inbox that is wholly in here.
create table flushed (
    batch integer not null,
    file integer not null,
    source smallint not null,
    received timestamp not null
);

create table source (
    id smallint not null,
    name varchar not null,
    connector varchar not null,
    account integer not null,
    first_time timestamp,
    last_time timestamp
);

create table account (
    id integer not null,
    name varchar not null
);

create table identity (
    id integer not null,
    account integer not null,
    name varchar not null,
    kind identity_kind not null,
    auth_method varchar,
    name_rank utinyint not null,
    name_time timestamp not null,
    method_rank utinyint,
    method_time timestamp
);

-- Every key an identity is known by; two keys of one identity make it one.
create table identity_key (
    scope integer not null,
    key varchar not null,
    identity integer not null
);

create table item (
    id integer not null,
    account integer not null,
    name varchar not null,
    type varchar not null,
    type_time timestamp not null,
    product product not null,
    seen timestamp,
    added timestamp,
    written timestamp,
    deleted timestamp
);

create table event (
    id uhugeint not null,
    time timestamp not null,
    batch integer not null,
    line integer not null,
    entries utinyint not null,
    source smallint not null,
    account integer not null,
    identity integer not null,
    item integer,
    session ubigint,
    kind kind not null,
    detail varchar,
    intent intent not null,
    outcome outcome not null,
    weight integer not null,
    product product not null,
    auth_method varchar,
    ip varchar,
    agent varchar,
    source_event varchar not null,
    evidence evidence not null,
    glance boolean not null
);

-- How many records without an id were read from a file, by content and half.
create table nameless (
    file integer not null,
    content ubigint not null,
    entry utinyint not null,
    lines bigint not null
);

create table reject (
    id uhugeint not null,
    batch integer not null,
    line integer not null,
    source smallint not null,
    reason varchar not null,
    expected varchar,
    body blob not null
);

-- Lines by what became of them; rows are added up, never changed.
create table ledger (
    source smallint not null,
    day date not null,
    bucket varchar not null,
    lines bigint not null
);

create table unknown_kind (
    source smallint not null,
    source_event varchar not null,
    events bigint not null
);

create table note (
    source smallint not null,
    text varchar not null
);
