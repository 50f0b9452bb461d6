"""Changes that another site asks for in somebody's browser: none is made, by any operation."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.browser import Browser, Place, place_of

_SAFE = {"get", "head", "options"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a server where nobody was before."""
    with place_of(tmp_path_factory.mktemp("csrf"), VAULTMETER_API_RATE="0") as there:
        yield there


@pytest.fixture(scope="module")
def admin(place: Place) -> Browser:
    """Give the administrator, signed in."""
    return place.admin()


def changes(browser: Browser) -> Iterator[tuple[str, str, bool]]:
    """Give method, address and whether nobody needs to be known, of all that change something."""
    paths: dict[str, Any] = browser.ask("GET", "openapi.json").json()["paths"]
    for path, methods in paths.items():
        for method, told in methods.items():
            if method not in _SAFE:
                address = re.sub(r"\{\w+\}", "nobody", path.removeprefix("/api/v1/"))
                yield method.upper(), address, not told["security"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "", "Sec-Fetch-Site": "same-site"},
        {"Origin": ""},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 43},
        {"X-CSRF-Token": "", "Content-Type": "text/plain"},
        {"X-CSRF-Token": "", "Content-Type": "application/x-www-form-urlencoded"},
    ],
    ids=str,
)
def test_no_change_without_origin_and_token(admin: Browser, headers: dict[str, str]) -> None:
    """A foreign origin, none at all, or no token: 403 for each operation, and still signed in."""
    asked = 0
    for method, address, is_open in changes(admin):
        if is_open and not headers.get("Origin") and headers.get("Sec-Fetch-Site") is None:
            # Whoever signs in has no session yet, and no token: a foreign origin alone is refused.
            continue
        reply = admin.ask(method, address, {}, headers)
        assert reply.status == 403, (method, address, reply.body)
        asked += 1
    assert asked > 30
    assert admin.me() == 200


def test_our_own_page_makes_changes(admin: Browser) -> None:
    """The same change with the token and the origin of the server is made."""
    assert admin.ask("POST", "groups", {"name": "made"}).status == 201
    sent = {"Origin": "", "Sec-Fetch-Site": "same-origin"}
    assert admin.ask("DELETE", "groups/made", None, sent).status == 200


def test_a_request_with_a_key_ignores_the_cookie(place: Place, admin: Browser) -> None:
    """A cookie does not help a key that opens nothing, and no token is asked for with a key."""
    wrong = {"Authorization": "Bearer p-0123456789abcd:vm_key_wrong"}
    assert admin.ask("GET", "me", None, wrong).status == 401
    made = admin.ask("POST", "keys", {"name": "program", "roles": ["admin"]}).json()
    right = {
        "Authorization": f"Bearer {made['access_id']}:{made['access_key']}",
        "Origin": "https://elsewhere.example",
        "X-CSRF-Token": "",
    }
    assert admin.ask("POST", "groups", {"name": "by-key"}, right).status == 201
    assert admin.ask("GET", "me", None, right).json()["kind"] == "key"
    assert place.trail()[0]["who"] == "program"


def test_reading_changes_nothing(admin: Browser) -> None:
    """No operation that is asked with GET adds an act to the trail, but for reads that are acts."""
    before = admin.ask("GET", "trail/verify").json()["rows"]
    for path, methods in admin.ask("GET", "openapi.json").json()["paths"].items():
        if "get" in methods and not path.endswith(("/callback", "rejects", "{provider}")):
            admin.ask("GET", re.sub(r"\{\w+\}", "nobody", path.removeprefix("/api/v1/")))
    after = admin.ask("GET", "trail/verify").json()["rows"]
    acts = {
        row["act"] for row in admin.ask("GET", f"trail?limit={after - before + 5}").json()["rows"]
    }
    assert after - before <= 2, acts
