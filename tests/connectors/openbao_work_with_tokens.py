"""How people and programs sign in, what they do with tokens, and who is refused."""

import base64
import hashlib
import hmac
import json
import struct
import time
from typing import Any
from urllib.parse import parse_qs, urlparse

from tests.connectors.openbao_deeds import NOBODY, ROOT, Actor
from tests.connectors.openbao_setting import LOCKED_AFTER, PASSWORD, Setting

_SECRET = "kv/data/shared"  # noqa: S105  a path
_ITEM = "kv/shared"


def work_with_tokens(setting: Setting) -> None:
    """Do each thing there is to do."""
    body = {"data": {"password": "x"}}
    setting.deeds.act(setting.sign_in("ada"), f"POST {_SECRET}", "item_added", _ITEM, body)
    _tokens(setting)
    _tokens_of_nobody(setting)
    _app_roles(setting)
    _single_sign_on(setting)
    _refused(setting)
    _locked_out(setting)
    _two_factors(setting)
    _two_aliases(setting)
    _namespaces(setting)
    _inline(setting)


def _read(setting: Setting, who: Actor, **options: Any) -> None:  # noqa: ANN401
    setting.deeds.act(who, f"GET {_SECRET}", "secret_read", _ITEM, **options)


def _tokens(setting: Setting) -> None:
    deeds, eve = setting.deeds, setting.sign_in("eve")
    named = {"display_name": "backup job", "policies": ["all"]}
    for body in (named, {"type": "batch", "policies": ["all"]}):
        made = deeds.act(eve, "POST auth/token/create", "credential_issued/create", body=body)
        # What a child token does, whoever made the token does.
        _read(setting, eve.holding(made["auth"]["client_token"]))
    child = deeds.act(eve, "POST auth/token/create", "credential_issued/create", body=named)
    token = {"token": child["auth"]["client_token"]}
    deeds.act(eve, "POST auth/token/renew", "heartbeat", body=token)
    deeds.act(eve, "POST auth/token/lookup", "heartbeat", body=token)
    deeds.act(eve, "POST auth/token/revoke", "admin", body=token)
    deeds.act(eve, "GET auth/token/lookup-self", "heartbeat")
    deeds.act(eve, "POST auth/token/renew-self", "heartbeat", body={})
    deeds.act(eve, "POST sys/capabilities-self", "heartbeat", body={"paths": [_SECRET]})
    deeds.act(eve, "GET sys/internal/ui/mounts", "heartbeat")
    deeds.act(eve, "POST auth/token/revoke-self", "logout", body={})
    _read(setting, NOBODY.holding(str(eve.token)), status=403)


def _tokens_of_nobody(setting: Setting) -> None:
    job = Actor("token-nightly", kind="machine", method="token")
    body = {"display_name": "nightly", "policies": ["all"]}
    create = "POST auth/token/create-orphan"
    made = setting.deeds.act(ROOT, create, "credential_issued", body=body)
    _read(setting, job.holding(made["auth"]["client_token"]))


def _app_roles(setting: Setting) -> None:
    deeds = setting.deeds
    build, ids = setting.app_role("build")
    _read(setting, deeds.sign_in(build, "auth/approle/login", ids))
    wrap = {"X-Vault-Wrap-TTL": "60s"}
    login = "POST auth/approle/login"
    wrapped = deeds.act(build, login, "login", body=ids, headers=wrap)
    holder = build.holding(wrapped["wrap_info"]["token"])
    # What comes out of the wrapping is the token of the role: it says who unwraps.
    inner = deeds.act(holder, "POST sys/wrapping/unwrap", "secret_read/unwrap")
    _read(setting, build.holding(inner["auth"]["client_token"]))
    ada = setting.sign_in("ada")
    ask = "POST auth/approle/role/build/secret-id"
    made = deeds.act(ada, ask, "credential_issued/auth", body={}, headers=wrap)
    holder = NOBODY.holding(made["wrap_info"]["token"])
    deeds.act(holder, "POST sys/wrapping/unwrap", "secret_read/unwrap")
    wrong = ids | {"secret_id": "wrong"}
    for body in (wrong, wrong | {"role_id": "wrong"}):
        deeds.act(NOBODY, login, "login_failed", body=body, status=400)
        deeds.act(NOBODY, login, "login_failed", body=body, status=400, headers=wrap)


def _single_sign_on(setting: Setting) -> None:
    deeds, path = setting.deeds, "auth/corp-sso/login"
    for name, kind in (("mary-ann@example.org", "person"), ("project:ci", "machine")):
        who = Actor(name, kind=kind, method="jwt")
        _read(setting, deeds.sign_in(who, path, {"jwt": setting.signed(name), "role": "sso"}))
    refused = {"jwt": setting.signed("mary-ann@example.org", "others"), "role": "sso"}
    deeds.act(NOBODY, f"POST {path}", "login_failed", body=refused, status=400)
    jo = Actor("jo-ann")
    _read(setting, deeds.sign_in(jo, "auth/people/login/Jo-Ann", {"password": PASSWORD}))


def _refused(setting: Setting) -> None:
    for name in ("ada", "stranger"):
        path, body = f"POST auth/userpass/login/{name}", {"password": "wrong"}
        setting.deeds.act(Actor(name), path, "login_failed", body=body, status=400)


def _locked_out(setting: Setting) -> None:
    lou, path = Actor("lou"), "POST auth/userpass/login/lou"
    wrong = {"password": "wrong"}
    for _ in range(LOCKED_AFTER):
        setting.deeds.act(lou, path, "login_failed", body=wrong, status=400)
    for body in (wrong, {"password": PASSWORD}):
        setting.deeds.act(lou, path, "login_failed", body=body, status=403)


def _two_factors(setting: Setting) -> None:
    deeds, mia = setting.deeds, Actor("mia")
    path, body = "auth/userpass/login/mia", {"password": PASSWORD}
    factor = {"issuer": "example", "period": 30}
    made = deeds.set_up("POST identity/mfa/method/totp", factor)["data"]["method_id"]
    first = deeds.act(mia, f"POST {path}", "login", body=body)["auth"]["entity_id"]
    generate = {"method_id": made, "entity_id": first}
    url = deeds.set_up("POST identity/mfa/method/totp/admin-generate", generate)["data"]["url"]
    rule = {"mfa_method_ids": [made], "identity_entity_ids": [first]}
    deeds.set_up("POST identity/mfa/login-enforcement/mia", rule)
    # The first step neither lets in nor refuses.
    asked = deeds.act(NOBODY, f"POST {path}", "system", body=body)["auth"]["mfa_requirement"]
    request, validate = asked["mfa_request_id"], "POST sys/mfa/validate"
    wrong = {"mfa_request_id": request, "mfa_payload": {made: ["000000"]}}
    deeds.act(NOBODY, validate, "login_failed", body=wrong, status=403)
    right = {"mfa_request_id": request, "mfa_payload": {made: [_code(url)]}}
    answer = deeds.act(mia, validate, "login", body=right)
    _read(setting, mia.holding(answer["auth"]["client_token"]))


def _code(url: str) -> str:
    secret = parse_qs(urlparse(url).query)["secret"][0]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def _two_aliases(setting: Setting) -> None:
    """Sign in as a person and as a program of one entity, which is the person."""
    deeds = setting.deeds
    _, ids = setting.app_role("grace-script")
    mounts = deeds.set_up("GET sys/auth")["data"]
    entity = deeds.set_up("POST identity/entity", {"name": "grace"})["data"]["id"]
    for mount, name in (("userpass/", "grace"), ("approle/", ids["role_id"])):
        alias = {"name": name, "canonical_id": entity, "mount_accessor": mounts[mount]["accessor"]}
        deeds.set_up("POST identity/entity-alias", alias)
    grace = setting.sign_in("grace")
    _read(setting, grace)
    _read(setting, deeds.sign_in(grace, "auth/approle/login", ids))


def _namespaces(setting: Setting) -> None:
    deeds, above = setting.deeds, setting.sign_in("ada")
    body = {"data": {"password": "x"}}
    for account in ("eng", "eng/web"):
        ada = setting.sign_in("ada", account)
        deeds.act(ada, f"POST {_SECRET}", "item_added", _ITEM, body)
        _read(setting, ada)
        # The namespace may also stand in the path, and a token of above works below.
        deeds.act(ada, f"GET {account}/{_SECRET}", "secret_read", at="")
        deeds.note_item(account, _ITEM, "secret_read", "ok")
        _read(setting, above, at=account)
        deeds.act(ROOT, f"GET {_SECRET}", "secret_read", _ITEM, at=account)
        _read(setting, ada, at="", status=403)
        deeds.act(ada, "GET auth/token/lookup-self", "heartbeat")
        build, ids = setting.app_role("build", account)
        _read(setting, deeds.sign_in(build, "auth/approle/login", ids))
        nobody = Actor("unknown", account, "unknown", None)
        wrong = ids | {"secret_id": "wrong"}
        deeds.act(nobody, "POST auth/approle/login", "login_failed", body=wrong, status=400)


def _inline(setting: Setting) -> None:
    """Send requests that bring their sign-in along: each is a sign-in and a request."""
    for password, status in ((PASSWORD, 200), ("wrong", 400)):
        parameter = json.dumps({"key": "password", "value": password}).encode()
        text = base64.urlsafe_b64encode(parameter).decode().rstrip("=")
        headers = {
            "X-Vault-Inline-Auth-Path": "auth/userpass/login/bob",
            "X-Vault-Inline-Auth-Parameter-p": text,
        }
        if status == 200:
            _read(setting, Actor("bob"), headers=headers)
            setting.deeds.note(Actor("bob"), "login", "ok")
        else:
            setting.deeds.act(
                Actor("bob"), f"GET {_SECRET}", "login_failed", status=status, headers=headers
            )
