-- When an identity was first seen, and what inventories and events say of its account: when it was
-- made, disabled (null while it is not) and deleted (null while it exists). All UTC.
alter table identity add column seen timestamp;
alter table identity add column created timestamp;
alter table identity add column disabled timestamp;
alter table identity add column deleted timestamp;

update identity
set seen = first.time
from (
    select
        identity,
        min(time) as time
    from event
    group by identity
) as first
where first.identity = identity.id;
