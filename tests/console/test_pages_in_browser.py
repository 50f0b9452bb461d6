"""Every page in a real browser, light and dark, on a desktop and a phone, with data and without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser
from tests.console.asked import Console
from tests.console.chromium import LIGHT, LOOKS, Look, seen
from tests.server.serving import until

from vaultmeter.console.pages import PAGES
from vaultmeter.console.pages.settings.sections import SECTIONS


def _first(selector: str, path: str) -> Callable[[Console], str]:
    """The address of the first thing that a page links to."""

    def found(console: Console) -> str:
        return str(console.get(path).one(selector)["href"]).partition("?")[0]

    return found


def _schedule(console: Console) -> str:
    """The address of a schedule, which is made, and has run, when it is first asked for."""
    known = console.ask("schedules", "list", "--json")
    if not known:
        words = ("add", "Users", "--report", "users", "--every", "daily", "--format", "csv")
        known = [console.ask("schedules", *words, "--json")]
        console.post(f"/schedules/{known[0]['id']}/run")
        runs = ("schedules", "runs", "Users", "--json")
        until(lambda: bool(console.ask(*runs)[0]["state"] == "done"), "the schedule has run")
    return f"/schedules/{known[0]['id']}"


_DETAILS = {
    "/users/{id}": _first("main a[href^='/users/']", "/product-usage"),
    "/items/{id}": _first("main a[href^='/items/']", "/items"),
    "/sources/{id}": _first("main table a[href^='/sources/']", "/sources"),
    "/schedules/{id}": _schedule,
}
"""How pages about one thing are come by."""
_PATHS = [
    *(page.path for page in PAGES if "{section}" not in page.path),
    *(f"/settings/{section.name}" for section in SECTIONS),
]
_WITHOUT_DATA = [path for path in _PATHS if "{" not in path]


_DELIVERY = ("/exports", "/schedules", "/schedules/runs")


def _path(console: Console, path: str) -> str:
    if path in _DELIVERY:
        _schedule(console)
    return _DETAILS[path](console) if path in _DETAILS else path


def _name(path: str) -> str:
    return path.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "overview"


@pytest.mark.parametrize("looks", [LOOKS[:2], LOOKS[2:]], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", _PATHS)
def test_a_page_is_without_fault(
    console: Console, browser: Browser, path: str, looks: tuple[Look, Look]
) -> None:
    """No error, no failed or foreign request, nothing axe-core finds, no scrolling sideways.

    Light, and dark once the reader's system turns so while the page is open.
    """
    with seen(browser, console, looks[0]) as found:
        found.go(_path(console, path))
        assert found.page.locator("h1").count() == 1
        for look in looks:
            found.turn(look.scheme)
            found.picture(f"{_name(path)}-{look.name}")
            assert not found.overflows(), look.name
            assert not found.violations(), look.name


@pytest.mark.parametrize("path", _WITHOUT_DATA)
def test_a_page_without_data_is_without_fault(
    empty_console: Console, browser: Browser, path: str
) -> None:
    """A fresh installation's pages are as faultless, and lead to the first source."""
    with seen(browser, empty_console, LIGHT) as found:
        found.go(path)
        found.picture(f"empty-{_name(path)}")
        assert not found.overflows()
        assert not found.violations()
