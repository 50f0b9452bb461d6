"""A page waits for its reports no longer than a reader should; what is late comes after it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from bs4 import BeautifulSoup
from tests.conftest import Folder, event, ndjson

from vaultmeter.console.answers import Answers
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block, Page, one
from vaultmeter.console.showing import block_html, page_html
from vaultmeter.console.unseen import UNSEEN
from vaultmeter.console.words import Words
from vaultmeter.model.access import Principal
from vaultmeter.sources import Sources
from vaultmeter.views.view import View


def _numbers(asking: Asking) -> dict[str, object]:
    asking.report("overview")
    return {"notes": [], "words": asking.words}


def _words(_: Asking) -> dict[str, object]:
    return {"notes": []}


NUMBERS = Block("numbers", "parts/unseen.html", _numbers, "Numbers", "tiles")
WORDS = Block("words", "parts/unseen.html", _words, "Words", "line")
PAGE = Page("own", "/own", "Own", (one(WORDS), one(NUMBERS), one(UNSEEN)), has_bar=False)


class Threads(ThreadPoolExecutor):
    """One thread, which does nothing before it may."""

    def __init__(self) -> None:
        """Begin with a task that holds everything up."""
        super().__init__(1)
        self.go_on = Event()
        self.submit(self.go_on.wait, 20)


@pytest.fixture
def threads() -> Iterator[Threads]:
    """Give the thread in which reports are worked out."""
    with Threads() as made:
        yield made
        made.go_on.set()


@pytest.fixture
def answers(folder: Folder, threads: Threads) -> Answers:
    """Give the answers of a folder with an event."""
    folder.take("events", ndjson(event(1)), source="vault")
    return Answers(folder.app, threads)


def asking(folder: Folder, answers: Answers, *, whole: bool = False) -> Asking:
    """Somebody who asks for the page."""
    app, now = folder.app, datetime(2026, 11, 20, tzinfo=UTC)
    sources = Sources(app.inbox, app.access, lambda: app.store)
    words = Words(ZoneInfo("UTC"), now, Locale("en", "GB"))
    who = Principal.operator()
    return Asking(app, sources, answers, who, View("/own"), words, is_whole=whole)


def waiting(html: str) -> list[str]:
    """The blocks that are not there, in the order of the page."""
    found = BeautifulSoup(html, "html.parser").select("[aria-busy]")
    assert all(each["hx-trigger"] == "load" for each in found)
    return [str(each["id"]) for each in found]


def test_a_block_whose_report_is_late_fetches_itself(
    folder: Folder, answers: Answers, threads: Threads
) -> None:
    """The page comes with its place and those after it; asked for alone it is there."""
    late = asking(folder, answers)
    assert waiting(page_html(late, PAGE)) == ["numbers", "unseen"]
    assert late.until is None
    threads.go_on.set()
    assert waiting(block_html(asking(folder, answers), PAGE, NUMBERS)) == []


def test_a_page_whose_reports_are_kept_is_whole(
    folder: Folder, answers: Answers, threads: Threads
) -> None:
    """Nothing is late where nothing has to be worked out."""
    threads.go_on.set()
    block_html(asking(folder, answers), PAGE, NUMBERS)
    threads.go_on.clear()
    threads.submit(threads.go_on.wait, 20)
    assert waiting(page_html(asking(folder, answers), PAGE)) == []


def test_whoever_wants_everything_at_once_waits(
    folder: Folder, answers: Answers, threads: Threads
) -> None:
    """A reader without script gets every block, however long it takes."""
    with ThreadPoolExecutor(1) as reader:
        page = reader.submit(page_html, asking(folder, answers, whole=True), PAGE)
        threads.go_on.set()
        assert waiting(page.result(20)) == []
