/*
What an audit entry of OpenBao or HashiCorp Vault means.

Sources of the facts: OpenBao internal/audit/format.go (fields), sdk/logical/request.go
(operations), vault/request_handling.go (display names: the mount's path with '/' as '-', then the
name), website/content/docs/audit. Strings inside data are hashed by the server; structure and
integers are not. A request is two entries with one request.id; the response entry is the better
one. Ids such as `dev-gen-root` repeat at every start of a development server: only UUIDs count.
*/
with entry as (
    select
        line,
        r,
        case r.type when 'request' then 1 when 'response' then 2 end as half,
        try_cast(r.time as timestamptz) as instant,
        nullif(r.error, '') as error,
        coalesce(r.request.namespace.path, '') as namespace,
        coalesce(ltrim(r.request.path, '/'), '') as path,
        coalesce(nullif(r.request.mount_point, ''), '') as mount_point,
        coalesce(nullif(r.auth.display_name, ''), '') as token_name,
        nullif(r.auth.entity_id, '') as token_entity,
        nullif(r.response.auth.client_token, '') is not null as issues_token,
        r.response.wrap_info is not null as wrapped,
        r.response.data as data
    from records
),
mounted as (
    select
        *,
        case
            when mount_point <> '' and starts_with(mount_point, namespace)
                then substr(mount_point, length(namespace) + 1)
            when mount_point <> '' then mount_point
            when starts_with(path, 'auth/') then 'auth/' || split_part(path, '/', 2) || '/'
            else split_part(path, '/', 1) || '/'
        end as mount
    from entry
),
typed as (
    select
        *,
        case
            when starts_with(path, mount) then substr(path, length(mount) + 1)
            when contains(path, '/') then substr(path, position('/' in path) + 1)
            else ''
        end as rest,
        case
            when coalesce(r.request.mount_type, '') <> '' then
                case
                    when r.request.mount_type = 'generic' then 'kv'
                    when starts_with(r.request.mount_type, 'ns_') then substr(r.request.mount_type, 4)
                    when starts_with(r.request.mount_type, 'vault-plugin-')
                        then split_part(r.request.mount_type, '-', 4)
                    else r.request.mount_type
                end
            when starts_with(mount, 'auth/') then split_part(mount, '/', 2)
            when mount = 'sys/' then 'system'
            when rtrim(mount, '/') in (
                'identity', 'cubbyhole', 'transit', 'pki', 'ssh', 'totp', 'database', 'aws', 'gcp',
                'gcpkms', 'azure', 'consul', 'nomad', 'rabbitmq', 'kubernetes', 'ldap', 'openldap',
                'ad', 'alicloud', 'mongodbatlas', 'terraform', 'kmip', 'transform', 'postgresql',
                'mysql', 'mssql', 'mongodb', 'cassandra'
            ) then rtrim(mount, '/')
            else 'kv'
        end as engine
    from mounted
),
parted as (
    select
        *,
        split_part(rest, '/', 1) as head,
        substr(rest, length(split_part(rest, '/', 1)) + 2) as tail,
        starts_with(mount, 'auth/') or engine = 'token' as is_auth,
        r.request.operation as operation,
        -- A key-value mount does not say its version: version 2 shows in the path, and a read of
        -- version 1 shows in an answer without version metadata.
        engine = 'kv'
            and split_part(rest, '/', 1) in (
                'data', 'metadata', 'delete', 'undelete', 'destroy', 'subkeys', 'config'
            )
            and not (
                r.request.operation = 'read'
                and split_part(rest, '/', 1) = 'data'
                and data is not null
                and data.error is null
                and data.metadata.version is null
            ) as is_v2,
        'root' in coalesce(r.auth.policies, []) as is_root
    from typed
),
meant as (
    select
        *,
        case
            when operation in ('revoke', 'renew', 'rollback', 'alias-lookahead', 'resolve-role', 'help', 'header')
                then 'system'
            when is_auth and engine <> 'token' and regexp_matches(rest, '^(login|oidc/callback|callback)(/|$)')
                then case when issues_token or wrapped then 'login' else 'login_failed' end
            when path = 'sys/mfa/validate'
                then case when issues_token or wrapped then 'login' else 'login_failed' end
            when is_auth and issues_token and engine <> 'token' then 'login'
            when is_auth and regexp_matches(rest, '^(oidc/auth_url|sso_service_url|nonce|challenge)') then 'system'
            when engine = 'token' then case
                when starts_with(rest, 'create') then 'credential_issued'
                when starts_with(rest, 'renew') or rest in ('lookup', 'lookup-self') then 'heartbeat'
                when rest = 'revoke-self' then 'logout'
                else 'admin'
            end
            when is_auth then case
                when regexp_matches(rest, '/secret-id$') and operation in ('create', 'update') then 'credential_issued'
                else 'admin'
            end
            when is_v2 then case
                when operation in ('list', 'scan') then 'list'
                when head = 'config' then 'admin'
                when head = 'undelete' then 'item_updated'
                when head in ('delete', 'destroy') then 'item_deleted'
                when operation = 'delete' then 'item_deleted'
                when head in ('subkeys', 'metadata') and operation = 'read' then 'list'
                when head = 'metadata' then 'item_updated'
                when operation = 'read' then 'secret_read'
                when data.version = 1 or (data.version is null and operation = 'create') then 'item_added'
                else 'item_updated'
            end
            when engine in ('kv', 'cubbyhole') then case operation
                when 'read' then 'secret_read'
                when 'list' then 'list'
                when 'scan' then 'list'
                when 'delete' then 'item_deleted'
                when 'create' then 'item_added'
                else 'item_updated'
            end
            when engine = 'system' then case
                when path = 'sys/wrapping/unwrap' then 'secret_read'
                when path in ('sys/wrapping/wrap', 'sys/wrapping/rewrap') then 'credential_issued'
                when path = 'sys/wrapping/lookup' then 'list'
                when starts_with(path, 'sys/tools/') then 'key_operation'
                when regexp_matches(path, '^sys/(capabilities|internal/ui/|leases/renew|renew|health|seal-status|leader|metrics|host-info|version-history)')
                    then 'heartbeat'
                else 'admin'
            end
            when engine = 'identity' then case
                when starts_with(rest, 'oidc/token/') then 'credential_issued'
                else 'admin'
            end
            when engine in ('transit', 'gcpkms', 'transform', 'keymgmt', 'kmip') then case
                when head in (
                    'encrypt', 'decrypt', 'rewrap', 'reencrypt', 'sign', 'verify', 'hmac', 'datakey',
                    'random', 'hash', 'encode', 'decode', 'derive-key'
                ) then 'key_operation'
                when head in ('export', 'backup') then 'export'
                when head = 'restore' or regexp_matches(tail, '/import(_version)?$') then 'item_added'
                when head = 'keys' and operation in ('list', 'scan', 'read') then 'list'
                when head = 'keys' and regexp_matches(tail, '/rotate$') then 'rotation'
                when head = 'keys' and operation = 'delete' then 'item_deleted'
                when head = 'keys' and contains(tail, '/') then 'item_updated'
                when head = 'keys' then 'item_added'
                else 'admin'
            end
            when engine = 'pki' then case
                when regexp_matches(rest, '^(issuer/[^/]+/)?(issue|sign|sign-verbatim)(/|$)') then 'credential_issued'
                when operation in ('list', 'scan') or (operation = 'read' and head in ('cert', 'certs', 'ca', 'ca_chain', 'crl'))
                    then 'list'
                else 'admin'
            end
            when engine = 'ssh' then case
                when head in ('sign', 'creds', 'issue') then 'credential_issued'
                when head = 'verify' then 'key_operation'
                when operation in ('list', 'scan') or head in ('lookup', 'public_key') then 'list'
                else 'admin'
            end
            when engine = 'totp' then case
                when head = 'code' and operation = 'read' then 'password_accessed'
                when head = 'code' then 'key_operation'
                when operation in ('list', 'scan', 'read') then 'list'
                when operation = 'delete' then 'item_deleted'
                else 'item_added'
            end
            when engine in (
                'database', 'aws', 'gcp', 'azure', 'consul', 'nomad', 'rabbitmq', 'kubernetes', 'ldap',
                'openldap', 'ad', 'alicloud', 'mongodbatlas', 'terraform', 'postgresql', 'mysql', 'mssql',
                'mongodb', 'cassandra'
            ) then case
                when head in ('static-creds', 'static-cred') then 'secret_read'
                when head in ('creds', 'sts', 'token', 'key', 'roleset', 'static-account', 'library')
                    and not (operation in ('list', 'scan', 'delete'))
                    and not (head in ('roleset', 'static-account', 'library') and operation <> 'read')
                    then 'credential_issued'
                when starts_with(head, 'rotate') then 'rotation'
                when operation in ('list', 'scan') then 'list'
                else 'admin'
            end
            when mount = '' or path = '' then 'system'
            else 'other'
        end as meaning
    from parted
),
outcomes as (
    select
        *,
        case
            when half = 1 and error is null then 'error'
            when r.auth.policy_results.allowed = false or contains(error, 'permission denied') then 'denied'
            when error is not null or meaning = 'login_failed' then 'error'
            when data.error is not null and not (engine in ('kv', 'cubbyhole') and not is_v2 and operation = 'read')
                then 'error'
            when wrapped or issues_token then 'ok'
            when operation in ('read', 'list', 'scan') and data is null then 'not_found'
            when is_v2 and head = 'data' and operation = 'read' and coalesce(data.data, 'null') = 'null'
                then 'not_found'
            else 'ok'
        end as outcome,
        case
            when meaning = 'system' then coalesce(operation, '')
            when meaning in ('login', 'login_failed') then ''
            when is_auth and engine <> 'token' then 'auth'
            when is_v2 then head
            when engine in ('kv', 'cubbyhole') then ''
            when engine in ('system', 'identity') then head
            when engine = 'pki' then coalesce(regexp_extract(rest, '^(?:issuer/[^/]+/)?([^/]+)', 1), '')
            else head
        end as verb,
        case
            when engine = 'kv' and (operation not in ('list', 'scan')) and head <> 'config' then
                mount || case when is_v2 then tail else rest end
            when engine in ('transit', 'gcpkms', 'transform', 'keymgmt', 'kmip') and head in ('random', 'hash') then null
            when engine in ('transit', 'gcpkms', 'transform', 'keymgmt', 'kmip') then
                mount || nullif(split_part(case
                    when head in ('export', 'datakey') and contains(tail, '/')
                        then regexp_replace(tail, '^[^/]*/', '')
                    else tail
                end, '/', 1), '')
            when engine = 'pki' and meaning = 'credential_issued' then
                mount || nullif(regexp_extract(rest, '^(?:issuer/[^/]+/)?[^/]+/(.*)$', 1), '')
            when engine = 'ssh' and meaning = 'credential_issued' then mount || nullif(tail, '')
            when engine = 'totp' and head in ('code', 'keys') then mount || nullif(tail, '')
            when meaning in ('credential_issued', 'secret_read', 'rotation')
                and engine not in ('token', 'system', 'identity', 'cubbyhole') and not is_auth
                then mount || nullif(tail, '')
        end as item
    from meant
),
identified as (
    select
        *,
        meaning in ('login', 'login_failed') as is_login,
        coalesce(r.auth.metadata, case when meaning = 'login' then r.response.auth.metadata end) as metadata,
        coalesce(token_entity, case when meaning = 'login' then nullif(r.response.auth.entity_id, '') end) as entity,
        coalesce(
            nullif(token_name, ''),
            case when meaning = 'login' then nullif(r.response.auth.display_name, '') end
        ) as display,
        -- How the server writes a mount into display names: its path, '/' as '-'.
        replace(
            rtrim(case when namespace = '' then regexp_replace(mount, '^auth/', '') else namespace || mount end, '/'),
            '/', '-'
        ) as login_mount,
        replace(namespace, '/', '-') || 'auth-' as namespace_prefix
    from outcomes
),
named as (
    select
        *,
        coalesce(
            nullif(metadata.username, ''),
            nullif(metadata.role_name, ''),
            nullif(metadata.service_account_namespace, '') || '/' || nullif(metadata.service_account_name, ''),
            nullif(metadata.service_account_email, ''),
            nullif(metadata.common_name, ''),
            nullif(metadata.cert_name, ''),
            case when is_login and engine in ('userpass', 'ldap', 'okta', 'radius') and head = 'login'
                then lower(nullif(tail, '')) end,
            case when meaning = 'login' and starts_with(display, login_mount || '-')
                then substr(display, length(login_mount) + 2) end
        ) as exact_name,
        -- Without a sign-in at hand: 'finance-auth-jwt-ada' is 'ada' of a mount called 'jwt'.
        case
            when namespace <> '' and starts_with(display, namespace_prefix)
                then substr(display, length(namespace_prefix) + 1)
            else display
        end as short_display
    from identified
),
keyed as (
    select
        *,
        split_part(short_display, '-', 1) as mount_word,
        case
            when exact_name is null then null
            when is_login and nullif(tail, '') is not null and engine in ('userpass', 'ldap', 'okta', 'radius')
                then login_mount
            when meaning = 'login' then login_mount
            when ends_with(display, '-' || exact_name)
                then substr(display, 1, length(display) - length(exact_name) - 1)
            when not starts_with(display, 'token') then display
        end as alias_mount
    from named
),
recognised as (
    select
        *,
        mount_word in (
            'jwt', 'oidc', 'userpass', 'ldap', 'okta', 'radius', 'github', 'kerberos', 'saml', 'approle',
            'kubernetes', 'cert', 'aws', 'gcp', 'azure'
        ) as is_method
    from keyed
),
resolved as (
    select
        *,
        coalesce(
            exact_name,
            nullif(if(
                is_method and contains(short_display, '-'),
                substr(short_display, length(mount_word) + 2),
                short_display
            ), ''),
            r.request.client_id
        ) as name,
        case
            when is_login then engine
            when starts_with(short_display, 'token') then 'token'
            when is_method then mount_word
        end as method,
        case
            when is_root then 'root'
            when coalesce(metadata.actor_entity_id, '') <> '' then 'entity:' || metadata.actor_entity_id
            when entity is not null then 'entity:' || entity
            when alias_mount is not null then 'alias:' || alias_mount || chr(31) || exact_name
            when coalesce(r.request.client_id, '') <> '' then 'client:' || r.request.client_id
            when display is not null then 'display:' || display
            else 'unknown'
        end as who
    from recognised
)
select
    line,
    case
        when half is null then 'type: "request" or "response"'
        when r.request is null then 'request: an object'
        when coalesce(operation, '') = '' then 'request.operation: a word such as "read"'
        when r.request.path is null then 'request.path: text'
        when instant is null then 'time: an instant such as "2026-11-21T18:03:42.780307282Z"'
    end as problem,
    case
        when nullif(r.request.mount_type, '') is null and r.response is not null then
            'Some records come from a server that does not write mount fields: what they mean follows '
            || 'from their path, so an engine mounted under another name reads as a key-value store.'
    end as note,
    if(length(r.request.id) = 36 and try_cast(r.request.id as uuid) is not null, r.request.id, null) as record_id,
    half as entry,
    -- The same entry in two devices differs by microseconds and in every hashed value; the two
    -- halves of a request agree.
    case when try_cast(r.request.id as uuid) is null then
        concat_ws(' ', operation, namespace, path, display, r.request.remote_address,
            epoch(date_trunc('second', instant)))
    end as content,
    cast(instant as timestamp) as time,
    nullif(rtrim(namespace, '/'), '') as account,
    case when who in ('root', 'unknown') then who || ':' || namespace else who end as identity_key,
    case
        when not is_root and entity is not null and alias_mount is not null
            and coalesce(metadata.actor_entity_id, '') = ''
            then 'alias:' || alias_mount || chr(31) || exact_name
    end as identity_alias,
    case
        when who in ('root', 'unknown') then who
        when coalesce(metadata.actor_entity_id, '') <> ''
            then coalesce(nullif(metadata.actor_entity_name, ''), metadata.actor_entity_id)
        else coalesce(name, entity)
    end as identity_name,
    case
        when is_login and exact_name is not null then 3
        when exact_name is not null then 2
        when not starts_with(coalesce(display, 'token'), 'token') then 1
        else 0
    end as identity_rank,
    case
        when who = 'root' then 'system'
        when who = 'unknown' then 'unknown'
        when coalesce(metadata.actor_entity_id, '') <> '' then 'agent'
        when method in ('userpass', 'ldap', 'okta', 'radius', 'github', 'oidc', 'kerberos', 'saml') then 'person'
        when method in ('approle', 'kubernetes', 'aws', 'gcp', 'azure', 'cert', 'token') then 'machine'
        when contains(name, '@') then 'person'
        else 'machine'
    end as identity_kind,
    case when who <> 'unknown' then nullif(method, '') end as identity_method,
    item,
    case
        when item is null then null
        when engine = 'kv' then 'static_secret'
        when engine in ('transit', 'gcpkms', 'transform', 'keymgmt', 'kmip') then 'classic_key'
        when engine = 'pki' then 'pki_cert_issuer'
        when engine = 'ssh' then 'ssh_cert_issuer'
        when engine = 'totp' then 'totp'
        when head in ('static-creds', 'static-cred') then 'rotated_secret'
        else 'dynamic_secret'
    end as item_type,
    case
        when meaning = 'login' then nullif(r.response.auth.accessor, '')
        else coalesce(nullif(r.request.client_token_accessor, ''), nullif(r.auth.accessor, ''))
    end as session,
    case
        when half = 1 and coalesce(r.request.mount_type, '') = '' and who = 'unknown' and not is_login then 'system'
        when is_root and meaning not in ('admin', 'other') then 'system'
        else meaning
    end as kind,
    case
        when half = 1 and error is null then 'no_response'
        when is_root then meaning
        when wrapped and meaning = 'secret_read' then 'wrapped'
        when meaning in ('key_operation', 'credential_issued', 'item_deleted') then nullif(verb, '')
    end as detail,
    case
        when is_root or (half = 1 and coalesce(r.request.mount_type, '') = '' and who = 'unknown' and not is_login)
            then 'system'
    end as intent,
    outcome,
    coalesce(len(r.request.data.batch_input), 1) as weight,
    'sm' as product,
    case when is_login then method end as auth_method,
    nullif(r.request.remote_address, '') as ip,
    r.request.headers."user-agent"[1] as agent,
    concat_ws(':', engine, nullif(verb, ''), operation) as source_event,
    'server' as evidence
from resolved
