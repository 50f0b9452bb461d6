"""Signing in over HTTP: the first administrator, cookies, and sessions that end."""

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from tests.api.browser import Browser, Place, place_of
from tests.conftest import run, run_json
from tests.server.serving import until

NEW = "quite another otter"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a server that was started for the first time."""
    with place_of(tmp_path_factory.mktemp("signing-in")) as made:
        yield made


def test_the_first_start_tells_a_password_once(place: Place) -> None:
    """Whoever starts a server is told an administrator's password, beside the log, and once."""
    log = place.serving.log.read_text()
    assert log.count(place.password) == 1
    assert not next(line for line in log.splitlines() if place.password in line).startswith("{")
    assert place.admin().ask("GET", "me").json()["roles"] == ["admin"]
    first = place.trail()[-1]
    assert (first["act"], first["object"], first["details"]["first"]) == ("user.add", "admin", True)


def test_nobody_is_let_in_before(place: Place) -> None:
    """Without a sign-in every operation that is not open answers 401."""
    described = place.admin().ask("GET", "openapi.json").json()
    asked = 0
    for path, operations in described["paths"].items():
        for method, told in operations.items():
            if told["security"] == []:
                continue
            where = path.removeprefix("/api/v1/").replace("{", "").replace("}", "")
            reply = place.browser().ask(method.upper(), where, {} if method != "get" else None)
            assert reply.status == 401, (method, path, reply.body)
            asked += 1
    assert asked > 20


def test_the_cookie_is_for_the_browser_alone(place: Place) -> None:
    """No script reads it, no other site sends it along, and it is told in no body."""
    browser = place.browser()
    reply = browser.sign_in("admin", place.password)
    (cookie,) = reply.set_cookies
    name, _, rest = cookie.partition("=")
    value, *attributes = rest.split("; ")
    assert name == "vaultmeter"
    assert sorted(each.lower() for each in attributes) == ["httponly", "path=/", "samesite=lax"]
    assert value not in reply.body.decode()
    told = reply.json()
    assert (told["kind"], told["name"], told["has_second_factor"]) == ("user", "admin", False)
    assert len(told["csrf"]) >= 22


def test_over_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    """A request that came by HTTPS, as a trusted proxy says, gets the cookie's strict form."""
    proxied = {
        "X-Forwarded-Proto": "https",
        "Origin": "https://usage.example",
        "Host": "usage.example",
    }
    with place_of(tmp_path, VAULTMETER_TRUSTED_PROXIES="127.0.0.1") as place:
        browser = place.browser()
        given = {"name": "admin", "password": place.password}
        (cookie,) = browser.ask("POST", "sign-in", given, proxied).set_cookies
        assert cookie.startswith("__Host-vaultmeter=")
        assert "; Secure" in cookie
        assert "domain" not in cookie.lower()
        assert browser.ask("GET", "me", headers=proxied).status == 200
        assert browser.me() == 401
        assert browser.ask("POST", "sign-out", headers=proxied).status == 200
        assert browser.cookies == {}


def test_a_header_alone_is_not_believed(place: Place) -> None:
    """Where no proxy is trusted, nobody makes plain HTTP be taken for HTTPS."""
    given = {"name": "admin", "password": place.password}
    headers = {"X-Forwarded-Proto": "https"}
    (cookie,) = place.browser().ask("POST", "sign-in", given, headers).set_cookies
    assert cookie.startswith("vaultmeter=")


def test_wrong_names_and_passwords_are_told_alike(place: Place) -> None:
    """An unknown name and a wrong password get the same status and the same words."""
    place.add("eve", "reader")
    replies = [place.browser().sign_in(name, "wrong") for name in ("eve", "nobody-at-all")]
    told = [reply.json() for reply in replies]
    for each in told:
        each.pop("instance")
    assert [reply.status for reply in replies] == [401, 401]
    assert told[0] == told[1]
    # Each failure makes the wait longer; a slow machine takes longer than the first ones.
    again = (place.browser().sign_in("eve", "wrong") for _ in range(10))
    refused = next(reply for reply in again if reply.status != 401)
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) >= 1


def test_a_session_is_never_taken_over_from_before(place: Place) -> None:
    """A cookie that was there before is not the session's: signing in makes a new one."""
    browser = place.browser()
    browser.cookies["vaultmeter"] = fixed = "A" * 43
    assert browser.me() == 401
    assert browser.sign_in("admin", place.password).status == 200
    assert browser.cookies["vaultmeter"] != fixed
    attacker = Browser(place.serving.port, {"vaultmeter": fixed})
    assert attacker.me() == 401


def test_who_signs_out_is_out(place: Place) -> None:
    """After signing out the cookie opens nothing, and the browser is told to forget it."""
    browser = place.admin()
    stolen = browser.copy()
    assert stolen.me() == 200
    reply = browser.ask("POST", "sign-out")
    assert reply.status == 200
    assert "cookies" in reply.headers["clear-site-data"]
    assert browser.cookies == {}
    assert stolen.me() == 401
    assert place.trail(act="sign_out")[0]["who"] == "admin"


def test_a_token_that_signs_out_is_none_any_more(place: Place) -> None:
    """A program ends its token as a browser its session."""
    data = place.serving.data
    key = run_json("--data", data, "keys", "create", "--name", "p", "--role", "reader", "--json")
    bearer = {"Authorization": f"Bearer {key['access_id']}:{key['access_key']}"}
    auth = ("auth", "--access-id", key["access_id"], "--access-key", key["access_key"])
    done = run("--data", data, *auth)
    assert done.returncode == 0, done.stderr
    token = {"Authorization": f"Bearer {done.stdout.decode().split()[-1]}"}
    browser = place.browser()
    assert browser.ask("GET", "me", headers=token).json()["kind"] == "key"
    assert browser.ask("POST", "sign-out", headers=token).status == 200
    assert browser.ask("GET", "me", headers=token).status == 401
    assert browser.ask("GET", "me", headers=bearer).status == 200


def test_who_is_disabled_is_out_with_the_next_request(place: Place) -> None:
    """Disabling ends what is open, before the command has ended."""
    password = place.add("dora", "reader")
    browser = place.browser()
    assert browser.sign_in("dora", password).status == 200
    assert browser.me() == 200
    assert run("--data", place.serving.data, "users", "disable", "dora").returncode == 0
    assert browser.me() == 401
    assert place.browser().sign_in("dora", password).status == 401


def test_changing_ones_password_ends_all_other_sessions(place: Place) -> None:
    """A new password comes with a new cookie and token; who has the old ones is out."""
    password = place.add("paul", "reader")
    here, there = place.browser(), place.browser()
    for browser in (here, there):
        assert browser.sign_in("paul", password).status == 200
    before = here.copy()
    sessions = here.ask("GET", "me/sessions").json()["rows"]
    assert [row["is_this"] for row in sessions].count(True) == 1
    assert len(sessions) == 2
    assert here.ask("POST", "me/password", {"old": "wrong", "new": NEW}).status == 403
    there.ask("DELETE", f"me/sessions/{'0' * 64}")
    changed = _patient(here, "POST", "me/password", {"old": password, "new": NEW})
    assert changed == 200
    assert (here.me(), there.me(), before.me()) == (200, 401, 401)
    assert here.csrf != before.csrf
    assert here.ask("DELETE", "me/sessions").json() == {"ended": 0}


def test_a_second_factor_from_beginning_to_end(place: Place) -> None:
    """It is set up, asked for, each code taken once, and turned off with the password."""
    password = place.add("tina", "reader")
    browser = place.browser()
    browser.sign_in("tina", password)
    seed = browser.ask("POST", "me/totp", {"password": password}).json()
    assert seed["uri"].startswith("otpauth://totp/vaultmeter:tina?")
    totp = pyotp.TOTP(seed["seed"])
    confirmed = browser.ask("POST", "me/totp/confirm", {"code": totp.now()})
    codes = confirmed.json()["recovery_codes"]
    assert len(codes) == 10
    other = place.browser()
    missing = other.sign_in("tina", password)
    assert (missing.status, missing.json()["type"]) == (401, "urn:vaultmeter:error:code_needed")
    assert other.sign_in("tina", password, codes[0]).status == 200
    again = place.browser()
    assert again.sign_in("tina", password, codes[0]).status == 401
    assert _patient(other, "DELETE", "me/totp", {"password": password}) == 200
    assert _patient(again, "POST", "sign-in", {"name": "tina", "password": password}) == 200


def test_a_change_without_its_token_is_none(place: Place) -> None:
    """A page that has the cookie and not what sign-in told changes nothing."""
    browser = place.admin()
    browser.csrf = ""
    assert browser.ask("POST", "sign-out").status == 403
    assert browser.ask("DELETE", "me/sessions").status == 403
    assert browser.me() == 200


def _patient(browser: Browser, method: str, path: str, given: object) -> int:
    """Ask until one is not told to wait; answers the status."""
    statuses: list[int] = []

    def is_let_in() -> bool:
        statuses.append(browser.ask(method, path, given).status)
        return statuses[-1] != 429

    until(is_let_in, "nobody is told to wait")
    return statuses[-1]
