/*
The open event format: the fields of an event, as NDJSON, CSV, or in the `data` of a CloudEvents 1.0
envelope (https://github.com/cloudevents/spec, version 1.0.2). Nothing is guessed: a field that is
present and wrong rejects the line, naming the field and what was expected.
*/
with field as (
    select
        line,
        r.specversion is not null as is_cloudevent,
        r.specversion,
        coalesce(r.data.id, r.id) as own_id,
        r.id as envelope_id,
        r.source as envelope_source,
        coalesce(r.data.time, r.time) as time,
        coalesce(r.data.kind, r.kind) as kind,
        coalesce(r.data.identity, r.identity) as identity,
        coalesce(r.data.identity_name, r.identity_name) as identity_name,
        coalesce(r.data.identity_kind, r.identity_kind, 'person') as identity_kind,
        trim(coalesce(r.data.account, r.account), '/') as whole_account,
        coalesce(r.data.item, r.item) as item,
        coalesce(r.data.item_type, r.item_type) as item_type,
        coalesce(r.data.session, r.session) as session,
        coalesce(r.data.detail, r.detail) as detail,
        coalesce(r.data.intent, r.intent) as intent,
        coalesce(
            r.data.outcome, r.outcome, if(coalesce(r.data.kind, r.kind) = 'login_failed', 'denied', 'ok')
        ) as outcome,
        coalesce(r.data.weight, r.weight, '1') as weight,
        coalesce(r.data.product, r.product) as product,
        coalesce(r.data.auth_method, r.auth_method) as auth_method,
        coalesce(r.data.ip, r.ip) as ip,
        coalesce(r.data.agent, r.agent) as agent,
        coalesce(r.data.source_event, r.source_event) as source_event,
        coalesce(r.data.evidence, r.evidence, 'server') as evidence
    from records
),
typed as (
    select
        *,
        try_cast(upper(time) as timestamptz) as instant,
        -- 'acme/finance' and 'finance' are the same account below a source of the account 'acme'.
        case
            when whole_account = $account then null
            when starts_with(whole_account, $account || '/')
                then substr(whole_account, length($account) + 2)
            else nullif(whole_account, '')
        end as account
    from field
)
select
    line,
    case
        when specversion <> '1.0' then 'specversion: 1.0'
        when is_cloudevent and coalesce(envelope_source, '') = '' then 'source: text, required by CloudEvents'
        when is_cloudevent and coalesce(envelope_id, '') = '' then 'id: text, required by CloudEvents'
        when time is null then 'time: required, RFC 3339 such as "2026-11-21T18:03:42Z"'
        when instant is null or not regexp_matches(time,
            '^\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):?[0-5]\d)$')
            then 'time: RFC 3339 with an offset, such as "2026-11-21T18:03:42Z"'
        when kind is null then 'kind: required, one of ' || array_to_string(enum_range(null::kind), ', ')
        when try_cast(kind as kind) is null
            then 'kind: one of ' || array_to_string(enum_range(null::kind), ', ')
        when coalesce(identity, '') = '' then 'identity: required text'
        -- A structure arrives as its JSON; a title such as '[prod] db' is none.
        when own_id[1] in ('{', '[') and json_valid(own_id) then 'id: text'
        when identity[1] in ('{', '[') and json_valid(identity) then 'identity: text'
        when identity_name[1] in ('{', '[') and json_valid(identity_name) then 'identity_name: text'
        when account[1] in ('{', '[') and json_valid(account) then 'account: text'
        when item[1] in ('{', '[') and json_valid(item) then 'item: text'
        when item_type[1] in ('{', '[') and json_valid(item_type) then 'item_type: text'
        when session[1] in ('{', '[') and json_valid(session) then 'session: text'
        when detail[1] in ('{', '[') and json_valid(detail) then 'detail: text'
        when auth_method[1] in ('{', '[') and json_valid(auth_method) then 'auth_method: text'
        when ip[1] in ('{', '[') and json_valid(ip) then 'ip: text'
        when agent[1] in ('{', '[') and json_valid(agent) then 'agent: text'
        when source_event[1] in ('{', '[') and json_valid(source_event) then 'source_event: text'
        when identity_kind not in ('person', 'machine', 'agent', 'system')
            then 'identity_kind: one of person, machine, agent, system'
        when intent is not null and try_cast(intent as intent) is null
            then 'intent: one of ' || array_to_string(enum_range(null::intent), ', ')
        when try_cast(outcome as outcome) is null
            then 'outcome: one of ' || array_to_string(enum_range(null::outcome), ', ')
        when kind = 'login_failed' and outcome = 'ok' then 'outcome: of a login_failed denied, not_found or error'
        when product is not null and try_cast(product as product) is null
            then 'product: one of ' || array_to_string(enum_range(null::product), ', ')
        when try_cast(evidence as evidence) is null
            then 'evidence: one of ' || array_to_string(enum_range(null::evidence), ', ')
        when not regexp_full_match(weight, '[0-9]{1,9}') or weight = '0' then 'weight: a whole number from 1'
    end as problem,
    cast(null as varchar) as note,
    case when is_cloudevent then envelope_source || chr(31) || envelope_id else nullif(own_id, '') end as record_id,
    3 as entry,
    concat_ws(chr(31), time, kind, identity, account, item, session, detail, outcome, weight, ip, source_event) as content,
    cast(instant as timestamp) as time,
    account,
    'key:' || identity as identity_key,
    cast(null as varchar) as identity_alias,
    coalesce(nullif(identity_name, ''), identity) as identity_name,
    case when nullif(identity_name, '') is null then 1 else 2 end as identity_rank,
    identity_kind,
    nullif(auth_method, '') as identity_method,
    nullif(item, '') as item,
    case when nullif(item, '') is not null then coalesce(nullif(item_type, ''), 'static_secret') end as item_type,
    nullif(session, '') as session,
    kind,
    nullif(detail, '') as detail,
    nullif(intent, '') as intent,
    outcome,
    coalesce(try_cast(weight as integer), 1) as weight,
    coalesce(nullif(product, ''), case
        when kind in ('password_accessed', 'password_autofilled') then 'pm'
        when kind = 'remote_connection' then 'sra'
        else 'sm'
    end) as product,
    nullif(auth_method, '') as auth_method,
    nullif(ip, '') as ip,
    nullif(agent, '') as agent,
    coalesce(nullif(source_event, ''), kind) as source_event,
    evidence
from typed
