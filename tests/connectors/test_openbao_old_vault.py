"""Logs of older servers, from HashiCorp Vault 0.7 on, mean what they mean without newer fields."""

from dataclasses import replace

import pytest
from tests.conftest import Folder
from tests.connectors.told import meant, notes, users
from tests.connectors.vault_records import (
    AGES,
    VAULT_0_7,
    VAULT_0_10,
    VAULT_1_3,
    VAULT_1_10,
    VAULT_1_13,
    Act,
    Age,
    Token,
    entries,
    log,
)

ADA = Token("ldap-ada", {"username": "ada"}, "e-ada", accessor="a1")
BUILD = Token("approle", {"role_name": "build"}, "e-build", accessor="a2")
ROOT = Token("root", policies=("root",), accessor="a3")
REFUSED = "1 error occurred:\n\n* permission denied"
SIGN_IN = Act("update", "auth/ldap/login/ada", "auth/ldap/", "ldap", issued=ADA)
DAY = (
    SIGN_IN,
    replace(SIGN_IN, issued=None, answer={"error": "hmac-sha256:aa"}),
    Act("read", "secret/app/db", "secret/", "kv", ADA, answer={"value": "hmac"}, lease=""),
    Act("read", "secret/none", "secret/", "kv", ADA),
    Act("read", "secret/other", "secret/", "kv", ADA, error=REFUSED),
    Act("create", "secret/app/new", "secret/", "kv", ADA, {"value": "hmac"}),
    Act("update", "secret/app/new", "secret/", "kv", ADA, {"value": "hmac"}),
    Act("delete", "secret/app/new", "secret/", "kv", ADA),
    Act("list", "secret/app/", "secret/", "kv", ADA, answer={"keys": ["hmac", "hmac"]}),
    Act("update", "auth/approle/login", "auth/approle/", "approle", issued=BUILD),
    Act("update", "auth/approle/login", "auth/approle/", "approle", error="invalid secret id"),
    Act(
        "update",
        "transit/encrypt/key1",
        "transit/",
        "transit",
        BUILD,
        {"batch_input": [{"plaintext": "hmac"}] * 20},
        {"batch_results": [{"ciphertext": "hmac"}] * 20},
    ),
    Act("read", "aws/creds/deploy", "aws/", "aws", BUILD, answer={"key": "hmac"}, lease="aws/1"),
    Act("update", "pki/issue/web", "pki/", "pki", BUILD, {}, {"certificate": "hmac"}),
    Act("read", "cubbyhole/note", "cubbyhole/", "cubbyhole", ADA, answer={"note": "hmac"}),
    Act("update", "auth/token/renew-self", "auth/token/", "token", ADA, issued=ADA),
    Act("update", "auth/token/revoke-self", "auth/token/", "token", ADA),
    Act("update", "sys/mounts/kv", "sys/", "system", ROOT, {"type": "hmac"}),
    Act("update", "sys/leases/revoke-prefix/aws/creds/deploy", "sys/", "system", ADA),
)
MEANT = [
    ("ada", "login", "ok", None, 1),
    ("ada", "login_failed", "error", None, 1),
    ("ada", "secret_read", "ok", "secret/app/db", 1),
    ("ada", "secret_read", "not_found", "secret/none", 1),
    ("ada", "secret_read", "denied", "secret/other", 1),
    ("ada", "item_added", "ok", "secret/app/new", 1),
    ("ada", "item_updated", "ok", "secret/app/new", 1),
    ("ada", "item_deleted", "ok", "secret/app/new", 1),
    ("ada", "list", "ok", None, 1),
    ("build", "login", "ok", None, 1),
    ("unknown", "login_failed", "error", None, 1),
    ("build", "key_operation", "ok", "transit/key1", 20),
    ("build", "credential_issued", "ok", "aws/deploy", 1),
    ("build", "credential_issued", "ok", "pki/web", 1),
    ("ada", "secret_read", "ok", None, 1),
    ("ada", "heartbeat", "ok", None, 1),
    ("ada", "logout", "ok", None, 1),
    ("root", "admin", "ok", None, 1),
    ("ada", "admin", "ok", None, 1),
]


@pytest.mark.parametrize("age", AGES, ids=lambda age: age.name)
def test_one_day_in_every_age(folder: Folder, age: Age) -> None:
    """The same day means the same, by whichever age of servers it was written down."""
    taken = folder.take("openbao", log(age, *DAY), account="acme")
    assert taken.outcome.rejected == 0
    assert meant(folder) == MEANT
    people = users(folder)
    assert (people["ada"]["kind"], people["ada"]["auth_method"]) == ("person", "ldap")
    assert (people["build"]["kind"], people["build"]["auth_method"]) == ("machine", "approle")
    assert (people["ada"]["login_sessions"], people["ada"]["failed_logins"]) == (1, 1)
    # Where servers do not write what a mount is, every report says that it follows from paths.
    said = [note for note in notes(folder) if "does not write mount fields" in note]
    assert len(said) == (0 if age.mount_type else 1)


@pytest.mark.parametrize("age", AGES, ids=lambda age: age.name)
@pytest.mark.parametrize(
    ("mount", "display", "metadata", "name"),
    [
        (
            "kubernetes",
            "kubernetes-prod-web",
            {"service_account_namespace": "prod", "service_account_name": "web", "role": "w"},
            "prod/web",
        ),
        ("cert", "cert-hosts", {"common_name": "db1.example", "cert_name": "hosts"}, "db1.example"),
        ("cert", "cert-hosts", {"cert_name": "hosts"}, "hosts"),
        ("gcp", "gcp-ci@p.example", {"service_account_email": "ci@p.example"}, "ci@p.example"),
        ("userpass", "userpass-joe", {"username": "joe"}, "joe"),
        ("aws", "aws-i-0abc", {"auth_type": "ec2", "instance_id": "i-0abc"}, "i-0abc"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_signs_in_is_who_acts(
    folder: Folder, age: Age, mount: str, display: str, metadata: dict[str, str], name: str
) -> None:
    """A sign-in and what is done after it are of one client, with or without entities."""
    token = Token(display, metadata, "e-1")
    sign_in = Act("update", f"auth/{mount}/login", f"auth/{mount}/", mount, issued=token)
    read = Act("read", "secret/a", "secret/", "kv", token, answer={"v": "hmac"}, lease="")
    folder.take("openbao", log(age, sign_in, read), account="acme")
    assert [(who, kind) for who, kind, *_ in meant(folder)] == [
        (name, "login"),
        (name, "secret_read"),
    ]
    assert folder.app.store.query("select count(*) from identity") == [(1,)]


def test_version_two_without_mount_fields(folder: Folder) -> None:
    """The path and the answer of version 2 are recognised, also under a mount of two segments."""
    acts = [
        Act("create", "team/kv/data/a", "", "", ADA, {}, {"version": 1}),
        Act("update", "team/kv/data/a", "", "", ADA, {}, {"version": 2}),
        Act("read", "team/kv/data/a", "", "", ADA, answer={"data": {}, "metadata": {"version": 2}}),
        Act("read", "team/kv/data/b", "", "", ADA),
        Act("list", "team/kv/metadata/", "", "", ADA, answer={"keys": ["hmac"]}),
        Act("delete", "team/kv/data/a", "", "", ADA),
        Act("create", "team/kv/data/c", "", "", ADA, {}, error=REFUSED),
    ]
    folder.take("openbao", log(VAULT_0_10, *acts), account="acme")
    assert [(kind, outcome, item) for _, kind, outcome, item, _ in meant(folder)] == [
        ("item_added", "ok", "team/kv/a"),
        ("item_updated", "ok", "team/kv/a"),
        ("secret_read", "ok", "team/kv/a"),
        ("secret_read", "not_found", "team/kv/b"),
        ("list", "ok", None),
        ("item_deleted", "ok", "team/kv/a"),
        ("item_added", "denied", "team/kv/c"),
    ]


def test_version_one_with_paths_like_version_two(folder: Folder) -> None:
    """What only version 1 answers tells it, where a path begins like one of version 2."""
    acts = [
        Act("create", "secret/data/x", "secret/", "kv", ADA, {"v": "hmac"}),
        Act("read", "secret/data/x", "secret/", "kv", ADA, answer={"metadata": "m"}, lease=""),
        Act("read", "secret/config/x", "secret/", "generic", ADA, answer={"v": "hmac"}, lease=""),
        Act("create", "secret/delete/x", "secret/", "kv", ADA, {"v": "hmac"}),
    ]
    for age in (VAULT_0_7, VAULT_1_13):
        folder.take("openbao", log(age, *acts, first=10 * AGES.index(age)), account="acme")
    once = [
        ("item_added", "secret/data/x"),
        ("secret_read", "secret/data/x"),
        ("secret_read", "secret/config/x"),
        ("item_added", "secret/delete/x"),
    ]
    assert [(kind, item) for _, kind, _, item, _ in meant(folder)] == once + once


def test_mounts_of_several_segments_between_the_ages(folder: Folder) -> None:
    """Servers that write the type of a mount and not its path leave its end to be found."""
    acts = [
        Act("update", "transit/team/encrypt/k", "", "transit", BUILD, {}, {"ciphertext": "hmac"}),
        Act("update", "pki/int/issue/web", "", "pki", BUILD, {}, {"certificate": "hmac"}),
        Act("read", "db/prod/creds/reader", "", "database", BUILD, answer={}, lease="db/prod/1"),
        Act("update", "auth/team/ldap/login/ada", "", "ldap", issued=ADA),
    ]
    folder.take("openbao", log(VAULT_1_10, *acts), account="acme")
    assert [(kind, item) for _, kind, _, item, _ in meant(folder)] == [
        ("key_operation", "transit/team/k"),
        ("credential_issued", "pki/int/web"),
        ("credential_issued", "db/prod/reader"),
        ("login", None),
    ]


def test_a_lease_shows_an_engine_under_another_name(folder: Folder) -> None:
    """Without mount fields a credential with a lease is a credential, whatever its mount."""
    act = Act("read", "reporting/creds/reader", "", "", ADA, answer={}, lease="reporting/1")
    folder.take("openbao", log(VAULT_1_3, act), account="acme")
    assert meant(folder) == [("ada", "credential_issued", "ok", "reporting/reader", 1)]


def test_names_alone_tell_identities_apart_in_the_first_age(folder: Folder) -> None:
    """Before entities, display names and metadata join what one did and keep others apart."""
    machine, other = Token("aws-ec2-i-1", {"region": "eu"}), Token("aws-ec2-i-2", {"region": "eu"})
    deploy = replace(BUILD, metadata={"role_name": "deploy"})
    acts = [
        Act("update", "auth/aws-ec2/login", "", "", issued=machine),
        *(
            Act("read", "secret/x", "", "", token, answer={"v": "hmac"}, lease="")
            for token in (machine, machine, other, BUILD, deploy, ADA)
        ),
        Act("update", "auth/approle/login", "", "", issued=BUILD),
        Act("update", "auth/approle/login", "", "", issued=deploy),
        replace(SIGN_IN, path="auth/ldap/login/Ada", issued=None, error="ldap operation failed"),
    ]
    folder.take("openbao", log(VAULT_0_7, *acts), account="acme")
    rows = users(folder)
    columns = ("requests", "secrets_read", "failed_logins")
    did = {name: tuple(row[column] for column in columns) for name, row in rows.items()}
    assert did == {
        "i-1": (3, 2, 0),
        "ec2-i-2": (1, 1, 0),
        "build": (2, 1, 0),
        "deploy": (2, 1, 0),
        "ada": (2, 1, 1),
    }


def test_roles_that_are_not_written_down(folder: Folder) -> None:
    """AppRole sign-ins that do not say their role are one user, and every report says so."""
    login = Act("update", "auth/approle/login", "", "", issued=replace(BUILD, metadata=None))
    folder.take("openbao", log(VAULT_0_7, login, login), account="acme")
    assert users(folder)["approle"]["login_sessions"] == 2
    assert any("does not write their role" in note for note in notes(folder))


def test_a_custom_mount_before_and_after_a_sign_in(folder: Folder) -> None:
    """One who was known by the display name alone gets the name of the first sign-in seen."""
    lin = Token("corp-sso-lin", {"role": "staff"}, "e-lin")
    read = Act("read", "kv/data/x", "kv/", "kv", lin, answer={"data": {}})
    folder.take("openbao", log(VAULT_1_13, read), account="acme")
    assert list(users(folder)) == ["corp-sso-lin"]
    callback = Act("read", "auth/corp-sso/oidc/callback", "auth/corp-sso/", "oidc", issued=lin)
    folder.take("openbao", log(VAULT_1_13, callback, read, first=1), account="acme")
    row = users(folder)["lin"]
    assert (row["kind"], row["auth_method"], row["requests"]) == ("person", "oidc", 3)


def test_a_request_without_an_answer(folder: Folder) -> None:
    """A request whose answer was never written ended in an error, until the answer turns up."""
    read = Act("read", "secret/x", "secret/", "kv", ADA, answer={"v": "hmac"}, lease="")
    request, response = entries(VAULT_1_13, 0, read)
    folder.take("openbao", request, account="acme")
    assert meant(folder) == [("ada", "secret_read", "error", "secret/x", 1)]
    folder.take("openbao", response, account="acme")
    assert meant(folder) == [("ada", "secret_read", "ok", "secret/x", 1)]
