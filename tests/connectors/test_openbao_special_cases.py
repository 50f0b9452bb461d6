"""What servers write in settings and editions that the live tests cannot start."""

from dataclasses import replace

import pytest
from tests.conftest import Folder
from tests.connectors.told import meant, notes, users
from tests.connectors.vault_records import VAULT_1_13, Act, Fields, Token, entries, log

ADA = Token("ldap-ada", {"username": "ada"}, "e-ada")
READ = Act("read", "kv/data/x", "kv/", "kv", ADA, answer={"data": {}})


def take(folder: Folder, *acts: Act) -> None:
    """Ingest what was done at a current server."""
    taken = folder.take("openbao", log(VAULT_1_13, *acts), account="acme")
    assert taken.outcome.rejected == 0


def test_elided_lists(folder: Folder) -> None:
    """A list whose answer was cut down to a number is a list."""
    take(folder, Act("list", "kv/metadata/", "kv/", "kv", ADA, answer={"keys": 1500}))
    assert meant(folder) == [("ada", "list", "ok", None, 1)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_copies_of_a_forwarded_request(folder: Folder, order: tuple[int, ...]) -> None:
    """A request that a standby passes on is one request, whatever order its copies come in."""
    asked, answered = entries(VAULT_1_13, 0, replace(READ, entry={"forwarded_from": "10.0.0.2:1"}))
    active = asked + answered
    standby = b"".join(entries(VAULT_1_13, 0, replace(READ, response={"forwarded": True})))
    passing = replace(READ, answer=None, error="please forward to the active node")
    other = b"".join(entries(VAULT_1_13, 0, passing))
    logs = (active, standby, other)
    for number, place in enumerate(order):
        taken = folder.take("openbao", logs[place], account="acme", source=f"node {place}")
        assert (taken.outcome.stored, taken.outcome.conflicts) == (number == 0, 0)
    assert meant(folder) == [("ada", "secret_read", "ok", "kv/x", 1)]


def test_headers(folder: Folder) -> None:
    """The program of the caller is kept where the server writes it down in clear text."""
    heads = [
        {"user-agent": ["curl/8"]},
        {"user-agent": ["hmac-sha256:aa"]},
        {"x-forwarded-for": ["10.0.0.9"]},
        {},
    ]
    take(folder, *(replace(READ, more={"headers": head}) for head in heads))
    agents = folder.app.store.query("select agent from event order by time")
    assert agents == [("curl/8",), (None,), (None,), (None,)]


def test_namespaces(folder: Folder) -> None:
    """A namespace is an account, whatever its own mounts are called and typed."""
    lin = Token("eng-web-auth-corp-sso-lin@example.org", {"role": "x"}, "e-lin.ns")
    below = (
        Act("update", "auth/corp-sso/login", "auth/corp-sso/", "jwt", issued=lin),
        Act("read", "kv/data/x", "kv/", "kv", lin, answer={"data": {}}),
        Act("update", "sys/mounts/kv", "sys/", "ns_system", lin),
        Act("update", "auth/token/create", "auth/token/", "ns_token", lin),
        Act("update", "identity/entity", "identity/", "ns_identity", lin),
        Act("read", "cubbyhole/x", "cubbyhole/", "ns_cubbyhole", lin),
    )
    take(
        folder,
        *(replace(act, mount=f"eng/web/{act.mount}", namespace="eng/web/") for act in below),
        # A namespace may be called like a mount in it, and a server may write its path or not.
        *(
            Act("read", "kv/data/x", mount, "kv", lin, answer={"data": {}}, namespace="kv/")
            for mount in ("kv/", "kv/kv/")
        ),
    )
    who = "lin@example.org"
    assert meant(folder) == [
        (who, "login", "ok", None, 1),
        (who, "secret_read", "ok", "kv/x", 1),
        (who, "admin", "ok", None, 1),
        (who, "credential_issued", "ok", None, 1),
        (who, "admin", "ok", None, 1),
        (who, "secret_read", "not_found", None, 1),
        (who, "secret_read", "ok", "kv/x", 1),
        (who, "secret_read", "ok", "kv/x", 1),
    ]
    assert users(folder)[who]["account"] == "acme/eng/web"
    items = {(row["account"], row["item"], row["reads"]) for row in folder.report("items")}
    assert items == {("acme/eng/web", "kv/x", 1), ("acme/kv", "kv/x", 2)}


def test_external_plugins(folder: Folder) -> None:
    """A plug-in of a known engine is that engine; one of an unknown engine is counted as such."""
    auth, aws = "vault-plugin-auth-jwt", "openbao-plugin-secrets-aws"
    github = "vault-plugin-secrets-github"
    take(
        folder,
        replace(READ, mount_type="vault-plugin-secrets-kv"),
        Act("update", "auth/sso/login", "auth/sso/", auth, issued=Token("sso-ci", None, "e-ci")),
        Act("read", "cloud/creds/deploy", "cloud/", aws, ADA, answer={}, lease="cloud/1"),
        Act("read", "gh/token", "gh/", github, ADA, answer={"token": "hmac"}),
    )
    assert meant(folder) == [
        ("ada", "secret_read", "ok", "kv/x", 1),
        ("ci", "login", "ok", None, 1),
        ("ada", "credential_issued", "ok", "cloud/deploy", 1),
        ("ada", "other", "ok", None, 1),
    ]
    assert users(folder)["ci"]["auth_method"] == "jwt"
    assert any("of kinds no connector knows" in note for note in notes(folder))


def test_tokens(folder: Folder) -> None:
    """Tokens of an entity are its own, others are known by their client, wrapping ones by none."""
    batch = replace(ADA, display_name="token", metadata=None, accessor="")
    child = replace(ADA, display_name="token-backup", metadata=None)
    orphan = Token("token-ci", None, client="c-1")
    wrapping = Token("ldap-ada", None, client="c-2", policies=("response-wrapping",))
    unwrap = Act("update", "sys/wrapping/unwrap", "sys/", "system", wrapping, answer={"a": "hmac"})
    readers = (child, batch, ADA, orphan)
    take(folder, *(replace(READ, token=token) for token in readers), unwrap)
    who = [user for user, *_ in meant(folder)]
    assert who == ["ada", "ada", "ada", "token-ci", "unknown"]
    sessions = folder.app.store.query("select session is null from event order by time")
    assert sessions == [(False,), (True,), (False,), (False,), (False,)]


def test_agents_that_act_for_somebody(folder: Folder) -> None:
    """An agent is who acts, with the name it has, not the one it acts for."""
    acting = {"username": "ada", "actor_entity_id": "e-bot", "actor_entity_name": "assistant"}
    take(folder, READ, replace(READ, token=replace(ADA, metadata=acting)))
    rows = users(folder)
    assert {name: (row["kind"], row["requests"]) for name, row in rows.items()} == {
        "ada": ("person", 1),
        "assistant": ("agent", 1),
    }


def test_names_that_could_be_two(folder: Folder) -> None:
    """A user and a role are not one because their mounts and names end up in the same words."""
    user = Token("team-app", {"username": "app"}, "e-user")
    role = Token("team-app", {"role_name": "app"}, "e-role")
    take(folder, *(replace(READ, token=token) for token in (user, role)))
    assert len(folder.report("users")) == 2


def test_names_of_machines(folder: Folder) -> None:
    """Machines have the names of their accounts, roles and certificates, addresses or not."""
    pod = {"service_account_namespace": "prod", "service_account_name": "web", "role": "web"}
    cloud = {"service_account_email": "ci@project.example", "project_id": "p"}
    take(
        folder,
        *(
            replace(READ, token=Token(display, metadata, entity))
            for display, metadata, entity in (
                ("kubernetes-prod-web", pod, "e-1"),
                ("gcp-ci", cloud, "e-2"),
                ("cert-db1", {"common_name": "db1.example", "cert_name": "hosts"}, "e-3"),
                ("cert-hosts", {"cert_name": "hosts"}, "e-4"),
                ("approle", {"role_name": "ops@example"}, "e-5"),
            )
        ),
    )
    assert {name: row["kind"] for name, row in users(folder).items()} == dict.fromkeys(
        ("prod/web", "ci@project.example", "db1.example", "hosts", "ops@example"), "machine"
    )


def test_a_person_with_a_program(folder: Folder) -> None:
    """An entity that signs in as a person and by a role is the person, whichever came last."""
    person = Token("ldap-ada", {"username": "ada"}, "e-1")
    role = Token("approle", {"role_name": "ada-script"}, "e-1")
    sign_ins = (
        Act("update", "auth/ldap/login/ada", "auth/ldap/", "ldap", issued=person),
        Act("update", "auth/approle/login", "auth/approle/", "approle", issued=role),
    )
    take(folder, *sign_ins)
    row = users(folder)["ada"]
    assert (row["kind"], row["auth_method"], row["login_sessions"]) == ("person", "ldap", 2)


def test_steps_of_a_sign_in(folder: Folder) -> None:
    """Asking for a page, a code or patience is no sign-in and no refusal; a refusal is one."""
    page = {"http_status_code": 200, "http_content_type": "hmac", "http_raw_body": "hmac"}
    oidc, saml = ("auth/oidc/", "oidc"), ("auth/saml/", "saml")
    wait = "authorization_pending"
    lin = Token("oidc-lin", None, "e-lin")
    take(
        folder,
        Act("update", "auth/oidc/oidc/auth_url", *oidc, answer={"auth_url": "hmac"}),
        Act("read", "auth/oidc/oidc/callback", *oidc, answer=page),
        Act("update", "auth/oidc/oidc/poll", *oidc, error=wait),
        Act("update", "auth/saml/token", *saml, error=wait),
        Act("update", "auth/ldap/login/ada", "auth/ldap/", "ldap", response={"auth": {"a": 1}}),
        Act("update", "auth/oidc/oidc/poll", *oidc, issued=lin),
        Act("update", "auth/jwt/cel/login", "auth/jwt/", "jwt", error="no match"),
        Act("update", "auth/ldap/login/ada", "auth/ldap/", "ldap", error="no such user"),
    )
    kinds = [kind for _, kind, *_ in meant(folder)]
    assert kinds == ["system"] * 5 + ["login", "login_failed", "login_failed"]
    assert users(folder)["lin"]["kind"] == "person"


def test_refusals_that_were_to_be_wrapped(folder: Folder) -> None:
    """A refused sign-in has an empty wrapping in OpenBao, and is a refused sign-in."""
    empty = {"wrap_info": {"ttl": 60, "token": "hmac-sha256:aa", "accessor": "hmac-sha256:bb"}}
    login = Act("update", "auth/approle/login", "auth/approle/", "approle", response=empty)
    role = Token("approle", {"role_name": "build"}, "e-build")
    take(folder, replace(login, answer={"error": "hmac"}), replace(login, token=role))
    assert meant(folder) == [
        ("unknown", "login_failed", "error", None, 1),
        ("build", "login", "ok", None, 1),
    ]


def test_a_key_that_is_made_twice(folder: Folder) -> None:
    """Making a key anew changes nothing, and adds no key; bringing one in adds it."""
    ages: list[Fields] = [
        {"1": 1793520000},  # the instant of the first act
        {"1": 1793520000 - 60},
        {"1": {"creation_time": "2026-11-01T08:00:02Z"}},
        {"1": {"creation_time": "2025-11-01T08:00:02Z"}},
    ]
    answers: list[Fields | None] = [{"keys": age} for age in ages]
    make = Act("update", "transit/keys/k", "transit/", "transit", ADA)
    brought = [
        Act("update", path, "transit/", "transit", ADA)
        for path in ("transit/keys/b/import", "transit/restore/b", "transit/keys/b/import_version")
    ]
    take(folder, *(replace(make, answer=answer) for answer in (*answers, None)), *brought)
    kinds = [kind.removeprefix("item_") for _, kind, *_ in meant(folder)]
    assert kinds == ["added", "updated", "added", "updated", "added", "added", "added", "updated"]


def test_credentials_of_other_engines(folder: Folder) -> None:
    """Credentials count for the role, set or account they are made of, wherever the path has it."""
    acme = "pki/roles/web/acme/order/1/finalize"
    take(
        folder,
        Act("update", "ad/library/ops/check-out", "ad/", "ad", ADA, answer={"password": "hmac"}),
        Act("update", "ad/library/ops/check-in", "ad/", "ad", ADA, answer={}),
        Act("read", "gcp/roleset/ci/token", "gcp/", "gcp", ADA, answer={"token": "hmac"}),
        Act("read", "gcp/roleset/ci", "gcp/", "gcp", ADA, answer={"bindings": "hmac"}),
        Act("read", "ldap/static-cred/web", "ldap/", "openldap", ADA, answer={"password": "hmac"}),
        Act("update", "aws/sts/deploy", "aws/", "aws", ADA, answer={"access_key": "hmac"}),
        Act("update", acme, "pki/", "pki", answer={"http_status_code": 200}),
        Act("update", "pki/acme/new-order", "pki/", "pki", answer={"http_status_code": 201}),
    )
    assert meant(folder) == [
        ("ada", "credential_issued", "ok", "ad/ops", 1),
        ("ada", "admin", "ok", None, 1),
        ("ada", "credential_issued", "ok", "gcp/ci", 1),
        ("ada", "admin", "ok", None, 1),
        ("ada", "secret_read", "ok", "ldap/web", 1),
        ("ada", "credential_issued", "ok", "aws/deploy", 1),
        ("unknown", "credential_issued", "ok", "pki/web", 1),
        ("unknown", "system", "ok", None, 1),
    ]
