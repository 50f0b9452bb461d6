"""Forwarders in the Event Center: added by a form, tried at once, switched, sent again, removed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.console.asked import OPERATOR, PASSWORD, Console, served
from tests.console.chromium import LOOKS, Look, seen
from tests.forwarders.receiver import Receiver, receiving
from tests.server.serving import until

from vaultmeter import forwarding, notices
from vaultmeter.access.roles import add_member, create_role
from vaultmeter.access.users import insert_user
from vaultmeter.app import App
from vaultmeter.forwarders import kinds
from vaultmeter.model.access import Permission, Role
from vaultmeter.settings import Settings

_SECRET = "token-that-nobody-is-shown"  # noqa: S105  of a receiver that lives for one test


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Somebody who gets what is forwarded."""
    with receiving() as found:
        yield found


@pytest.fixture(scope="module")
def forwarders(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Console]:
    """A console without events, with a forwarder that refuses what it gets, and two notices."""

    def prepare(data: Path) -> None:
        receiver.behave = lambda talk, _: talk.answer(400)
        with App(Settings(data=data, reserve_bytes=0), say=lambda _: None) as app:
            url = f"{receiver.url}/refusing"
            who, settings = OPERATOR, {"url": url}
            forwarding.add(app, who, "refusing", "webhook", settings)
            forwarding.add(app, who, "together", "webhook", settings, every_hours=24)
            _add_sender(app)
            for n in (1, 2):
                notices.raise_once(
                    app,
                    type="rejects",
                    product="",
                    account="",
                    key=f"test {n}",
                    text=f"Lines were rejected, for the {n}. time.",
                    payload={},
                    now=app.clock() - timedelta(minutes=9 - n),
                )

    settings = {"VAULTMETER_EGRESS_ALLOW": ",".join(receiver.allow)}
    folder = tmp_path_factory.mktemp("forwarders")
    with served(folder, None, settings, prepare) as found:
        yield found


def _add_sender(app: App) -> None:
    """Add a user who says where notices go, and sees none."""
    role = Role("senders", manages=frozenset({Permission.FORWARDERS}))
    hashed, now = app.access.passwords.hashed(PASSWORD), app.clock()
    with app.access.noting(OPERATOR, "test") as connection:
        user = insert_user(connection, "sender", "", hashed, now)
        number = create_role(connection, OPERATOR, role, now)
        add_member(connection, OPERATOR, number, "user", user)


def _told(console: Console, name: str) -> dict[str, Any]:
    told: dict[str, Any] = console.ask("forwarders", "show", name, "--json")
    return told


def _number(console: Console, name: str) -> str:
    """The number under which the page has a forwarder."""
    links = console.get("/events/forwarders").soup.select("#forwarders th a")
    url = next(str(link["href"]) for link in links if link.text == name)
    return url.partition("forwarder=")[2].partition("#")[0]


def _dead(console: Console) -> int:
    return len(console.get("/events/forwarders").soup.select("#dead tbody tr"))


@pytest.mark.parametrize("kind", list(kinds()))
def test_each_kind_has_the_fields_it_declares(forwarders: Console, kind: str) -> None:
    """The form of a kind has every setting that people may set; secrets are never shown."""
    shown = forwarders.get(f"/events/forwarders?kind={kind}")
    fields = {str(each["name"]) for each in shown.soup.select("#forwarder form [name]")}
    for each in kinds()[kind].settings:
        name = f"{'secret' if each.secret else 'set'}-{each.name}"
        assert (name in fields) != each.is_own, name
    secrets = shown.soup.select("#forwarder input[name^='secret-']")
    assert all(each["type"] == "password" and not each.get("value") for each in secrets)


def test_a_forwarder_is_added_changed_and_removed(forwarders: Console, receiver: Receiver) -> None:
    """Each form leaves what the command shows; a secret stays unless given, and is not told."""
    given = {
        "kind": "webhook", "name": "hook", "set-url": f"{receiver.url}/hook", "set-auth": "bearer",
        "set-mode": "akeyless", "secret-token": _SECRET, "type-usage-report": "1",
        "type-rejects": "1", "accounts": "acme\r\nacme/asia", "every_hours": "4",
        "per_minute": "30",
    }  # fmt: skip
    wrong = forwarders.post("/events/forwarders/add", {**given, "set-url": "nowhere"})
    assert "no address" in wrong.text("#forwarder .wrong")
    assert wrong.one("[name=set-url]")["value"] == "nowhere"
    assert wrong.soup.select("[name=type-rejects][checked]")
    assert _SECRET.encode() not in wrong.body
    made = forwarders.post("/events/forwarders/add", given)
    secret = made.text("#once-1")
    assert secret.startswith("whsec_")
    told = _told(forwarders, "hook")
    assert (told["types"], told["accounts"]) == (["usage-report", "rejects"], ["acme", "acme/asia"])
    assert (told["every_hours"], told["per_minute"]) == (4, 30)
    number = _number(forwarders, "hook")
    page = forwarders.get(f"/events/forwarders?forwarder={number}")
    assert _SECRET.encode() not in page.body
    assert secret.encode() not in page.body
    changed = {
        **given,
        "forwarder": number,
        "stays": "1",
        "name": "hooked",
        "every_hours": "0",
        "secret-token": "",
        "accounts": "",
    }
    del changed["type-rejects"]
    forwarders.post("/events/forwarders/change", changed)
    told = _told(forwarders, "hooked")
    assert (told["types"], told["accounts"], told["every_hours"]) == (["usage-report"], None, None)
    receiver.behave = lambda talk, _: talk.answer(200)
    tried = forwarders.post("/events/forwarders/test", {"forwarder": number, "stays": "1"})
    assert "hooked has taken the test" in tried.text("#forwarders .notice.fine")
    assert receiver.got[-1].headers["authorization"] == f"Bearer {_SECRET}"
    renewed = forwarders.post("/events/forwarders/secret", {"forwarder": number, "stays": "1"})
    assert renewed.text("#once-1") not in {secret, ""}
    forwarders.post("/events/forwarders/switch", {"forwarder": number})
    assert not _told(forwarders, "hooked")["is_enabled"]
    half = {"forwarder": number, "stays": "1", "typed": "hook"}
    kept = forwarders.post("/events/forwarders/remove", half)
    assert "Nothing was deleted" in kept.text(".wrong")
    forwarders.post("/events/forwarders/remove", {"forwarder": number, "typed": "hooked"})
    names = [row["name"] for row in forwarders.ask("forwarders", "list", "--json")]
    assert names == ["refusing", "together"]


def test_what_fails_is_told_at_once(forwarders: Console, receiver: Receiver) -> None:
    """A test that the receiver refuses, or that may not leave, says why beside the list."""
    receiver.behave = lambda talk, _: talk.answer(500)
    number = _number(forwarders, "refusing")
    tried = forwarders.post("/events/forwarders/test", {"forwarder": number})
    assert "500" in tried.text("#forwarders .notice.broken")
    assert forwarders.post("/events/forwarders/test", {"forwarder": "999"}).status == 404


def test_who_sees_no_notices_comes_to_forwarders(forwarders: Console) -> None:
    """The rail leads to the tab that is open; without the rights of reports the page stands."""
    sender = forwarders.as_("sender")
    shown = sender.get("/events/forwarders")
    assert shown.texts("#event-tabs a") == ["Forwarders"]
    link = shown.one(".sidebar nav a[href^='/events']")
    assert link["href"] == "/events/forwarders"
    number = _number(sender, "refusing")
    assert sender.get(f"/events/forwarders?forwarder={number}").status == 200
    assert sender.get("/events").status == 403


def test_the_settings_lead_to_forwarders(forwarders: Console) -> None:
    """The section of the settings has the same list; its links open in the Event Center."""
    shown = forwarders.get("/settings/forwarders")
    assert shown.text("#forwarders th a") == "refusing"
    assert str(shown.one("#forwarders th a")["href"]).startswith("/events/forwarders?forwarder=")


def test_what_was_given_up_is_seen_and_sent_again(
    forwarders: Console, receiver: Receiver, browser: Browser
) -> None:
    """Dead letters stand on the overview's way, in the log and the list; one and all go again."""
    until(lambda: _dead(forwarders) == 2, "both notices are given up")
    with seen(browser, forwarders) as found:
        page = found.page
        found.go("/events?status=all")
        page.locator(".notices .opens", has_text="for the 2. time").click()
        expect(page.locator(".opened")).to_contain_text("Given up")
        expect(page.locator(".opened")).to_contain_text("together")
        receiver.behave = lambda talk, _: talk.answer(200)
        before = len(receiver.got)
        found.go("/events/forwarders")
        page.locator("#dead").get_by_role("button", name="Send again").first.click()
        expect(page.locator("#live")).to_contain_text("sent again")
        until(lambda: len(receiver.got) == before + 1, "it is sent again")
        found.go("/events/forwarders")
        page.get_by_role("link", name="refusing").click()
        log = page.locator("#forwarder-log")
        expect(log).to_contain_text("Delivered")
        expect(log).to_contain_text("Given up")
        assert not found.violations()
        page.get_by_role("button", name="Send all again").click()
        until(lambda: len(receiver.got) == before + 2, "the other one, too")
        until(lambda: _dead(forwarders) == 0, "nothing is given up")
    ids = [got.headers["webhook-id"] for got in receiver.got if got.path == "/refusing"]
    assert set(ids[-2:]) <= set(ids[:-2])


def test_a_forwarder_is_added_and_tried_in_the_browser(
    forwarders: Console, receiver: Receiver, browser: Browser
) -> None:
    """Fields follow the way of signing in; the secret is shown once; the test tells its result."""
    receiver.behave = lambda talk, _: talk.answer(200)
    with seen(browser, forwarders) as found:
        page = found.page
        found.go("/events/forwarders")
        page.get_by_text("Add a forwarder", exact=True).click()
        page.locator("#forwarder-new").get_by_role("link", name="Webhook").click()
        page.locator("[name=name]").fill("by-hand")
        page.locator("[name=set-url]").fill(f"{receiver.url}/by-hand")
        expect(page.locator("[name=secret-token]")).to_be_hidden()
        page.locator("[name=set-auth]").select_option("bearer")
        page.locator("[name=secret-token]").fill(_SECRET)
        page.get_by_role("button", name="Add the forwarder").click()
        expect(page.locator("#once-1")).to_contain_text("whsec_")
        found.picture("forwarder-added")
        page.get_by_role("button", name="Send a test").click()
        expect(page.locator("#forwarders .notice.fine")).to_contain_text("by-hand has taken")
        expect(page.locator("#once-1")).to_have_count(0)
        assert receiver.got[-1].path == "/by-hand"


@pytest.mark.parametrize("look", LOOKS[::3], ids=lambda look: look.name)
def test_a_forwarder_is_without_fault(forwarders: Console, browser: Browser, look: Look) -> None:
    """The page of a forwarder with its log is faultless in every look."""
    number = _number(forwarders, "refusing")
    with seen(browser, forwarders, look) as found:
        found.go(f"/events/forwarders?forwarder={number}")
        found.picture(f"forwarder-{look.name}")
        assert not found.overflows()
        assert not found.violations()
