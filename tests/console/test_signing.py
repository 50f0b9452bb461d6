"""Signing in with a browser, and what people do with their own sign-in."""

from collections.abc import Mapping
from time import sleep

from pyotp import TOTP
from tests.console.asked import PASSWORD, Console, Shown

OTHER = "three green umbrellas"
TOO_FAST = 429


def _sign_in(console: Console, name: str, **given: str) -> tuple[Console, Shown]:
    browser = Console(console.serving, name)
    fields = {"name": name, "password": PASSWORD, "next": "/settings/sign-in", **given}
    return browser, _sent(browser, "/sign-in", fields)


def _sent(console: Console, path: str, given: Mapping[str, object]) -> Shown:
    """Send a form, again when whoever was wrong before has waited as long as they are told."""
    while (shown := console.post(path, given)).status == TOO_FAST:
        sleep(float(shown.headers["retry-after"]))
    return shown


def test_a_wrong_password_is_told_and_the_name_stays(empty_console: Console) -> None:
    """The form comes back with the name, without the password, and with what is wrong."""
    _, shown = _sign_in(empty_console, "scoped", password="not the password")  # noqa: S106  wrong
    assert shown.status == 401
    assert "www-authenticate" not in shown.headers
    assert "wrong" in shown.text("[data-told]")
    assert shown.one("input[name=name]")["value"] == "scoped"
    assert b"not the password" not in shown.body


def test_another_password_ends_every_other_session(empty_console: Console) -> None:
    """Whoever changes their password stays signed in here alone; the old one is over."""
    here, elsewhere = (_sign_in(empty_console, "reader")[0] for _ in range(2))
    path = "/settings/sign-in/password"
    for given in (
        {"old": "something else", "new": OTHER, "again": OTHER},
        {"old": PASSWORD, "new": OTHER, "again": "another"},
        {"old": PASSWORD, "new": "password1234", "again": "password1234"},
    ):
        shown = _sent(here, path, given)
        assert shown.status == 422
        assert shown.soup.select("#password .wrong")
        assert OTHER.encode() not in shown.body
    done = _sent(here, path, {"old": PASSWORD, "new": OTHER, "again": OTHER})
    assert done.text("h1") == "My sign-in"
    assert elsewhere.get("/settings").text("h1") == "Sign in"
    assert len(done.rows("#sessions")) == 1
    assert _sign_in(empty_console, "reader")[1].status == 401
    _sent(here, path, {"old": OTHER, "new": PASSWORD, "again": PASSWORD})


def test_a_second_factor_is_set_up_asked_for_and_turned_off(empty_console: Console) -> None:
    """The seed is shown once; then codes are asked for, recovery codes work once, and it ends."""
    here, _ = _sign_in(empty_console, "nobody")
    begun = here.post("/settings/sign-in/second-factor", {"password": PASSWORD})
    seed = begun.text("#seed").replace(" ", "")
    assert seed in str(begun.one("#seed-uri")["href"])
    wrong = here.post("/settings/sign-in/second-factor/confirm", {"code": "000 000"})
    assert "not the authenticator's" in wrong.text("#second-factor .wrong")
    assert seed.encode() not in wrong.body
    confirmed = here.post("/settings/sign-in/second-factor/confirm", {"code": TOTP(seed).now()})
    codes = confirmed.one("#recovery-codes").get_text().split()
    assert len(codes) == 10
    assert codes[0].encode() not in here.get("/settings/sign-in").body
    _, asked = _sign_in(empty_console, "nobody")
    assert asked.status == 401
    assert "A code of your authenticator is needed too" in asked.text("[data-told]")
    _, let_in = _sign_in(empty_console, "nobody", code=codes[0])
    assert "9 recovery codes left" in let_in.text("#second-factor")
    off = here.post("/settings/sign-in/second-factor/off", {"password": PASSWORD})
    assert "Off" in off.text("#second-factor .status")
    assert _sign_in(empty_console, "nobody")[1].status == 200


def test_sessions_are_listed_and_ended(empty_console: Console) -> None:
    """One session, or all the others, end where they are listed."""
    here, first = _sign_in(empty_console, "scoped")
    others = [_sign_in(empty_console, "scoped")[0] for _ in range(2)]
    before = len(here.get("/settings/sign-in").rows("#sessions"))
    one = here.get("/settings/sign-in").one("#sessions input[name=id]")["value"]
    left = here.post("/settings/sign-in/sessions/end", {"id": one})
    assert len(left.rows("#sessions")) == before - 1
    alone = here.post("/settings/sign-in/sessions/end-others")
    assert "this one" in alone.rows("#sessions")[0][0]
    assert len(alone.rows("#sessions")) == 1
    assert [each.get("/settings").text("h1") for each in others] == ["Sign in", "Sign in"]
    assert first.text("h1") == "My sign-in"


def test_a_given_password_is_told_of_at_the_first_sign_in(empty_console: Console) -> None:
    """Whoever comes with a password of somebody else is told once to choose their own."""
    made = empty_console.post("/settings/users/add", {"name": "new"})
    password = made.texts(".once code")[1]
    _, first = _sign_in(empty_console, "new", password=password)
    assert "Choose your own" in first.text("#live")
    _, second = _sign_in(empty_console, "new", password=password)
    assert "Choose your own" not in second.text("#live")


def test_choices_are_kept_and_pages_follow_them(empty_console: Console) -> None:
    """What somebody chose under Appearance holds for their pages, and for nobody else's."""
    reader = empty_console.as_("scoped")
    given = {
        "range": "last-7-days",
        "compare": "year",
        "zone": "Europe/Berlin",
        "locale": "de-DE",
        "size": "50",
        "density": "compact",
    }
    shown = reader.post("/settings/appearance/save", given)
    assert shown.soup.select(".app.compact")
    assert shown.one("body")["data-shortcuts"] == "off"
    chosen = [each["value"] for each in shown.soup.select("#appearance option[selected]")]
    assert chosen == ["last-7-days", "year", "de-DE", "50", "compact"]
    assert shown.one("#appearance input[name=zone]")["value"] == "Europe/Berlin"
    assert "1.284.906,5" in shown.text("#appearance select[name=locale]")
    wrong = reader.post("/settings/appearance/save", {**given, "zone": "Mars/Olympus"})
    assert "Mars/Olympus" in wrong.text("#appearance .wrong")
    assert wrong.one("#appearance input[name=zone]")["value"] == "Mars/Olympus"
    assert not empty_console.get("/settings/appearance").soup.select(".app.compact")


def test_providers_are_offered_beside_the_form(empty_console: Console) -> None:
    """Each provider that vouches for people has a link that comes back to where one wanted."""
    empty_console.ask(
        "providers",
        "add",
        "okta",
        "--issuer",
        "https://acme.okta.example",
        "--client-id",
        "0oa1",
        "--json",
    )
    shown = Console(empty_console.serving).get("/sign-in?next=/items")
    link = shown.one(".providers a")
    assert (link.get_text(), link["href"]) == ("okta", "/api/v1/sign-in/okta?next=%2Fitems")
