-- What inventories say beside events. An item is deleted when its last known deletion (`erased`) is
-- later than its last writing and than the last inventory that is sure of it (`confirmed`), or
-- from the first inventory on that should have listed it and did not (`missed`), unless something
-- showed it later. `deleted` is what follows: the date, null while it exists.
alter table item add column source smallint;
alter table item add column listed timestamp;
alter table item add column confirmed timestamp;
alter table item add column erased timestamp;
alter table item add column missed timestamp;

update item
set
    erased = deleted,
    deleted = if(deleted > coalesce(written, timestamp '-infinity'), deleted, null);

update item
set source = told.source
from (
    select
        item,
        min(source) as source
    from event
    where item is not null
    group by item
) as told
where told.item = item.id;

-- An inventory that was taken; scope is the account of the source.
create table snapshot (
    scope integer not null,
    source smallint not null,
    time timestamp not null,
    vault varchar not null,
    cluster varchar
);

-- What an inventory listed, or could not list: items by the start of their names in an account
-- (null for all below the scope), identities by the start of their keys. The longest part decides.
-- A limited part says nothing of what neither this vault's records nor its inventories told of.
create table listing (
    scope integer not null,
    time timestamp not null,
    vault varchar not null,
    what varchar not null,
    account integer,
    part varchar not null,
    complete boolean not null,
    limited boolean not null
);

-- What inventories say of a key of an identity.
create table key_fact (
    scope integer not null,
    key varchar not null,
    listed timestamp,
    enabled timestamp,
    created timestamp
);

create table key_disabled (
    scope integer not null,
    key varchar not null,
    time timestamp not null
);
