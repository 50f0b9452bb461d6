"""Users, groups and the trail over HTTP: as on the command line, and no more than one may."""

import json
from collections.abc import Iterator

import pytest
from tests.api.browser import Browser, Place, place_of
from tests.conftest import run, run_json


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a server that was started for the first time."""
    with place_of(tmp_path_factory.mktemp("users")) as made:
        yield made


@pytest.fixture(scope="module")
def admin(place: Place) -> Browser:
    """Give the administrator, signed in."""
    return place.admin()


def test_users_are_added_read_changed_and_listed(place: Place, admin: Browser) -> None:
    """What the API answers is what the command line prints."""
    added = admin.ask("POST", "users", {"name": "ada", "email": "ada@x.org", "roles": ["reader"]})
    assert added.status == 201
    told = added.json()
    password = told.pop("password")
    assert admin.ask("GET", "users/ada").json() == told
    assert place.browser().sign_in("ada", password).status == 200
    listed = admin.ask("GET", "users?limit=1").json()
    assert [row["name"] for row in listed["rows"]] == ["ada"]
    rest = admin.ask("GET", f"users?limit=1&cursor={listed['next']}").json()
    assert [row["name"] for row in rest["rows"]] == ["admin"]
    printed = run_json("--data", place.serving.data, "users", "list", "--json")
    assert printed == admin.ask("GET", "users").json()["rows"]
    changed = admin.ask("PATCH", "users/ada", {"email": "a@x.org"}).json()
    assert (changed["email"], changed["is_disabled"]) == ("a@x.org", False)
    assert admin.ask("PATCH", "users/ada", {"disabled": True}).json()["is_disabled"]
    assert admin.ask("PATCH", "users/ada", {"disabled": False}).json()["email"] == "a@x.org"
    new = admin.ask("POST", "users/ada/password", {}).json()
    assert new["password"] != password
    assert place.browser().sign_in("ada", new["password"]).status == 200


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("POST", "users", {"name": "x", "is_admin": True}, 422),
        ("POST", "users", {"name": "x", "roles": ["nothing"]}, 404),
        ("POST", "users", {"name": "x", "password": "password1234"}, 422),
        ("POST", "users", {"name": "admin"}, 409),
        ("POST", "users", {"name": "\u001b[2Jx"}, 422),
        ("PATCH", "users/admin", {"disabled": True}, 422),
        ("PATCH", "users/admin", {"roles": ["reader"]}, 422),
        ("PATCH", "users/nobody", {"email": ""}, 404),
        ("POST", "users/nobody/password", {}, 404),
        ("POST", "me/totp/confirm", {"code": "123456"}, 422),
        ("DELETE", "groups/nothing", None, 404),
        ("GET", "trail?cursor=x", None, 422),
        ("GET", "trail?since=yesterday", None, 422),
        ("GET", "trail/verify?anchor=x", None, 422),
    ],
)
def test_what_is_wrong_is_refused(
    admin: Browser, method: str, path: str, given: object, status: int
) -> None:
    """Unknown fields and names, weak passwords and the last administrator's end are refused."""
    reply = admin.ask(method, path, given)
    assert reply.status == status, reply.body
    assert reply.headers["content-type"] == "application/problem+json"


def test_readers_manage_nobody(place: Place, admin: Browser) -> None:
    """Somebody without the permission is refused everything, and the refusal is written down."""
    password = place.add("rita", "reader")
    rita = place.browser()
    rita.sign_in("rita", password)
    for method, path, given in (
        ("GET", "users", None),
        ("POST", "users", {"name": "mallory", "roles": ["reader"]}),
        ("PATCH", "users/rita", {"email": "r@x.org"}),
        ("POST", "users/admin/password", {}),
        ("GET", "groups", None),
        ("GET", "trail", None),
        ("GET", "trail/verify", None),
        ("POST", "secrets/rotate", None),
    ):
        assert rita.ask(method, path, given).status == 403, path
    noted = admin.ask("GET", "trail?by=rita").json()["rows"]
    assert [row["act"] for row in noted if row["result"] != "ok"] == ["access.refused"] * 8


def test_groups_are_made_filled_and_emptied(place: Place, admin: Browser) -> None:
    """Groups over HTTP and with the command line are the same groups."""
    place.add("gina")
    assert admin.ask("POST", "groups", {"name": "team"}).status == 201
    filled = admin.ask("POST", "groups/team/members", {"user": "gina"}).json()
    assert filled["members"] == ["gina"]
    data = place.serving.data
    assert run_json("--data", data, "groups", "list", "--json") == [filled]
    assert admin.ask("GET", "groups").json()["rows"] == [filled]
    assert admin.ask("DELETE", "groups/team/members?user=gina").json()["members"] == []
    assert admin.ask("DELETE", "groups/team").status == 200


def test_the_trail_is_read_and_verified(place: Place, admin: Browser) -> None:
    """What the API answers is what the command line prints, page by page, and it is whole."""
    for name in ("tara", "theo", "tina", "tom"):
        place.add(name)
    page = admin.ask("GET", "trail?limit=3&act=user.*").json()
    assert all(row["act"].startswith("user.") for row in page["rows"])
    data = place.serving.data
    words = ("trail", "list", "--limit", "3", "--act", "user.*", "--json")
    assert run_json("--data", data, *words) == page
    older = admin.ask("GET", f"trail?limit=3&act=user.*&cursor={page['next']}").json()
    assert older["rows"][0]["seq"] < page["rows"][-1]["seq"]
    verdict = admin.ask("GET", "trail/verify").json()
    assert verdict["whole"]
    done = run("--data", data, "trail", "verify", "--anchor", verdict["anchor"], "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["rows"] >= verdict["rows"]
    logged = next(
        json.loads(line)["anchor"]
        for line in place.serving.log.read_text().splitlines()
        if '"trail anchor"' in line
    )
    assert run("--data", data, "trail", "verify", "--anchor", logged).returncode == 0


def test_the_secret_key_is_changed_while_it_runs(place: Place, admin: Browser) -> None:
    """A running server seals and links with the new key at once."""
    before = (place.serving.data / "secret.key").read_text()
    told = admin.ask("POST", "secrets/rotate").json()
    after = (place.serving.data / "secret.key").read_text()
    assert after.endswith(before)
    assert len(after.split()) == len(before.split()) + 1
    assert place.trail(act="secrets.*")[0]["object"] == told["key"]
    assert admin.ask("GET", "trail/verify").json()["whole"]
    assert admin.ask("POST", "secrets/forget").json() == {"forgotten": []}


def test_no_password_is_in_the_log(place: Place, admin: Browser) -> None:
    """Neither the log nor the trail has a password, a cookie or a token of a session."""
    password = place.add("canary", "reader")
    browser = place.browser()
    browser.sign_in("canary", password + "!")
    browser.sign_in('canary\n{"level": "critical"}\u001b[31m', password)
    admin.ask("POST", "users", {"name": "weak", "password": "canary-canary"})
    log = place.serving.log.read_text()
    files = b"".join(path.read_bytes() for path in place.serving.data.rglob("*") if path.is_file())
    for secret in (password, "canary-canary", admin.cookies["vaultmeter"]):
        assert secret not in log
        assert secret.encode() not in files
    told = [line for line in log.splitlines() if line.startswith("{")]
    assert all(json.loads(line)["level"] != "critical" for line in told)
    assert "\u001b" not in log
