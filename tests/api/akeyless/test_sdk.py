"""The official SDK, in both versions, does with our server what it does with Akeyless."""

import json
import subprocess
from itertools import count
from shutil import which
from typing import Any

import pytest
from tests.api.akeyless.sdk import Sdk, Served
from tests.cli.test_get_analytics_data import JQ, PAGE
from tests.conftest import run_json

from vaultmeter.api.akeyless.pages import PAGE as PAGE_SIZE

_NUMBER = count()
STRANGER = "t-é"
"""A token that nobody was given."""


@pytest.fixture
def name(sdk: Sdk) -> str:
    """Give a name that nothing has yet."""
    return f"{sdk.version}-{next(_NUMBER)}"


def key_with(sdk: Sdk, token: str, name: str, **access: str) -> dict[str, str]:
    """Make a role of access levels, and a key that has it."""
    sdk.call("create_role", "CreateRole", name=name, token=token, **access)
    made = sdk.call("auth_method_create_api_key", "AuthMethodCreateApiKey", name=name, token=token)
    sdk.call(
        "assoc_role_auth_method",
        "AssocRoleAuthMethod",
        role_name=name,
        am_name=name,
        token=token,
    )
    return {"access_id": made["access_id"], "access_key": made["access_key"]}


def test_a_good_key_signs_in(sdk: Sdk, served: Served) -> None:
    """A key gets a token, which is valid for less than an hour, and none for good."""
    token = sdk.token(served.admin)
    told = sdk.call("validate_token", "ValidateToken", token=token)
    assert token.startswith("t-")
    assert told["is_valid"] is True
    assert 0 < told["ttl"] <= 3600
    assert sdk.call("validate_token", "ValidateToken", token=STRANGER)["is_valid"] is False


def test_a_bad_key_does_not_sign_in(sdk: Sdk, served: Served) -> None:
    """A wrong access key, a wrong access id and other ways to sign in are a 401 with a text."""
    admin = served.admin
    for fields in (
        {"access_id": admin["access_id"], "access_key": admin["access_key"][:-1]},
        {"access_id": "p-nobody", "access_key": admin["access_key"]},
        {"access_id": admin["access_id"]},
        {"access_type": "password", "admin_email": "a@example.org", "admin_password": "x" * 12},
        {"access_type": "saml", "access_id": admin["access_id"]},
    ):
        refused = sdk.refused("auth", "Auth", **fields)
        assert refused.status in {401, 429}
        assert refused.error
    wrong = {"access_id": admin["access_id"], "access_key": "k"}
    assert sdk.refused("auth", "Auth", **wrong).status == 401


@pytest.mark.parametrize("type_", ["access_key", "api_key"])
def test_both_words_for_a_key_are_taken(sdk: Sdk, served: Served, type_: str) -> None:
    """Clients say `access_key`, scripts `api_key`; both sign in."""
    key = {name: served.admin[name] for name in ("access_id", "access_key")}
    assert sdk.call("auth", "Auth", access_type=type_, **key)["token"]


def test_a_user_signs_in_with_a_password(sdk: Sdk, name: str, served: Served) -> None:
    """Somebody who has a password gets a token by it, and sees what their roles let them see."""
    words = ("users", "add", name, "--email", f"{name}@example.org", "--role", "reader", "--json")
    password = run_json("--data", served.serving.data, *words)["password"]
    fields = {"access_type": "password", "admin_email": f"{name}@example.org"}
    token = sdk.call("auth", "Auth", admin_password=password, **fields)["token"]
    told = sdk.call("get_analytics_data", "GetAnalyticsData", token=token)
    assert told["usage_reports"]["sm"]["total_clients"] == 144
    assert sdk.refused("auth", "Auth", admin_password=f"{password}x", **fields).status == 401


def test_an_empty_store_answers(sdk: Sdk, empty: Served) -> None:
    """Nothing taken in is a document with zeros, whose lists are there."""
    there = sdk.at(empty.host)
    told = there.call("get_analytics_data", "GetAnalyticsData", token=there.token(empty.admin))
    assert told["usage_reports"]["sm"]["total_clients"] == 0
    assert told["clients_usage_reports"]["sm"]["clients"] == []
    assert told["analytics_data"] == {"all_items": [["Item Type", "Count"]]}


def test_a_filled_store_answers(sdk: Sdk, token: str) -> None:
    """The numbers of the sample come through the SDK's own types, and add up."""
    told = sdk.call("get_analytics_data", "GetAnalyticsData", token=token)
    summary, clients = told["usage_reports"]["sm"], told["clients_usage_reports"]["sm"]
    assert summary["total_clients"] == len(clients["clients"]) == 144
    assert sum(summary["clients_by_auth_method_types"].values()) == 144
    assert summary["secrets_by_types"] == {"classic_key": 12, "static_secret": 240}
    assert ["Static Secrets", "240"] in told["analytics_data"]["all_items"]


def test_the_exact_json_is_that_of_the_command_line(sdk: Sdk, token: str, served: Served) -> None:
    """What travels is the document that the command prints, with the keys the SDK drops."""
    kind, text = sdk.raw("get_analytics_data", "GetAnalyticsData", token=token)
    printed = run_json("--data", served.serving.data, "get-analytics-data")
    assert kind == "application/json"
    assert untimed(json.loads(text)) == untimed(printed)
    assert json.loads(text)["usage_reports"]["sm"]["ai_clients"] == 0


def test_the_jq_lines_of_the_page_run(sdk: Sdk, token: str) -> None:
    """The real jq program runs every line of the product page on what the API answers."""
    assert which("jq"), JQ
    _, text = sdk.raw("get_analytics_data", "GetAnalyticsData", token=token)
    found = {
        name: subprocess.run(  # noqa: S603  a line of the page
            [JQ, "-c", line], input=text, capture_output=True, text=True, check=True
        ).stdout
        for name, line in PAGE.items()
    }
    assert found["totals"] == '{"total_clients":144,"total_secrets":252}\n'
    assert found["large types"] == '{"key":"static_secret","value":240}\n'
    assert found["exceeded"] == ""
    assert json.loads(found["methods"])["jwt"]


def test_a_role_is_given_used_and_taken(sdk: Sdk, token: str, name: str) -> None:
    """A role opens the document to a new key, and closes it again; its description stays."""
    key = key_with(sdk, token, name, usage_reports_access="all", description="For billing")
    own = sdk.token(key)
    told = sdk.call("get_analytics_data", "GetAnalyticsData", token=own)
    assert told["usage_reports"]["sm"]["total_clients"] == 144
    assert "analytics_data" not in told
    done = sdk.call(
        "update_role", "UpdateRole", name=name, usage_reports_access="none", token=token
    )
    assert done == {"updated": True}
    refused = sdk.refused("get_analytics_data", "GetAnalyticsData", token=own)
    assert refused.status == 403
    assert "usage-reports-access" in refused.error
    assert sdk.call("get_role", "GetRole", name=name, token=token)["comment"] == "For billing"


def test_analytics_access_opens_the_tables_alone(sdk: Sdk, token: str, name: str) -> None:
    """With `analytics-access` and nothing else, the tables are there and usage is not."""
    own = sdk.token(key_with(sdk, token, name, analytics_access="all"))
    told = sdk.call("get_analytics_data", "GetAnalyticsData", token=own)
    assert told.keys() == {"analytics_data", "certificates_expiry_data", "date_updated"}
    assert ["Static Secrets", "240"] in told["analytics_data"]["all_items"]


def test_own_analytics_of_a_key_are_empty(sdk: Sdk, token: str, name: str) -> None:
    """A key uses no vault: with `own` it sees tables without a row."""
    own = sdk.token(key_with(sdk, token, name, analytics_access="own"))
    told = sdk.call("get_analytics_data", "GetAnalyticsData", token=own)
    assert told["analytics_data"] == {"all_items": [["Item Type", "Count"]]}


def test_a_key_without_a_role_may_do_nothing(sdk: Sdk, token: str, name: str) -> None:
    """A new key is known, and refused everything."""
    made = sdk.call("auth_method_create_api_key", "AuthMethodCreateApiKey", name=name, token=token)
    own = sdk.token(made)
    for call, model, fields in (
        ("get_analytics_data", "GetAnalyticsData", {}),
        ("list_roles", "ListRoles", {}),
        ("create_role", "CreateRole", {"name": "mine"}),
        ("auth_method_create_api_key", "AuthMethodCreateApiKey", {"name": "mine"}),
    ):
        assert sdk.refused(call, model, token=own, **fields).status == 403, call
    assert sdk.call("validate_token", "ValidateToken", token=own)["is_valid"] is True


def test_access_levels_are_read_back_as_rules(sdk: Sdk, token: str, name: str) -> None:
    """Each access level is a rule of its type, with the level in its path; `none` is no rule."""
    levels = {
        "usage_reports_access": "all",
        "analytics_access": "own",
        "audit_access": "own",
        "gw_analytics_access": "scoped",
        "sra_reports_access": "none",
        "event_center_access": "all",
        "event_forwarders_access": "all",
    }
    sdk.call("create_role", "CreateRole", name=name, token=token, **levels)
    role = sdk.call("get_role", "GetRole", name=name, token=token)
    rules = {each["type"]: (each["path"], each["capabilities"]) for each in rules_of(role)}
    assert rules == {
        "usage-reports-rule": ("/*", ["read"]),
        "reports-rule": ("/self", ["read"]),
        "search-rule": ("/self", ["read"]),
        "gw-reports-rule": ("/scoped", ["read"]),
        "event-rule": ("/*", ["read"]),
        "event-forwarder-rule": ("/*", ["read", "list", "create", "update", "delete"]),
    }
    assert role["rules"]["admin"] is False
    sdk.call("update_role", "UpdateRole", name=name, event_forwarder_access="none", token=token)
    role = sdk.call("get_role", "GetRole", name=name, token=token)
    assert "event-forwarder-rule" not in {each["type"] for each in rules_of(role)}


def test_the_built_in_role_is_an_administrator(sdk: Sdk, token: str) -> None:
    """The role of everything says so, and cannot be changed."""
    role = sdk.call("get_role", "GetRole", name="admin", token=token)
    assert role["rules"]["admin"] is True
    assert role["client_permissions"] == ["read", "list"]
    fields = {"name": "admin", "usage_reports_access": "none", "token": token}
    assert sdk.refused("update_role", "UpdateRole", **fields).status == 400


def test_roles_come_in_pages(sdk: Sdk, token: str) -> None:
    """More roles than fit come page after page, each once and in order, narrowed by a filter."""
    names = [f"Many-{sdk.version}-{number:03}" for number in range(PAGE_SIZE + 1)]
    for each in names:
        sdk.call("create_role", "CreateRole", name=each, token=token)
    found, next_page, pages = [], "", 0
    while pages == 0 or next_page:
        fields = {"filter": f"many-{sdk.version}", "pagination_token": next_page, "token": token}
        page = sdk.call("list_roles", "ListRoles", **fields)
        found += [role["role_name"] for role in page["roles"]]
        next_page, pages = page["next_page"], pages + 1
    assert found == names
    assert pages == 2
    refused = sdk.refused("list_roles", "ListRoles", pagination_token=STRANGER, token=token)
    assert refused.status == 400


def test_what_is_wrong_is_refused(sdk: Sdk, token: str, name: str) -> None:
    """A second role of a name is a 409, a level that does not exist a 400, a stranger a 404."""
    make = ("create_role", "CreateRole")
    sdk.call(*make, name=name, token=token)
    assert sdk.refused(*make, name=name, token=token).status == 409
    for level in ("bogus", "own", "scoped", "", "ALL"):
        fields = {"name": f"{name}-x", "usage_reports_access": level, "token": token}
        refused = sdk.refused(*make, **fields)
        assert (refused.status, "usage-reports-access" in refused.error) == (400, True), level
    for call, model, fields in (
        ("get_role", "GetRole", {"name": "stranger"}),
        ("update_role", "UpdateRole", {"name": "stranger", "new_name": "friend"}),
        ("delete_role", "DeleteRole", {"name": "stranger"}),
        ("delete_role_association", "DeleteRoleAssociation", {"assoc_id": "ass-stranger"}),
        ("auth_method_get", "AuthMethodGet", {"name": "stranger"}),
        ("assoc_role_auth_method", "AssocRoleAuthMethod", {"role_name": name, "am_name": "x"}),
    ):
        assert sdk.refused(call, model, token=token, **fields).status == 404, call
    assert sdk.refused("get_role", "GetRole", name=name, token=STRANGER).status == 401


def test_associations_are_made_told_and_ended(sdk: Sdk, token: str, name: str) -> None:
    """An association has an id, tells its sub-claims as lists, exists once, and ends."""
    give = ("assoc_role_auth_method", "AssocRoleAuthMethod")
    named = {"role_name": name, "am_name": name, "token": token}
    sdk.call("create_role", "CreateRole", name=name, token=token)
    made = sdk.call("create_auth_method", "CreateAuthMethod", name=name, token=token)
    id_ = sdk.call(*give, sub_claims={"group": "admins, developers"}, **named)["assoc_id"]
    assert sdk.refused(*give, **named).status == 409
    (told,) = sdk.call("get_role", "GetRole", name=name, token=token)["role_auth_methods_assoc"]
    assert told["assoc_id"] == id_
    assert told["auth_method_name"] == name
    assert told["auth_method_access_id"] == made["access_id"]
    assert told["auth_method_sub_claims"] == {"group": ["admins", "developers"]}
    assert told["sub_claims_case_sensitive"] is True
    sdk.call("update_assoc", "UpdateAssoc", assoc_id=id_, case_sensitive="false", token=token)
    (told,) = sdk.call("get_role", "GetRole", name=name, token=token)["role_auth_methods_assoc"]
    assert (told["auth_method_sub_claims"], told["sub_claims_case_sensitive"]) == ({}, False)
    end = ("delete_role_association", "DeleteRoleAssociation")
    sdk.call(*end, assoc_id=id_, token=token)
    assert sdk.refused(*end, assoc_id=id_, token=token).status == 404
    assert sdk.call("get_role", "GetRole", name=name, token=token)["role_auth_methods_assoc"] == []


def test_rules_are_kept_and_told(sdk: Sdk, token: str, name: str) -> None:
    """A rule on a path is told back and goes again; that of an access level sets the level."""
    sdk.call("create_role", "CreateRole", name=name, token=token, usage_reports_access="all")
    rule = {"role_name": name, "path": "/prod/*", "capability": ["read", "list"], "ttl": 30}
    sdk.call("set_role_rule", "SetRoleRule", token=token, **rule)
    told = rules_of(sdk.call("get_role", "GetRole", name=name, token=token))
    assert ("item-rule", "/prod/*", 30) in {(e["type"], e["path"], e["ttl"]) for e in told}
    for type_, path in (("item-rule", "/prod/*"), ("usage-reports-rule", "/*")):
        fields = {"role_name": name, "path": path, "rule_type": type_, "token": token}
        assert sdk.call("delete_role_rule", "DeleteRoleRule", **fields)["deleted"] is True
        assert sdk.call("delete_role_rule", "DeleteRoleRule", **fields)["deleted"] is False
    assert rules_of(sdk.call("get_role", "GetRole", name=name, token=token)) == []
    wrong = {**rule, "capability": ["fly"], "token": token}
    assert sdk.refused("set_role_rule", "SetRoleRule", **wrong).status == 400


def test_auth_methods_are_told_listed_and_deleted(sdk: Sdk, token: str, name: str) -> None:
    """A key is told as it was set and never itself, listed by part of its name, and deleted."""
    fields = {"access_expires": 4_000_000_000, "jwt_ttl": 5, "product_type": ["sm"]}
    made = sdk.call(
        "auth_method_create_api_key", "AuthMethodCreateApiKey", name=name, token=token, **fields
    )
    again = {"name": name, "token": token}
    assert (
        sdk.refused("auth_method_create_api_key", "AuthMethodCreateApiKey", **again).status == 409
    )
    told = sdk.call("auth_method_get", "AuthMethodGet", name=name, token=token)
    info = told["access_info"]
    assert told == sdk.call("get_auth_method", "GetAuthMethod", name=name, token=token)
    assert told["auth_method_access_id"] == made["access_id"]
    assert (info["rules_type"], info["jwt_ttl"], info["product_types"]) == ("api_key", 5, ["sm"])
    assert info["access_expires"] == 4_000_000_000
    assert made["access_key"] not in json.dumps(told)
    own = sdk.token(made)
    assert 0 < sdk.call("validate_token", "ValidateToken", token=own)["ttl"] <= 300
    for call, model in (
        ("auth_method_list", "AuthMethodList"),
        ("list_auth_methods", "ListAuthMethods"),
    ):
        page = sdk.call(call, model, filter=name, type=["api_key"], token=token)
        assert [each["auth_method_name"] for each in page["auth_methods"]] == [name]
        assert sdk.call(call, model, type=["ldap"], token=token)["auth_methods"] == []
    assert sdk.call("auth_method_delete", "AuthMethodDelete", name=name, token=token)
    assert sdk.refused("auth_method_get", "AuthMethodGet", name=name, token=token).status == 404
    assert sdk.call("validate_token", "ValidateToken", token=own)["is_valid"] is False


def test_what_would_not_be_kept_to_is_refused(sdk: Sdk, token: str, name: str) -> None:
    """A key that is to be bound to addresses is a 400, for nothing here would bind it."""
    make = ("auth_method_create_api_key", "AuthMethodCreateApiKey")
    for fields in (
        {"bound_ips": ["10.0.0.0/8"]},
        {"access_expires": 1_000_000_000},
        {"access_expires": -1},
        {"jwt_ttl": 1441},
    ):
        assert sdk.refused(*make, name=name, token=token, **fields).status == 400, fields


def test_protected_ones_are_not_deleted(sdk: Sdk, token: str, name: str) -> None:
    """What is protected from deletion stays until that is taken back."""
    sdk.call("create_role", "CreateRole", name=name, delete_protection="true", token=token)
    assert sdk.call("get_role", "GetRole", name=name, token=token)["delete_protection"] is True
    assert sdk.refused("delete_role", "DeleteRole", name=name, token=token).status == 400
    sdk.call("update_role", "UpdateRole", name=name, delete_protection="false", token=token)
    sdk.call("delete_role", "DeleteRole", name=name, token=token)
    assert sdk.refused("get_role", "GetRole", name=name, token=token).status == 404


def test_a_role_is_renamed(sdk: Sdk, token: str, name: str) -> None:
    """A role gets another name and description, and its members keep it."""
    key = key_with(sdk, token, name, usage_reports_access="all")
    new = f"{name}-new"
    fields = {"new_name": new, "description": "Another", "token": token}
    sdk.call("update_role", "UpdateRole", name=name, **fields)
    role = sdk.call("get_role", "GetRole", name=new, token=token)
    assert (role["comment"], len(role["role_auth_methods_assoc"])) == ("Another", 1)
    assert sdk.call("get_analytics_data", "GetAnalyticsData", token=sdk.token(key))


def test_account_and_permissions_are_told(sdk: Sdk, token: str) -> None:
    """The account's settings name the account, and what may be done with roles is told."""
    settings = sdk.call("get_account_settings", "GetAccountSettings", token=token)
    assert settings["account_id"] == "acme"
    assert settings["system_access_creds_settings"]["jwt_ttl_default"] == 60
    fields = {"path": "/*", "type": "role", "token": token}
    told = sdk.call("describe_permissions", "DescribePermissions", **fields)
    assert told["client_permissions"] == ["read", "create", "update", "delete", "list"]


@pytest.mark.parametrize("base", ["", "/", "/v2", "/v2/", "/api/v2", "/api/v2/", "//api//v2//"])
def test_every_base_answers(sdk: Sdk, base: str, served: Served) -> None:
    """The calls are where each kind of gateway has them, with a slash at the end and without."""
    there = sdk.at(served.host + base)
    told = there.call("get_analytics_data", "GetAnalyticsData", token=there.token(served.admin))
    assert told["usage_reports"]["sm"]["total_clients"] == 144


def rules_of(role: dict[str, Any]) -> list[dict[str, Any]]:
    """Take the rules of a role out of it."""
    rules: list[dict[str, Any]] = role["rules"]["path_rules"]
    return rules


def untimed(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out when a document was computed."""
    parts = [*document["usage_reports"].values(), *document["clients_usage_reports"].values()]
    for part in (document, *parts):
        for name in ("time", "date_updated"):
            part.pop(name, None)
    return document
