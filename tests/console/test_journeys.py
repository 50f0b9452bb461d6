"""What people do with the console, step by step, in a real browser."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect
from tests.console.asked import PASSWORD, Console
from tests.console.chromium import Seen, seen


@pytest.fixture
def reader(console: Console, browser: Browser) -> Iterator[Seen]:
    """The page of the administrator, who is signed in."""
    with seen(browser, console) as found:
        yield found


def _number(words: str) -> int:
    """The first number of some words."""
    found = re.search(r"[\d,]+", words)
    assert found, words
    return int(found[0].replace(",", ""))


def _tile(page: Page, label: str) -> Locator:
    return page.locator(".kpi", has=page.get_by_role("heading", name=label)).locator(".value a")


def test_a_usage_report_is_found_filtered_and_exported(console: Console, browser: Browser) -> None:
    """Sign in, open the usage report, choose a range and an account, export as JSON: as the CLI."""
    with seen(browser, Console(console.serving)) as found:
        page = found.page
        page.goto(f"{found.origin}/?account=acme%2Fplatform")
        page.fill("input[name=name]", "reader")
        page.fill("input[name=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Usage report")
        page.locator("#bar-range summary").click()
        page.locator(".presets").get_by_role("link", name="Last 7 days").click()
        page.wait_for_url("**range=last-7-days**")
        found.settle()
        # The first sign-in takes the browser's time zone for the reader's own.
        options = ("--range", "last-7-days", "--account", "acme/platform", "--tz", "Europe/Berlin")
        wanted = console.report("overview", *options)
        total = next(row for row in wanted["rows"] if row["measure"] == "total_requests")
        assert _number(_tile(page, "Total requests").inner_text()) == total["value"]
        page.locator("#export summary").click()
        told = json.loads(
            found.saved(page.locator("#export").get_by_role("link", name="JSON").first)
        )
        assert told["rows"] == wanted["rows"]
        assert told["filters"] == wanted["filters"]


def test_a_chart_tells_its_numbers_to_the_pointer_and_the_keyboard(reader: Seen) -> None:
    """Hovering a chart shows a day's numbers; arrow keys do the same; the table has them all."""
    reader.go("/")
    page = reader.page
    chart = page.locator("[data-chart]").first
    plot = chart.locator(".plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tip = page.locator(".chart-tip, .tip, [data-chart-tip]").first
    expect(tip).to_be_visible()
    assert re.search(r"\d", tip.inner_text())
    page.mouse.move(0, 0)
    plot.focus()
    page.keyboard.press("ArrowRight")
    expect(chart.locator("[data-chart-told]")).to_have_text(re.compile(r"\d"))
    chart.locator("details.as-table summary").click()
    assert chart.locator("details.as-table tbody tr").count() >= 30


def test_product_usage_leads_to_a_user_and_their_sessions(reader: Seen, console: Console) -> None:
    """Six series, the table with statuses, one user's breakdown, and their sessions one by one."""
    reader.go("/product-usage?sort=-login_sessions")
    page = reader.page
    switches = page.locator("#trend .switch a[aria-pressed]")
    assert switches.count() == 6
    switches.first.click()
    expect(switches.first).to_have_attribute("aria-pressed", "false")
    assert "series=" in page.url
    link = page.locator("#people tbody th a").first
    name = link.inner_text()
    link.click()
    page.wait_for_url("**/users/*")
    reader.settle()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    table = page.locator("table", has=page.get_by_text("Initiated at"))
    heads = " ".join(table.locator("thead th").all_inner_texts())
    for head in ("Initiated at", "Ended at", "Passwords accessed", "Auto-filled", "Accounts added"):
        assert head in heads
    wanted = console.report("sessions", "--user", name, "--range", "last-30-days")
    assert str(wanted["total"]) in page.locator("main").inner_text()


def test_inactive_people_are_one_click_away(reader: Seen, console: Console) -> None:
    """The status of a bar narrows the table to the people who have it, and the address says so."""
    reader.go("/product-usage")
    page = reader.page
    page.locator("#people .tabs a", has_text="Inactive").click()
    page.wait_for_url("**status=inactive**")
    reader.settle()
    rows = console.report("users", "--limit", "100000")["rows"]
    wanted = sum(row["status"] == "inactive" for row in rows)
    assert f"of {wanted} " in page.locator("#people .pager").inner_text()
    assert set(page.locator("#people .status").all_inner_texts()) == {"Inactive"}


def test_a_number_opens_its_evidence_and_gives_the_focus_back(reader: Seen) -> None:
    """A tile opens the drawer with the same number; Escape closes it where one was."""
    reader.go("/")
    page = reader.page
    number = _tile(page, "Refused requests")
    shown = number.inner_text()
    number.click()
    drawer = page.locator("#evidence")
    expect(drawer.locator("h2")).to_be_visible()
    page.wait_for_url("**evidence=**")
    reader.settle()
    assert _number(drawer.locator(".value").inner_text()) == _number(shown)
    reader.picture("evidence-light-desktop")
    assert not reader.violations()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(number).to_be_focused()
    assert "evidence=" not in page.url


def test_the_back_button_and_a_bookmark_show_the_same(reader: Seen, console: Console) -> None:
    """Where one has been is shown again, from the address alone."""
    reader.go("/items")
    page = reader.page
    page.locator("#bar-range summary").click()
    page.locator(".presets").get_by_role("link", name="Last 7 days").click()
    page.wait_for_url("**range=last-7-days**")
    reader.settle()
    seven = page.locator(".headline").inner_text()
    page.locator(".sidebar").get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Usage report")
    assert "range=last-7-days" in page.url
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Secrets and keys")
    reader.settle()
    assert page.locator(".headline").inner_text() == seven
    again = console.get(page.url.removeprefix(reader.origin)).text(".headline")
    assert " ".join(seven.split()) == again


def _looked_for(reader: Seen) -> str:
    """Open the palette and begin to type a user's name, until it is found; answers the name."""
    reader.go("/product-usage")
    page = reader.page
    name = page.locator("#people tbody th a").first.inner_text()
    page.keyboard.press("Control+k")
    page.keyboard.type(name[:12], delay=20)
    expect(page.locator("dialog[open]")).to_contain_text(name)
    page.locator("#palette-found [aria-selected='true']", has_text=name).wait_for()
    return name


def test_the_palette_finds_somebody_by_keyboard_alone(reader: Seen) -> None:
    """Ctrl-K, some letters, Enter: the page of that user."""
    name, page = _looked_for(reader), reader.page
    page.keyboard.press("Enter")
    page.wait_for_url("**/users/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_the_palette_goes_there_while_it_still_searches(reader: Seen) -> None:
    """Who presses Enter before all letters are looked for comes to the page, and its address."""
    name, page = _looked_for(reader), reader.page
    reader.settle()
    searches, pages = _held(page, "**/find?*"), _held(page, "**/users/*")
    page.keyboard.type(name[12:13] or "*")
    _until(page, searches)
    page.keyboard.press("Enter")
    _until(page, pages)
    with page.expect_response("**/find?*"):
        searches[0].continue_()
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    pages[0].continue_()
    page.wait_for_url("**/users/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def _held(page: Page, pattern: str) -> list[Route]:
    """The requests for some addresses from now on, none of which is answered by itself."""
    found: list[Route] = []
    page.route(pattern, lambda route: found.append(route))  # noqa: PLW0108  it is looked into
    return found


def _until(page: Page, held: list[Route]) -> None:
    """Wait for a request that is held."""
    for _ in range(200):
        if held:
            return
        page.wait_for_timeout(20)
    pytest.fail("nothing was asked for")


def test_a_page_is_walked_through_by_keyboard(reader: Seen) -> None:
    """Tab reaches the skip link first, then the rail, the bar and the page, each with a ring."""
    reader.go("/")
    page = reader.page
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    places = set()
    reader.go("/")
    for _ in range(60):
        page.keyboard.press("Tab")
        place, ring = page.evaluate(_FOCUSED)
        places.add(place)
        assert ring, f"no ring in {place}"
    assert {"rail", "bar", "main"} <= places


_FOCUSED = """
() => {
    const one = document.activeElement;
    const place = one.closest('.sidebar') ? 'rail' : one.closest('.bar') ? 'bar'
        : one.closest('main') ? 'main' : 'else';
    const style = getComputedStyle(one);
    return [place, one === document.body || style.outlineStyle !== 'none'
        || one.matches('input, select')];
}
"""


def test_the_theme_changes_without_a_request(reader: Seen) -> None:
    """The button turns light into dark, charts included, and the next page keeps it."""
    reader.go("/")
    page = reader.page
    before = page.locator("[data-chart] svg.marks").first.inner_html()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator(".sidebar [data-theme-toggle]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("[data-chart] svg.marks").first).not_to_have_text("")
    page.wait_for_timeout(200)
    assert page.locator("[data-chart] svg.marks").first.inner_html() != before
    assert not asked
    reader.go("/product-usage")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_who_may_see_nothing_is_told_what_to_ask_for(console: Console, browser: Browser) -> None:
    """A user without a role is shown what is missing and who can give it, without a fault."""
    with seen(browser, console.as_("nobody")) as found:
        found.page.goto(found.origin)
        expect(found.page.locator("main")).to_contain_text("Whoever manages roles can grant it")
        assert not found.violations()
        found.wrong[:] = [each for each in found.wrong if "403" not in each]


def test_who_may_see_one_account_sees_its_numbers_alone(console: Console, browser: Browser) -> None:
    """A scoped reader's overview is that of the account."""
    with seen(browser, console.as_("scoped")) as found:
        found.go("/")
        wanted = console.report(
            "overview", "--account", "acme/platform", "--account", "acme/platform/*"
        )
        total = next(row for row in wanted["rows"] if row["measure"] == "total_requests")
        assert _number(_tile(found.page, "Total requests").inner_text()) == total["value"]
