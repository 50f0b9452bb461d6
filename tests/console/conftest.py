"""Consoles that tests ask: one that nothing changes, one of each file to change, one empty."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.console.asked import Console, served, some_months
from tests.console.chromium import launched


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with some months of events, shared by many tests, which change nothing."""
    with served(tmp_path_factory.mktemp("console"), some_months()) as found:
        yield found


@pytest.fixture(scope="module")
def own_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with some months of events, for the tests of one file that change something."""
    with served(tmp_path_factory.mktemp("own-console"), some_months()) as found:
        yield found


@pytest.fixture(scope="module")
def empty_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """The console of a fresh installation: nothing but users."""
    with served(tmp_path_factory.mktemp("empty-console"), None) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser, shared by the tests of a process; each page has a context of its own."""
    with sync_playwright() as playwright:
        found = launched(playwright)
        yield found
        found.close()
