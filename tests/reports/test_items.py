"""What there is, who uses it, and what happened: statuses, days, and each status's occurrence."""

from dataclasses import replace

import pytest
from tests.reports.conftest import Organisation
from tests.reports.plain_items import STATUSES, item_list, sole_use
from tests.reports.questions import EVERYBODY, Question, span

from vaultmeter.model.filters import Filters
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer

YEAR = span("2025-07-01", "2026-07-01")
SPRING = span("2026-02-10T04:00", "2026-05-20T09:00", "America/St_Johns")


@pytest.mark.parametrize("status", ["kept", *STATUSES])
def test_the_list_of_a_status_is_that_part_of_all(organisation: Organisation, status: str) -> None:
    """Narrowed to a status, the list holds the rows of that status alone, and counts them."""
    for patterns in ({}, {"item": ("kv/*",)}, {"account": ("acme/*",), "outcome": ("ok",)}):
        plain = Question(SPRING, patterns).plain(organisation.world, ["item-list"])["item-list"]
        wanted = [row for row in item_list(plain) if row[4] == status or status == "kept"]
        wanted = [row for row in wanted if status != "kept" or row[4] != "deleted"]
        ask = Ask(Viewer.operator(), SPRING, Filters.of(patterns), status=status, limit=3)
        table = answer(organisation.app.store, report_named("item-list"), ask)
        assert (list(table.rows), table.total) == (wanted[:3], len(wanted) if wanted[:3] else 0)


def test_every_status_occurs(organisation: Organisation) -> None:
    """The events at hand have items of every status, so that none is idly compared."""
    periods = (YEAR, SPRING, span("2026-06-20", "2026-07-01"), span("2026-11-01", "2026-12-01"))
    found = {
        row[4] for each in periods for row in Question(each).asked(organisation.app, "item-list")
    }
    assert found == set(STATUSES)


@pytest.mark.parametrize("sort", ["users", "-machines", "last_used", "-denied", "deleted"])
def test_any_column_orders_all_pages(organisation: Organisation, sort: str) -> None:
    """Whatever the list is ordered by, its pages hold each row once, in the order of the whole."""
    ask = Ask(Viewer.operator(), YEAR, sort=sort, limit=10**6)
    report, store = report_named("item-list"), organisation.app.store
    whole = answer(store, report, ask).rows
    pages = [
        row
        for offset in range(0, len(whole), 50)
        for row in answer(store, report, replace(ask, limit=50, offset=offset)).rows
    ]
    assert pages == list(whole)


@pytest.mark.parametrize("days", [1, 30, 200])
def test_alone_in_any_number_of_days(organisation: Organisation, days: int) -> None:
    """However many days are looked at, what one user uses alone is what plain Python works out."""
    for period in (YEAR, SPRING):
        question = Question(period, EVERYBODY)
        ask = Ask(Viewer.operator(), period, Filters.of(EVERYBODY), days=days)
        table = answer(organisation.app.store, report_named("sole-use"), ask)
        plain = question.plain(organisation.world, ["sole-use"])["sole-use"]
        assert list(table.rows) == sole_use(plain, days)
    assert table.rows
