"""Settings, Access: users, groups, roles and keys, held against what the command line tells."""

import json
from http.client import HTTPConnection
from typing import Any

from tests.console.asked import Console, Shown

EVERY_SECTION = [
    "My sign-in", "Appearance", "Users", "Groups", "Roles", "Access keys", "Definitions",
    "Client limits", "Account groups", "Forwarders", "Retention", "Trail",
]  # fmt: skip


def _listed(console: Console, *words: str) -> dict[str, Any]:
    found = console.ask(*words, "list", "--json")
    rows = found["rows"] if isinstance(found, dict) else found
    return {row["name"]: row for row in rows}


def _once(shown: Shown) -> list[str]:
    """What is told this once."""
    return shown.texts(".once code")


def _signed_in(console: Console, name: str, password: str) -> Console:
    other = Console(console.serving, name)
    shown = other.post("/sign-in", {"name": name, "password": password, "next": "/settings"})
    assert shown.status == 200, shown.text()
    return other


def _with_key(console: Console, access_id: str, key: str) -> int:
    """The status that the API answers a key with."""
    connection = HTTPConnection("127.0.0.1", console.serving.port, timeout=60)
    try:
        headers = {"Authorization": f"Bearer {access_id}:{key}"}
        connection.request("GET", "/api/v1/me", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_everybody_finds_the_sections_they_may_open(empty_console: Console) -> None:
    """The list has the sections that open; the address of another says which right is missing."""
    assert empty_console.get("/settings").texts(".sections a") == EVERY_SECTION
    reader = empty_console.as_("reader")
    assert reader.get("/settings").texts(".sections a") == [
        "My sign-in",
        "Appearance",
        "Definitions",
    ]
    for closed in ("users", "groups", "roles", "keys", "limits", "retention", "trail"):
        shown = reader.get(f"/settings/{closed}")
        assert shown.status == 403, closed
        assert "Whoever manages roles can grant it" in shown.text("main"), closed


def test_a_new_user_gets_a_password_that_is_shown_once(empty_console: Console) -> None:
    """The answer of the form has the password, which signs in; no later page or cookie has it."""
    given = {"name": "ada", "email": "ada@example.org", "role": ["reader"]}
    made = empty_console.post("/settings/users/add", given)
    name, password = _once(made)
    assert name == "ada"
    assert made.headers["hx-replace-url"] == "/settings/users"
    assert password not in str(made.headers)
    assert password.encode() not in empty_console.get("/settings/users").body
    user = _listed(empty_console, "users")["ada"]
    assert (user["email"], user["roles"]) == ("ada@example.org", ["reader"])
    ada = _signed_in(empty_console, "ada", password)
    assert "Somebody else gave you the password" in ada.get("/settings/sign-in").text("main")


def test_a_refused_form_stands_as_it_was_typed(empty_console: Console) -> None:
    """A name that is taken is told beside the form, which is open with what was typed."""
    shown = empty_console.post("/settings/users/add", {"name": "reader", "email": "r@example.org"})
    assert shown.status == 409
    sheet = shown.one("#user-new")
    assert sheet.has_attr("open")
    assert "There is a user 'reader' already." in shown.text("#user-new .wrong")
    assert shown.one("#user-new input[name=email]")["value"] == "r@example.org"
    assert "/settings/users/" not in shown.one(".pager a[href]")["href"]


def test_ticked_roles_and_groups_are_given_and_others_taken(empty_console: Console) -> None:
    """Saving boxes leaves a user with exactly the roles and groups that are ticked."""
    empty_console.post("/settings/users/add", {"name": "bob", "role": ["reader"]})
    empty_console.post("/settings/groups/make", {"name": "auditors", "role": ["reader"]})
    empty_console.post("/settings/users/roles", {"name": "bob", "role": ["admin"]})
    empty_console.post("/settings/users/groups", {"name": "bob", "group": ["auditors"]})
    bob = _listed(empty_console, "users")["bob"]
    assert (bob["roles"], bob["groups"]) == (["admin"], ["auditors"])
    empty_console.post("/settings/users/groups", {"name": "bob"})
    empty_console.post("/settings/users/roles", {"name": "bob"})
    bob = _listed(empty_console, "users")["bob"]
    assert (bob["roles"], bob["groups"]) == ([], [])


def test_whoever_is_disabled_is_out_until_enabled(empty_console: Console) -> None:
    """Disabling ends the sessions at once; another password is shown once and lets in again."""
    (_, password) = _once(empty_console.post("/settings/users/add", {"name": "eve"}))
    eve = _signed_in(empty_console, "eve", password)
    empty_console.post("/settings/users/disable", {"name": "eve"})
    assert "Sign in" in eve.get("/settings").text("h1")
    empty_console.post("/settings/users/enable", {"name": "eve"})
    (_, other) = _once(empty_console.post("/settings/users/password", {"name": "eve"}))
    assert _signed_in(empty_console, "eve", other).get("/settings").status == 200


def test_a_group_is_deleted_once_its_name_is_typed(empty_console: Console) -> None:
    """Members come and go; deleting says who loses what, and needs the name."""
    empty_console.post("/settings/groups/make", {"name": "finance", "role": ["reader"]})
    empty_console.post("/settings/groups/add", {"name": "finance", "user": "nobody"})
    assert _listed(empty_console, "groups")["finance"]["members"] == ["nobody"]
    shown = empty_console.get("/settings/groups?q=finance")
    assert "1 member loses what it gives: reader." in shown.text(".danger")
    refused = empty_console.post("/settings/groups/delete", {"name": "finance", "typed": "Finance"})
    assert refused.status == 422
    assert "finance" in _listed(empty_console, "groups")
    empty_console.post("/settings/groups/take", {"name": "finance", "user": "nobody"})
    assert _listed(empty_console, "groups")["finance"]["members"] == []
    empty_console.post("/settings/groups/delete", {"name": "finance", "typed": "finance"})
    assert "finance" not in _listed(empty_console, "groups")


def test_a_role_is_what_its_form_says(empty_console: Console) -> None:
    """A role that is made, changed and given is the one that the command line shows."""
    given = {
        "name": "money",
        "usage_reports_access": "all",
        "analytics_access": "own",
        "manages": ["limits"],
        "accounts": "acme/finance\r\nacme/legal\r\n",
        "product": ["sm", "pm"],
    }
    empty_console.post("/settings/roles/make", given)
    empty_console.post("/settings/roles/give", {"role": "money", "kind": "user", "name": "nobody"})
    changed = {**given, "role": "money", "description": "For bills", "accounts": "acme"}
    empty_console.post("/settings/roles/change", changed)
    role = empty_console.ask("get-role", "--name", "money", "--json")
    assert role["accounts"] == ["acme"]
    assert role["products"] == ["sm", "pm"]
    assert (role["usage_reports_access"], role["analytics_access"]) == ("all", "own")
    assert (role["manages"], role["description"]) == (["limits"], "For bills")
    assert [member["name"] for member in role["members"]] == ["nobody"]
    trail = empty_console.ask("trail", "list", "--act", "role.update", "--json")
    assert json.dumps(trail).count("acme/legal") == 1
    dropped = empty_console.post("/settings/roles/delete", {"role": "money", "typed": "money"})
    assert "money" not in dropped.text("#roles table")


def test_nobody_hands_out_more_than_they_have(empty_console: Console) -> None:
    """Somebody who manages roles alone is refused beside the form, and the trail says so."""
    empty_console.post("/settings/roles/make", {"name": "clerk", "manages": ["roles"]})
    (_, password) = _once(
        empty_console.post("/settings/users/add", {"name": "clerk", "role": ["clerk"]})
    )
    clerk = _signed_in(empty_console, "clerk", password)
    refused = clerk.post("/settings/roles/make", {"name": "more", "manages": ["trail"]})
    assert refused.status == 403
    assert "may not hand out 'trail'" in refused.text("#role-new .wrong")
    noted = empty_console.ask("trail", "list", "--act", "access.refused", "--by", "clerk", "--json")
    assert "may not hand out" in json.dumps(noted)


def test_a_key_is_shown_once_rotated_ended_and_revoked(empty_console: Console) -> None:
    """Each key signs in from when it is shown until another takes its place, or it is revoked."""
    given = {"name": "billing", "role": ["reader"], "expires": "2999-12-31"}
    access_id, first = _once(empty_console.post("/settings/keys/make", given))
    assert _with_key(empty_console, access_id, first) == 200
    assert first.encode() not in empty_console.get("/settings/keys").body
    same_id, second = _once(empty_console.post("/settings/keys/rotate", {"name": "billing"}))
    assert same_id == access_id
    assert _with_key(empty_console, access_id, first) == 401
    assert _with_key(empty_console, access_id, second) == 200
    empty_console.post("/settings/keys/expire", {"name": "billing", "expires": ""})
    assert _listed(empty_console, "keys")["billing"]["expires"] is None
    past = empty_console.post("/settings/keys/expire", {"name": "billing", "expires": "2020-01-01"})
    assert past.status == 422
    empty_console.post("/settings/keys/revoke", {"name": "billing", "typed": "billing"})
    assert _with_key(empty_console, access_id, second) == 401


def test_a_change_by_address_leads_back_to_its_page(empty_console: Console) -> None:
    """Loading the address of a change again shows its page, and changes nothing."""
    shown = empty_console.get("/settings/keys/make")
    assert shown.text("h1") == "Access keys"


def test_a_table_is_searched_ordered_and_paged(empty_console: Console) -> None:
    """The rows of a page are those of the command line that match, in the order asked for."""
    names = sorted(_listed(empty_console, "users"), key=str.casefold, reverse=True)
    shown = empty_console.get("/settings/users?sort=-name")
    assert [row[0].split()[0] for row in shown.rows("#users")] == names
    found = empty_console.get("/settings/users?q=read")
    assert "reader" in [row[0].split()[0] for row in found.rows("#users")]
