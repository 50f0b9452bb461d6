"""Signing in with OpenBao as the provider, through a server, as a browser does."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.api.browser import Browser as OurBrowser
from tests.api.browser import Reply
from tests.api.openbao_provider import Provider, providing
from tests.conftest import run, run_json
from tests.server.serving import Serving, end_with_process, free_port

CALLBACK = "/api/v1/sign-in/bao/callback"


class Browser(OurBrowser):
    """One that goes to the provider and comes back, each step when it is told to."""

    def get(self, path: str) -> Reply:
        """Ask for a page."""
        return self.ask("GET", path)

    def leave(self, next_: str = "/") -> str:
        """Go to the provider; answers where that is."""
        reply = self.get(f"sign-in/bao?{urlencode({'next': next_})}")
        assert reply.status == 302, reply.body
        return reply.headers["location"]

    def back(self, told: dict[str, str]) -> Reply:
        """Come back from the provider."""
        return self.get(f"sign-in/bao/callback?{urlencode(told)}")

    def come_in(self, provider: Provider, person: str) -> Reply:
        """Sign in from the beginning to the end."""
        return self.back(provider.come(person, self.leave()))

    def who(self) -> Any:  # noqa: ANN401  JSON
        """Who the server takes us for."""
        return self.get("me").json()


@dataclass
class Place:
    """A running server, and the provider that it signs people in with."""

    serving: Serving
    provider: Provider

    def browser(self) -> Browser:
        """A browser that was never here."""
        return Browser(self.serving.port)

    def trail(self) -> list[dict[str, Any]]:
        """Every try to sign in, the last first."""
        listed = run_json("--data", self.serving.data, "trail", "list", "--json")
        rows = listed["rows"] if isinstance(listed, dict) else listed
        return [row for row in rows if row["act"] == "sign_in"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a server that knows a provider with groups, where ada, bob and eve are."""
    folder, port = tmp_path_factory.mktemp("openid"), free_port()
    public_url = f"http://127.0.0.1:{port}"
    (folder / "bao").mkdir()
    with providing(folder / "bao", public_url + CALLBACK, "ada", "bob", "eve") as provider:
        provider.join("vm-readers", "ada", "eve")
        allow = f"127.0.0.1:{provider.server.port}"
        settings = {"VAULTMETER_PUBLIC_URL": public_url, "VAULTMETER_EGRESS_ALLOW": allow}
        serving = Serving(folder / "data", settings, port)
        try:
            serving.start()
            add_provider(folder, serving.data, provider)
            yield Place(serving, provider)
            serving.stop()
        finally:
            end_with_process(serving)


def add_provider(folder: Path, data: Path, provider: Provider) -> None:
    """Add it with the command line, as an administrator does."""
    client_id, secret = provider.clients["vaultmeter"]
    (folder / "secret").write_text(f"{secret}\n")
    words = (
        f"--issuer {provider.issuer} --client-id {client_id} --client-secret-file"
        f" {folder / 'secret'} --group-role vm-readers=reader --group-role vm-admins=admin"
        " --scope profile --scope groups"
    )
    done = run("--data", data, "providers", "add", "bao", *words.split())
    assert done.returncode == 0, done.stderr.decode()


def test_somebody_signs_in_and_has_the_roles_of_their_groups(place: Place) -> None:
    """Ada leaves, comes back where she wanted to be, and may do what her group may; then more."""
    browser = place.browser()
    assert browser.get("sign-in/providers").json()["rows"] == [{"name": "bao"}]
    away = browser.leave("/reports?range=all")
    assert away.startswith(f"http://127.0.0.1:{place.provider.server.port}/")
    assert list(browser.cookies) == ["vaultmeter-sign-in"]
    reply = browser.back(place.provider.come("ada", away))
    assert (reply.status, reply.headers["location"]) == (303, "/reports?range=all")
    assert list(browser.cookies) == ["vaultmeter"]
    cookie = next(text for text in reply.set_cookies if text.startswith("vaultmeter="))
    assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.lower().split("; "))
    me = browser.who()
    assert me["name"] == "bao:ada"
    assert me["csrf"]
    assert place.trail()[0]["result"] == "ok"
    assert place.trail()[0]["details"]["by"] == "provider bao"
    place.provider.join("vm-admins", "ada")
    assert browser.come_in(place.provider, "ada").status == 303
    assert browser.get("users").status == 200
    place.provider.join("vm-admins")
    assert browser.come_in(place.provider, "ada").status == 303
    assert browser.get("users").status == 403


def test_who_has_no_group_is_linked_first(place: Place) -> None:
    """Bob is refused, told why, and comes in once an administrator has said who he is."""
    browser = place.browser()
    reply = browser.come_in(place.provider, "bob")
    assert (reply.status, reply.headers["content-type"]) == (401, "application/problem+json")
    assert "vaultmeter" not in browser.cookies
    refused = place.trail()[0]
    assert refused["details"]["wrong"] == "unknown"
    data = place.serving.data
    run("--data", data, "users", "add", "robert", "--role", "reader")
    linked = run(
        "--data", data, "providers", "link", "bao", refused["details"]["subject"], "robert"
    )
    assert linked.returncode == 0, linked.stderr.decode()
    assert browser.come_in(place.provider, "bob").status == 303
    assert browser.who()["name"] == "robert"


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"nonce": "of-another-sign-in"}, "nonce"),
        ({"code_challenge": "x" * 43}, "code"),
    ],
)
def test_what_was_swapped_on_the_way_is_refused(
    place: Place, changed: dict[str, str], wrong: str
) -> None:
    """A code that the provider gave for another nonce or another verifier lets nobody in."""
    browser = place.browser()
    told = place.provider.come("ada", browser.leave(), **changed)
    assert browser.back(told).status == 401
    assert place.trail()[0]["details"]["wrong"] == wrong


def test_a_code_of_another_client_is_refused(place: Place) -> None:
    """What the provider gave to another server of the same people is of no use here."""
    browser = place.browser()
    other = place.provider.clients["another"][0]
    told = place.provider.come("ada", browser.leave(), client_id=other)
    assert browser.back(told).status == 401
    assert place.trail()[0]["details"]["wrong"] == "code"


def test_a_code_is_used_once(place: Place) -> None:
    """Neither the same answer again nor its code in another sign-in lets anybody in."""
    browser, thief = place.browser(), place.browser()
    away = browser.leave()
    kept = dict(browser.cookies)
    told = place.provider.come("ada", away)
    assert browser.back(told).status == 303
    browser.cookies = kept
    assert browser.back(told).status == 401
    assert place.trail()[0]["details"]["wrong"] == "used"
    stolen = place.provider.come("eve", thief.leave()) | {"code": told["code"]}
    assert thief.back(stolen).status == 401
    assert place.trail()[0]["details"]["wrong"] == "code"


def test_somebody_elses_answer_is_refused(place: Place) -> None:
    """Eve's answer signs nobody in as Eve in Ada's browser, whether Ada was signing in or not."""
    eve, ada = place.browser(), place.browser()
    told = place.provider.come("eve", eve.leave())
    assert ada.back(told).status == 401
    assert place.trail()[0]["details"]["wrong"] == "cookie"
    ada.leave()
    assert ada.back(told).status == 401
    assert place.trail()[0]["details"]["wrong"] == "state"
    assert ada.back({"code": told["code"]}).status == 401
    assert "vaultmeter" not in ada.cookies


def test_new_keys_of_the_provider_are_followed(place: Place) -> None:
    """Keys that the provider makes while the server runs sign people in."""
    browser = place.browser()
    assert browser.come_in(place.provider, "ada").status == 303
    for _ in range(3):
        place.provider.call("POST", "identity/oidc/key/signing/rotate", {"verification_ttl": "1s"})
    assert browser.come_in(place.provider, "ada").status == 303


def test_who_is_disabled_here_stays_out(place: Place) -> None:
    """Whoever the provider still vouches for is refused, and their sessions are over."""
    browser = place.browser()
    assert browser.come_in(place.provider, "eve").status == 303
    assert run("--data", place.serving.data, "users", "disable", "bao:eve").returncode == 0
    assert browser.get("me").status == 401
    assert browser.come_in(place.provider, "eve").status == 401
    assert place.trail()[0]["details"]["wrong"] == "disabled"


def test_nothing_leads_elsewhere(place: Place) -> None:
    """Neither the way back nor the Host header sends anybody to another server."""
    browser = place.browser()
    for path in ("//evil.example", "https://evil.example", "/\\evil.example"):
        reply = browser.get(f"sign-in/bao?{urlencode({'next': path})}")
        assert (reply.status, browser.cookies) == (422, {})
    reply = browser.ask("GET", "sign-in/bao", headers={"Host": "evil.example"})
    assert "evil" not in reply.headers.get("location", "")
    assert browser.get("sign-in/nobody").status == 404
    assert browser.get("sign-in/nobody/callback?code=a&state=b").status == 404
