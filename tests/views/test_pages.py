"""Checks that the pages of the console and the list of what can be exported are one."""

import pytest

from vaultmeter.console.pages import PAGES as SHOWN
from vaultmeter.model.errors import NotFound
from vaultmeter.reports.head import report_named
from vaultmeter.views.pages import PAGES, ViewPage, page_at


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_the_consoles(page: ViewPage) -> None:
    """Name, path, title, words and reports are the same, and each report is there."""
    shown = next(each for each in SHOWN if each.name == page.name)
    assert (shown.path, shown.title) == (page.path, page.title)
    assert (shown.exports, shown.extra) == (page.reports, page.words)
    for name in page.reports:
        assert report_named(name)
    for table in page.tables:
        assert table.report in page.reports
        report = report_named(table.report)
        assert not table.statuses or "status" in report.parameters


def test_every_page_that_offers_files_is_listed() -> None:
    """The console offers files where a saved view can be exported, and nowhere else."""
    assert {page.name for page in SHOWN if page.exports} == {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_found_at_its_path(page: ViewPage) -> None:
    """The number of what it is about is read from the path."""
    path = page.path.replace("{id}", "12")
    assert page_at(path) == (page, "12" if page.about else "")


@pytest.mark.parametrize("path", ["", "/views", "/users", "/users/x", "/users/1/2", "//items"])
def test_other_paths_are_none(path: str) -> None:
    """What is no page is said to be none."""
    with pytest.raises(NotFound):
        page_at(path)
