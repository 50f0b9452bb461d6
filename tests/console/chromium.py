"""The real Chromium, and everything that a page must not do in it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Locator, Page, Playwright, expect
from tests.console.asked import Console

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts"
"""Where pictures of pages are kept."""
_AXE = Path(__file__).with_name("axe.js")
_PATIENCE_MS = 60_000
"""As long as a page may take, beside all other tests on a busy machine."""

Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    name: str
    width: int
    height: int
    scheme: Scheme
    is_touched: bool = False


_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
LIGHT = Look("light-desktop", 1440, 900, "light")
LOOKS = (
    LIGHT,
    Look("dark-desktop", 1440, 900, "dark"),
    Look("light-phone", 390, 844, "light", is_touched=True),
    Look("dark-phone", 390, 844, "dark", is_touched=True),
)


def launched(playwright: Playwright) -> Browser:
    """Chromium as Debian has it; fails with what to do where there is none.

    The one without windows, where there is one, takes a third less time: it draws and runs pages
    as the other does, and nothing around them.
    """
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    assert found, "There is no Chromium: run make programs."
    is_root = os.geteuid() == 0
    return playwright.chromium.launch(
        executable_path=found, args=["--no-sandbox"] if is_root else []
    )


@dataclass
class Seen:
    """A page in a browser, and everything that went wrong with it."""

    page: Page
    origin: str
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Load a page, and wait until it has everything."""
        self.page.goto(f"{self.origin}{path}")
        self.settle()

    def turn(self, scheme: Scheme) -> None:
        """Let the system be light or dark, and wait until the page is."""
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is fetched or drawn any more, and all that was swapped in listens."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function(_IS_DRAWN)

    def saved(self, link: Locator) -> bytes:
        """What the browser saves as a file when a link is clicked.

        Asked for again at the file's address: that a download has ended may never be told.
        """
        with self.page.expect_download() as waiting:
            link.click()
        return self.page.context.request.get(waiting.value.url).body()

    def violations(self) -> list[str]:
        """What axe-core finds on the page: rule, and the first place."""
        self.page.evaluate(_axe())
        found: list[dict[str, Any]] = self.page.evaluate(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
        )
        return [f"{each['id']}: {each['nodes'][0]['html'][:300]}" for each in found]

    def overflows(self) -> bool:
        """Whether the page can be scrolled sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    def picture(self, name: str) -> None:
        """Keep a picture of the whole page."""
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


_IS_DRAWN = """
() => !document.querySelector('.wait[hx-get], .htmx-request, .htmx-added')
    && [...document.querySelectorAll('[data-chart]')].every((each) => each.dataset.drawn)
"""


@contextmanager
def seen(browser: Browser, console: Console, look: Look = LIGHT) -> Iterator[Seen]:
    """A page in a browser within a block; whatever went wrong with it fails at the end."""
    origin = f"http://127.0.0.1:{console.serving.port}"
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height},
        color_scheme=look.scheme,
        has_touch=look.is_touched,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(_PATIENCE_MS)
    expect.set_options(timeout=_PATIENCE_MS)
    context.add_cookies(
        [{"name": name, "value": value, "url": origin} for name, value in console.cookies.items()]
    )
    found = Seen(context.new_page(), origin)
    page, wrong = found.page, found.wrong
    page.on("console", lambda said: _note(wrong, said.type, said.text))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("requestfailed", lambda request: _failed(wrong, request.url, request.failure or ""))
    page.on("response", lambda answer: _answered(wrong, answer.status, answer.url))
    page.on("request", lambda request: _foreign(wrong, request.url, origin))
    try:
        yield found
        assert not wrong, "\n".join(wrong)
    finally:
        context.close()


def _note(wrong: list[str], kind: str, text: str) -> None:
    if kind in {"error", "warning"}:
        wrong.append(f"console {kind}: {text}")


def _failed(wrong: list[str], url: str, why: str) -> None:
    # A page that is left drops what it was still waiting for, and a download is no page.
    if "ERR_ABORTED" not in why:
        wrong.append(f"failed ({why}): {url}")


def _answered(wrong: list[str], status: int, url: str) -> None:
    if status >= 400:
        wrong.append(f"{status}: {url}")


def _foreign(wrong: list[str], url: str, origin: str) -> None:
    if not url.startswith((origin, "data:", "blob:")):
        wrong.append(f"another server: {url}")


@cache
def _axe() -> str:
    return _AXE.read_text()
