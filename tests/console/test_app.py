"""The console's addresses: who is let in, and what every page is sent with."""

from tests.console.asked import Console


def test_nobody_is_led_to_sign_in_and_back(console: Console) -> None:
    """Whoever is not signed in comes to the sign-in page, which leads on to where they wanted."""
    shown = Console(console.serving).get("/?range=last-7-days")
    assert shown.one("input[name=next]")["value"] == "/?range=last-7-days&whole=1"


def test_a_page_elsewhere_is_no_way_on(console: Console) -> None:
    """Signing in never leads to another server."""
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
        shown = Console(console.serving).get(f"/sign-in?next={elsewhere}")
        assert shown.one("input[name=next]")["value"] == "/", elsewhere


def test_pages_forbid_foreign_and_inline_code(console: Console) -> None:
    """The policy of every page allows scripts and styles of this server alone, none inline."""
    shown = console.get("/")
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not shown.soup.select("[style], script:not([src]):not([type='application/json'])")
    assert shown.headers["cache-control"] == "no-store"


def test_a_change_needs_the_token_of_a_page(console: Console) -> None:
    """A form without the token, or from another site, signs nobody out."""
    foreign = console.post("/sign-out", {}, Origin="https://evil.example")
    assert foreign.status == 403
    assert console.get("/").status == 200


def test_assets_are_kept_for_good_under_their_hash_alone(console: Console) -> None:
    """A file's address has the hash of its content; another hash is answered, and not kept."""
    page = console.get("/")
    url = str(page.one("link[rel=stylesheet]")["href"])
    assert "immutable" in console.get(url).headers["cache-control"]
    stale = console.get("/static/0000/console.css")
    assert stale.body == console.get(url).body
    assert stale.headers["cache-control"] == "no-store"
    assert console.get("/static/0000/nothing.css").status == 404


def test_an_unreadable_word_of_an_address_is_named(console: Console) -> None:
    """What cannot be read in an address is left out, and a notice says so."""
    shown = console.get("/?range=someday")
    assert "range=someday" in shown.text(".notice")
    assert shown.text(".value") == console.get("/").text(".value")


def test_nobody_sees_a_report_without_the_right(console: Console) -> None:
    """A reader without a role is told which right is missing and who can grant it."""
    shown = console.as_("nobody").get("/")
    assert shown.status == 403
    assert "reports" in shown.text("main")
    assert "Whoever manages roles can grant it" in shown.text("main")
