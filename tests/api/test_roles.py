"""Roles and keys over HTTP: made, given and taken, and what they open at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.browser import Browser, Place, place_of
from tests.conftest import run_json


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a server that was started for the first time."""
    with place_of(tmp_path_factory.mktemp("roles")) as made:
        yield made


@pytest.fixture(scope="module")
def admin(place: Place) -> Browser:
    """Give the administrator, signed in."""
    return place.admin()


def status_of(place: Place, bearer: str, path: str, given: object = None) -> int:
    """Ask with a bearer; answers the status."""
    method = "GET" if given is None else "POST"
    headers = {"Authorization": f"Bearer {bearer}"}
    return place.browser().ask(method, path, given, headers).status


def test_roles_are_made_read_changed_listed_and_deleted(place: Place, admin: Browser) -> None:
    """What the API answers is what the command line prints; null takes a narrowing back."""
    wanted = {"name": "team/eu", "usage_reports_access": "all", "accounts": ["acme"]}
    made = admin.ask("POST", "roles", wanted)
    assert made.status == 201
    assert admin.ask("GET", "roles/team%2Feu").json() == made.json()
    change = {"accounts": None, "manages": ["limits"], "description": None}
    changed = admin.ask("PATCH", "roles/team%2Feu", change).json()
    assert (changed["accounts"], changed["manages"]) == (None, ["limits"])
    assert changed["usage_reports_access"] == "all"
    listed = admin.ask("GET", "roles").json()["rows"]
    assert listed == run_json("--data", place.serving.data, "list-roles", "--json")
    page = admin.ask("GET", "roles?limit=2").json()
    rest = admin.ask("GET", f"roles?limit=2&cursor={page['next']}").json()
    assert page["rows"] + rest["rows"] == listed
    assert admin.ask("DELETE", "roles/team%2Feu").status == 200
    assert admin.ask("GET", "roles/team%2Feu").status == 404


def test_a_key_opens_what_its_roles_do_from_one_moment_to_the_next(
    place: Place, admin: Browser
) -> None:
    """A role that is given, changed or taken holds for the next request, also of a token."""
    admin.ask("POST", "roles", {"name": "seeing", "usage_reports_access": "all"})
    key = admin.ask("POST", "keys", {"name": "moment"}).json()
    given = {"access_id": key["access_id"], "access_key": key["access_key"]}
    token = place.browser().ask("POST", "auth", given).json()["token"]
    bearers = (token, f"{key['access_id']}:{key['access_key']}")

    def seen() -> set[int]:
        return {status_of(place, bearer, "reports/overview") for bearer in bearers}

    assert seen() == {403}
    member = {"kind": "key", "name": "moment"}
    assert admin.ask("POST", "roles/seeing/members", member).status == 201
    assert seen() == {200}
    admin.ask("PATCH", "roles/seeing", {"usage_reports_access": "none"})
    assert seen() == {403}
    admin.ask("PATCH", "roles/seeing", {"usage_reports_access": "all"})
    assert seen() == {200}
    taken = admin.ask("DELETE", "roles/seeing/members?kind=key&name=moment")
    assert taken.status == 200
    assert seen() == {403}
    assert admin.ask("DELETE", "keys/moment").status == 200
    assert seen() == {401}


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("POST", "roles", {"name": "x", "is_admin": True}, 422),
        ("POST", "roles", {"name": "x", "id": 1}, 422),
        ("POST", "roles", {"usage_reports_access": "all"}, 422),
        ("POST", "roles", {"name": "x", "usage_reports_access": "own"}, 422),
        ("POST", "roles", {"name": "x", "usage_reports_access": True}, 422),
        ("POST", "roles", {"name": "x", "manages": ["everything"]}, 422),
        ("POST", "roles", {"name": "x", "accounts": []}, 422),
        ("POST", "roles", {"name": "admin"}, 409),
        ("PATCH", "roles/admin", {"description": "x"}, 422),
        ("PATCH", "roles/nothing", {"description": "x"}, 404),
        ("DELETE", "roles/reader", None, 422),
        ("POST", "roles/reader/members", {"kind": "robot", "name": "x"}, 422),
        ("POST", "roles/reader/members", {"kind": "key", "name": "nobody"}, 404),
        ("DELETE", "roles/reader/members?kind=user&name=nobody", None, 404),
        ("DELETE", "roles/reader/members", None, 422),
        ("POST", "keys", {"name": "x", "settings": {"jwt_ttl": 9999}}, 422),
        ("POST", "keys", {"name": "x", "access_key": "mine"}, 422),
        ("POST", "keys", {"name": "x", "expires": "2001-01-01"}, 422),
        ("POST", "keys", {"name": "x", "roles": ["nothing"]}, 404),
        ("DELETE", "keys/nobody", None, 404),
        ("POST", "auth", {"access_id": "p-x", "access_key": "y"}, 401),
        ("POST", "auth", {"access_id": "p-x"}, 422),
    ],
)
def test_what_is_wrong_is_refused(
    admin: Browser,
    method: str,
    path: str,
    given: Any,  # noqa: ANN401  JSON
    status: int,
) -> None:
    """Unknown fields, names and words are refused, as problem details."""
    reply = admin.ask(method, path, given)
    assert reply.status == status, reply.body
    assert reply.headers["content-type"] == "application/problem+json"


def test_a_manager_of_roles_does_not_rise(place: Place, admin: Browser) -> None:
    """Whoever manages the roles of one account cannot get more by any of them."""
    wanted = {"name": "sub", "manages": ["roles"], "accounts": ["acme"]}
    assert admin.ask("POST", "roles", wanted).status == 201
    key = admin.ask("POST", "keys", {"name": "sub", "roles": ["sub"]}).json()
    bearer = f"{key['access_id']}:{key['access_key']}"
    for path, given, status in (
        ("roles", {"name": "all", "usage_reports_access": "all"}, 403),
        ("roles", {"name": "own", "manages": ["roles"], "accounts": ["acme"]}, 201),
        ("roles", {"name": "wide", "manages": ["roles"]}, 403),
        ("roles/admin/members", {"kind": "key", "name": "sub"}, 404),
        ("roles/reader/members", {"kind": "key", "name": "sub"}, 404),
        ("keys", {"name": "mine", "roles": ["admin"]}, 404),
        ("keys", {"name": "mine", "roles": ["own"]}, 201),
    ):
        assert status_of(place, bearer, path, given) == status, (path, given)
    headers = {"Authorization": f"Bearer {bearer}"}
    shown = place.browser().ask("GET", "roles", None, headers).json()["rows"]
    assert [role["name"] for role in shown] == ["own", "sub"]
