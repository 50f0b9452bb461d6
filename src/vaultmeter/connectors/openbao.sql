/*
What an audit entry of OpenBao or HashiCorp Vault means.

Sources of the facts: OpenBao internal/audit/format.go (fields), sdk/logical/request.go
(operations), vault/request_handling.go (display names: the mount's path with '/' as '-', then the
name), website/content/docs/audit; HashiCorp Vault audit/format.go since 0.7. What they leave open
was seen on a running OpenBao 2.7.2 (tests/connectors/test_openbao_live.py).

Strings inside data are hashed by the server; structure and integers are not. A request is two
entries with one request.id; the response entry is the better one. Ids such as `dev-gen-root`
repeat at every start of a development server: only UUIDs count.
*/
with entry as (
    select
        line,
        r,
        case
            when r.type = 'request' then 1
            -- What a performance standby logs of a request it passes on is no answer.
            when r.type = 'response' then if(contains(r.error, 'please forward'), 1, 2)
        end as half,
        try_cast(r.time as timestamptz) as instant,
        nullif(r.error, '') as error,
        coalesce(r.request.namespace.path, '') as namespace,
        coalesce(ltrim(r.request.path, '/'), '') as path,
        coalesce(r.request.mount_point, '') as mount_point,
        nullif(r.response.auth.client_token, '') is not null as issues_token,
        -- A refusal that was to be wrapped has an empty wrapping, and says why in its data.
        r.response.wrap_info is not null and r.response.data is null as wrapped,
        r.response.data as data
    from records
),
mounted as (
    select
        *,
        case
            when mount_point <> '' and (namespace = '' or starts_with(path, mount_point)) then mount_point
            when mount_point <> '' and starts_with(mount_point, namespace)
                then substr(mount_point, length(namespace) + 1)
            -- Servers before mount fields, and paths without a mount: the path is all there is.
            when starts_with(path, 'auth/') and contains(path || '/', '/login/')
                then split_part(path || '/', '/login/', 1) || '/'
            when starts_with(path, 'auth/') then 'auth/' || split_part(path, '/', 2) || '/'
            when split_part(path, '/', 1) in ('sys', 'identity', 'cubbyhole') then split_part(path, '/', 1) || '/'
            else coalesce(
                nullif(regexp_extract(path, '^(.+?/)(data|metadata|delete|undelete|destroy|encrypt|decrypt|'
                    || 'rewrap|sign|verify|hmac|datakey|keys|export|issue|creds|static-creds|sts|code|roles|config)/', 1), ''),
                split_part(path, '/', 1) || '/'
            )
        end as mount
    from entry
),
typed as (
    select
        *,
        if(starts_with(path, mount), substr(path, length(mount) + 1), '') as rest,
        case
            when coalesce(r.request.mount_type, '') <> '' then
                case
                    when r.request.mount_type = 'generic' then 'kv'
                    when starts_with(r.request.mount_type, 'ns_') then substr(r.request.mount_type, 4)
                    when contains(r.request.mount_type, '-plugin-')
                        then regexp_replace(r.request.mount_type, '^.*-plugin-((secrets|auth)-)?', '')
                    else r.request.mount_type
                end
            when starts_with(mount, 'auth/') then split_part(mount, '/', 2)
            when mount = 'sys/' then 'system'
            when split_part(mount, '/', 1) in (
                'identity', 'cubbyhole', 'transit', 'pki', 'ssh', 'totp', 'database', 'aws', 'gcp',
                'gcpkms', 'azure', 'consul', 'nomad', 'rabbitmq', 'kubernetes', 'ldap', 'openldap',
                'ad', 'alicloud', 'mongodbatlas', 'terraform', 'kmip', 'transform', 'postgresql',
                'mysql', 'mssql', 'mongodb', 'cassandra'
            ) then split_part(mount, '/', 1)
            -- Key-value stores lend nothing: a lease shows an engine that makes credentials.
            when r.response.secret.lease_id <> '' then 'database'
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
        -- A key-value mount does not say its version. Version 2 shows in the path, unless the
        -- answer is one that only version 1 gives: to a read with a lease, to a write with nothing.
        engine = 'kv' and r.response.secret is null and case split_part(rest, '/', 1)
            when 'data' then not (
                half = 2
                and data is null
                and error is null
                and not wrapped
                and r.request.operation in ('create', 'update')
            )
            when 'delete' then r.request.operation = 'update'
            when 'undelete' then r.request.operation = 'update'
            when 'destroy' then r.request.operation = 'update'
            when 'config' then rest = 'config'
            else split_part(rest, '/', 1) in ('metadata', 'subkeys')
        end as is_v2,
        'root' in coalesce(r.auth.policies, []) as is_root,
        -- The display name of a wrapping token is its maker's; who holds it is not known.
        coalesce(r.auth.policies[1] in ('response-wrapping', 'control-group'), false) as is_wrapping
    from typed
),
meant as (
    select
        *,
        case
            when operation in ('revoke', 'renew', 'rollback', 'alias-lookahead', 'resolve-role', 'help', 'header')
                then 'system'
            when path = 'sys/mfa/validate'
                or (is_auth and engine <> 'token'
                    and regexp_matches(rest, '^((cel/)?login|(oidc/)?callback)(/|$)'))
                then case
                    when issues_token or wrapped then 'login'
                    -- The first of two steps, or a page for the browser: nothing is refused yet.
                    when error is null and (r.response.auth is not null or data.http_status_code < 400)
                        then 'system'
                    else 'login_failed'
                end
            when is_auth and issues_token and engine <> 'token' then 'login'
            when engine = 'token' then case
                when starts_with(rest, 'create') then 'credential_issued'
                when starts_with(rest, 'renew') or rest in ('lookup', 'lookup-self') then 'heartbeat'
                when rest = 'revoke-self' then 'logout'
                else 'admin'
            end
            when is_auth then case
                when regexp_matches(rest, '^(oidc/(auth_url|poll)|sso_service_url|nonce|challenge|verify/)')
                    or (engine = 'saml' and rest = 'token')
                    then 'system'
                when regexp_matches(rest, '/(custom-)?secret-id$') and operation in ('create', 'update')
                    then 'credential_issued'
                else 'admin'
            end
            when is_v2 then case
                when operation in ('list', 'scan') then 'list'
                when head = 'config' then 'admin'
                when operation = 'delete' then 'item_deleted'
                when head in ('subkeys', 'metadata') and operation = 'read' then 'list'
                when head = 'metadata' then 'item_updated'
                when operation = 'read' then 'secret_read'
                when data.version = 1 or (data.version is null and operation = 'create') then 'item_added'
                -- Deleting and destroying single versions leaves the secret.
                else 'item_updated'
            end
            when engine in ('kv', 'cubbyhole') then case
                when operation = 'read' then 'secret_read'
                when operation in ('list', 'scan') then 'list'
                when operation = 'delete' then 'item_deleted'
                when operation = 'create' and engine = 'kv' then 'item_added'
                else 'item_updated'
            end
            when engine = 'system' then case
                when path = 'sys/wrapping/unwrap' then 'secret_read'
                when path in ('sys/wrapping/wrap', 'sys/wrapping/rewrap') then 'credential_issued'
                when path = 'sys/wrapping/lookup' then 'list'
                when path = 'sys/audit/test' then 'system'
                when head = 'tools' then 'key_operation'
                when regexp_matches(path, '^sys/(capabilities|internal/(ui|specs)/|leases/renew|renew|health|seal-status|leader|metrics|host-info|version-history)')
                    then 'heartbeat'
                else 'admin'
            end
            when engine = 'identity' then if(starts_with(rest, 'oidc/token/'), 'credential_issued', 'admin')
            when engine in ('transit', 'gcpkms', 'transform', 'keymgmt', 'kmip') then case
                when head in (
                    'encrypt', 'decrypt', 'rewrap', 'reencrypt', 'sign', 'verify', 'hmac', 'datakey',
                    'random', 'hash', 'encode', 'decode', 'validate', 'tokenized', 'derive-key'
                ) then 'key_operation'
                when head in ('export', 'byok-export', 'backup') then 'export'
                when head = 'restore' or ends_with(tail, '/import') then 'item_added'
                when head <> 'keys' then 'admin'
                when operation in ('list', 'scan', 'read') then 'list'
                when ends_with(tail, '/rotate') then 'rotation'
                when operation = 'delete' then 'item_deleted'
                when contains(tail, '/') then 'item_updated'
                -- Making a key that is there already changes nothing and answers the same, but for
                -- the age of its first version.
                when epoch(instant) - coalesce(
                    try_cast(data.keys."1" as double),
                    epoch(try_cast(data.keys."1" ->> 'creation_time' as timestamptz))
                ) > 5 then 'item_updated'
                else 'item_added'
            end
            when engine = 'pki' then case
                when regexp_matches(rest, '^(issuer/[^/]+/)?(issue|sign|sign-verbatim)(/|$)') then 'credential_issued'
                when regexp_matches(rest, '(^|/)acme/order/[^/]+/finalize$') then 'credential_issued'
                when operation in ('list', 'scan') then 'list'
                when operation = 'read' and head in ('cert', 'certs', 'ca', 'ca_chain', 'crl', 'ocsp', 'issuer')
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
                when head = 'code' then if(operation = 'read', 'password_accessed', 'key_operation')
                when operation in ('list', 'scan', 'read') then 'list'
                when operation = 'delete' then 'item_deleted'
                else 'item_added'
            end
            when engine in (
                'database', 'aws', 'gcp', 'azure', 'consul', 'nomad', 'rabbitmq', 'kubernetes', 'ldap',
                'openldap', 'ad', 'alicloud', 'mongodbatlas', 'terraform', 'postgresql', 'mysql', 'mssql',
                'mongodb', 'cassandra'
            ) then case
                when operation in ('list', 'scan') then 'list'
                when head in ('static-creds', 'static-cred') then 'secret_read'
                when head in ('creds', 'sts', 'token', 'key') then 'credential_issued'
                when regexp_matches(rest, '^(roleset|static-account|impersonated-account)/[^/]+/(token|key)$')
                    then 'credential_issued'
                when regexp_matches(rest, '^library/.+/check-out$') then 'credential_issued'
                when starts_with(head, 'rotate') then 'rotation'
                else 'admin'
            end
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
            when contains(error, 'unsupported path') or contains(error, 'no handler for route') then 'not_found'
            when error is not null or meaning = 'login_failed' then 'error'
            -- A value of version 1 may hold any key, 'error' too.
            when engine = 'kv' and r.response.secret is not null then 'ok'
            when data.http_status_code = 404 then 'not_found'
            when data.http_status_code >= 400 then if(data.http_status_code = 403, 'denied', 'error')
            when data.error is not null and not (engine = 'cubbyhole' and operation = 'read') then 'error'
            when wrapped or issues_token then 'ok'
            when operation in ('read', 'list', 'scan') and data is null then 'not_found'
            else 'ok'
        end as outcome,
        case
            when meaning in ('login', 'login_failed', 'system') then ''
            when is_auth and engine <> 'token' then 'auth'
            when is_v2 then head
            when engine in ('kv', 'cubbyhole') then ''
            when engine = 'system' and head in ('wrapping', 'tools') then split_part(tail, '/', 1)
            when engine = 'pki' and ends_with(rest, '/finalize') then 'acme'
            when engine = 'pki' then coalesce(regexp_extract(rest, '^(?:issuer/[^/]+/)?([^/]+)', 1), '')
            else head
        end as verb,
        case
            when meaning in ('admin', 'system', 'login', 'login_failed') then null
            when engine = 'kv' then
                case when operation not in ('list', 'scan') then mount || if(is_v2, tail, rest) end
            when engine in ('transit', 'gcpkms', 'transform', 'keymgmt', 'kmip') then
                case when head not in ('random', 'hash') then mount || nullif(
                    split_part(tail, '/', if(head in ('export', 'datakey') and contains(tail, '/'), 2, 1)), ''
                ) end
            when engine = 'pki' and meaning = 'credential_issued' then mount
                || nullif(regexp_extract(rest, '(?:^|/)(?:issue|sign|sign-verbatim|roles)/([^/]+)', 1), '')
            when engine = 'totp' and head in ('code', 'keys') then mount || nullif(tail, '')
            when meaning in ('credential_issued', 'secret_read', 'rotation')
                and engine not in ('token', 'system', 'identity', 'cubbyhole')
                and not is_auth
                then mount || nullif(regexp_replace(tail, '/(token|key|check-out)$', ''), '')
        end as item,
        -- A sign-in, and a wrapping token that brings one out, say in the answer who it is.
        case when meaning = 'login' or is_wrapping then r.response.auth end as issued
    from meant
),
identified as (
    select
        *,
        meaning in ('login', 'login_failed') as is_login,
        coalesce(r.auth.metadata, issued.metadata) as metadata,
        coalesce(nullif(r.auth.entity_id, ''), nullif(issued.entity_id, '')) as entity,
        case when not is_wrapping then
            coalesce(nullif(r.auth.display_name, ''), nullif(issued.display_name, ''))
        end as display,
        -- How the server writes a mount into display names: its path, '/' as '-'.
        replace(
            rtrim(case when namespace = '' then regexp_replace(mount, '^auth/', '') else namespace || mount end, '/'),
            '/', '-'
        ) as login_mount,
        case when not is_wrapping then nullif(r.request.client_id, '') end as client
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
            case when is_login and head = 'login' and engine <> 'app-id' then lower(nullif(tail, '')) end
        ) as given_name,
        display is not null
            and coalesce(metadata.service_account_name, metadata.common_name, metadata.cert_name, '') <> ''
            as names_machine,
        -- Without a sign-in at hand: 'finance-auth-jwt-ada' is 'ada' of a mount called 'jwt'.
        case
            when namespace <> '' and starts_with(display, replace(namespace, '/', '-') || 'auth-')
                then substr(display, length(namespace) + 6)
            else display
        end as short_display
    from identified
),
keyed as (
    select
        *,
        coalesce(
            given_name,
            case when meaning = 'login' and starts_with(display, login_mount || '-')
                then substr(display, length(login_mount) + 2) end
        ) as exact_name,
        case
            -- The display name of a pod or a certificate is another word than its name.
            when is_login and is_auth and not names_machine then login_mount
            when metadata.role_name <> '' then display
            when ends_with(display, '-' || given_name)
                then substr(display, 1, length(display) - length(given_name) - 1)
            else display
        end as alias_mount,
        split_part(short_display, '-', 1) as mount_word
    from named
),
recognised as (
    select
        *,
        mount_word in (
            'jwt', 'oidc', 'userpass', 'ldap', 'okta', 'radius', 'github', 'kerberos', 'saml', 'approle',
            'kubernetes', 'cert', 'aws', 'gcp', 'azure'
        ) as is_method,
        -- The names of users are alike in any case for the methods that sign in by them.
        'alias:' || alias_mount || chr(31) || if(metadata.username <> '', lower(given_name), given_name) as alias
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
            client
        ) as name,
        case
            when is_login and is_auth then if(starts_with(rest, 'oidc/'), 'oidc', engine)
            when mount_word = 'token' then 'token'
            when is_method then mount_word
        end as method,
        case
            when is_root then 'root'
            when metadata.actor_entity_id <> '' then 'entity:' || metadata.actor_entity_id
            when entity is not null then 'entity:' || entity
            when alias is not null then alias
            when client is not null then 'client:' || client
            when display is not null then 'display:' || display
            else 'unknown'
        end as who
    from recognised
),
sorted as (
    select
        *,
        case
            when who = 'root' then 'system'
            when who = 'unknown' then 'unknown'
            when metadata.actor_entity_id <> '' then 'agent'
            when metadata.username <> '' then 'person'
            when method in ('userpass', 'ldap', 'okta', 'radius', 'github', 'oidc', 'kerberos', 'saml') then 'person'
            when method in ('approle', 'kubernetes', 'aws', 'gcp', 'azure', 'cert', 'token') then 'machine'
            when contains(name, '@') then 'person'
            else 'machine'
        end as identity_kind
    from resolved
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
        when method = 'approle' and given_name is null and entity is null and who <> 'unknown' then
            'Some AppRole sign-ins come from a server that does not write their role: they count as one user.'
        when nullif(r.request.mount_type, '') is null and r.response is not null and error is null then
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
    if(who in ('root', 'unknown'), who || ':' || namespace, who) as identity_key,
    case
        when entity is not null and not is_root and coalesce(metadata.actor_entity_id, '') = '' then alias
    end as identity_alias,
    case
        when who in ('root', 'unknown') then who
        when metadata.actor_entity_id <> ''
            then coalesce(nullif(metadata.actor_entity_name, ''), metadata.actor_entity_id)
        else coalesce(name, entity)
    end as identity_name,
    -- An identity that signs in as a person and as a machine is a person.
    case
        when meaning = 'login' and exact_name is not null then if(identity_kind = 'person', 4, 3)
        when exact_name is not null then 2
        when mount_word <> 'token' then 1
        else 0
    end as identity_rank,
    identity_kind,
    case when who <> 'unknown' then nullif(method, '') end as identity_method,
    item,
    case
        when item is null then null
        when engine = 'kv' then 'static_secret'
        when engine in ('transit', 'gcpkms', 'transform', 'keymgmt', 'kmip') then 'classic_key'
        when engine = 'pki' then 'pki_cert_issuer'
        when engine = 'ssh' then 'ssh_cert_issuer'
        when engine = 'totp' then 'totp'
        when head in ('static-creds', 'static-cred', 'library') then 'rotated_secret'
        else 'dynamic_secret'
    end as item_type,
    case
        when meaning = 'login' then coalesce(nullif(issued.accessor, ''), nullif(r.auth.accessor, ''))
        else coalesce(nullif(r.request.client_token_accessor, ''), nullif(r.auth.accessor, ''))
    end as session,
    case
        when is_root and meaning not in ('admin', 'other') then 'system'
        -- Nobody signs in for what a server offers to everyone, such as a revocation list.
        when who = 'unknown' and outcome <> 'denied' and meaning in ('list', 'admin') then 'system'
        else meaning
    end as kind,
    case
        when half = 1 and error is null then 'no_response'
        when is_root then meaning
        when wrapped and meaning = 'secret_read' then 'wrapped'
        when meaning = 'secret_read' and engine = 'system' then verb
        when meaning in ('key_operation', 'credential_issued', 'item_deleted') then nullif(verb, '')
        when meaning = 'item_updated' and is_v2 and head <> 'data' then head
    end as detail,
    case when is_root then 'system' end as intent,
    outcome,
    if(meaning = 'key_operation', greatest(coalesce(len(r.request.data.batch_input), 1), 1), 1) as weight,
    'sm' as product,
    case when is_login then method end as auth_method,
    nullif(r.request.remote_address, '') as ip,
    case when not starts_with(r.request.headers."user-agent"[1], 'hmac-') then r.request.headers."user-agent"[1] end
        as agent,
    concat_ws(':', engine, nullif(verb, ''), operation) as source_event,
    'server' as evidence
from sorted
