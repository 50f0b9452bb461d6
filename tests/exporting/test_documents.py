"""Checks that files have the figures of reports, whatever page or table they are of."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.exporting.conftest import OPERATOR, YEAR, Place

from vaultmeter.asked import ReportAsked, When, report_told
from vaultmeter.exporting import Wanted, document_of, opened
from vaultmeter.exports.json import document as plain
from vaultmeter.model.errors import Forbidden, Invalid, NotFound
from vaultmeter.model.viewer import Viewer
from vaultmeter.views.pages import PAGES, ViewPage

ABOUT = {page.path.replace("{id}", "1"): page for page in PAGES}


def answered(place: Place, asked: ReportAsked) -> dict[str, Any]:
    """The object of `report --format json`."""
    told = report_told(place.app, Viewer.operator(), asked).answer
    found: dict[str, Any] = plain(told)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(("path", "page"), ABOUT.items(), ids=list(ABOUT))
def test_a_page_has_the_figures_of_its_reports(place: Place, path: str, page: ViewPage) -> None:
    """Each table of a page's file is the answer of its report, with all rows."""
    document = document_of(place.app, OPERATOR, Wanted("json", path, YEAR), place.clock())
    assert [part.about.report for part in document.parts] == list(page.reports)
    for part in document.parts:
        filters = {name: list(words) for name, words in part.about.filters.items()}
        asked = ReportAsked(
            part.about.report,
            When(
                "all",
                part.about.period.start.isoformat(),
                part.about.period.end.isoformat(),
            ),
            filters,
            compare="none",
            limit=1_000_000,
            status="kept" if part.about.report == "item-list" else None,
        )
        if part.about.report in {"unused", "leaver", "client-periods", "forecast"}:
            # These look at other days than the range; their own words say which.
            assert part.row_count == len(list(part.rows))
            continue
        assert [list(row.values()) for row in answered(place, asked)["rows"]] == [
            list(row.values()) for row in _rows(part.about, part.rows)
        ], part.about.report
        assert not part.is_limited


def _rows(about: Any, rows: Any) -> list[dict[str, Any]]:  # noqa: ANN401  a table and its rows
    found: list[dict[str, Any]] = plain(replace(about, rows=tuple(rows)))["rows"]
    return found


def test_a_table_read_as_it_is_written_is_the_same(place: Place) -> None:
    """A long table comes by and by, with the rows and the order of the report."""
    asked = ReportAsked("events", When("last-12-months"), limit=1 << 60)
    with opened(place.app, OPERATOR, Wanted("json", asked=asked), place.clock()) as document:
        (part,) = document.parts
        rows = list(part.rows)
    assert part.row_count == len(rows) == part.about.total
    whole = answered(place, asked)
    assert whole["total"] == len(rows)
    with place.app.store.reader() as store:
        few = list(store.chunks("select unnest(range(10))", rows=3))
    assert [len(each) for each in few] == [3, 3, 3, 1]


def test_search_status_and_order_of_a_table_apply(place: Place) -> None:
    """The file has the rows of the page's table, in their order, and says so."""
    query = f"{YEAR}&q=a&sort=-denied&status=active"
    document = document_of(
        place.app, OPERATOR, Wanted("json", "/product-usage", query), place.clock()
    )
    users = document.parts[0]
    names = [column.name for column in users.about.columns]
    rows = [dict(zip(names, row, strict=True)) for row in users.rows]
    assert rows
    assert all("a" in row["user"].lower() and row["status"] == "active" for row in rows)
    denied = [row["denied"] for row in rows]
    assert denied == sorted(denied, reverse=True)
    assert users.about.filters["user"] == ["*a*"]
    assert "Narrowed to the status active." in users.about.notes
    assert document.parts[1].about.filters == {}


def test_what_of_a_page_does_not_apply_is_said(place: Place) -> None:
    """A list that cannot be narrowed as on its page has all rows, and a note."""
    query = f"{YEAR}&status=exceeded&q=a"
    document = document_of(place.app, OPERATOR, Wanted("json", "/clients", query), place.clock())
    notes = {part.about.report: " ".join(part.about.notes) for part in document.parts}
    assert "narrowed to 'exceeded'; this one has all rows" in notes["client-list"]
    assert "exceeded" not in notes["clients"]


def test_a_limit_is_loud(place: Place) -> None:
    """Fewer rows than there are say how many there are."""
    wanted = Wanted("json", "/product-usage", YEAR, limit=2)
    users = document_of(place.app, OPERATOR, wanted, place.clock()).parts[0]
    assert users.is_limited
    assert (users.row_count, len(list(users.rows))) == (2, 2)
    assert f"First 2 of {users.about.total} rows." in users.about.notes[0]


def test_relative_ranges_are_as_of_the_instant_given(place: Place) -> None:
    """A file of last month, made for an earlier instant, is of the month before that."""
    asked = ReportAsked("users", When("last-month"))
    early = place.clock().replace(year=2026, month=9, day=3)
    (part,) = document_of(place.app, OPERATOR, Wanted("csv", asked=asked), early).parts
    assert part.about.period.text() == "2026-08-01 to 2026-08-31 (UTC)"


@pytest.mark.parametrize(
    ("path", "query", "error"),
    [
        ("/settings", YEAR, NotFound),
        ("/users/99999", YEAR, NotFound),
        ("/users/ada", YEAR, NotFound),
        ("/items/99999999999", YEAR, NotFound),
        ("/sources/77", YEAR, NotFound),
        ("/", "range=last-weak", Invalid),
        ("/", "nothing=1", Invalid),
    ],
)
def test_an_address_that_stands_for_none(
    place: Place, path: str, query: str, error: type[Exception]
) -> None:
    """What is no page, and what cannot be read, is refused and never guessed at."""
    with pytest.raises(error):
        document_of(place.app, OPERATOR, Wanted("csv", path, query), place.clock())


def test_a_file_is_of_what_its_maker_may_see(place: Place) -> None:
    """A reader of one account has their own rows; without the right to reports nobody has any."""
    wanted = Wanted("json", "/product-usage", YEAR)
    own = document_of(place.app, place.who("scoped"), wanted, place.clock()).parts[0]
    every = document_of(place.app, place.who("ada"), wanted, place.clock()).parts[0]
    assert 0 < own.row_count < every.row_count
    with pytest.raises(Forbidden):
        document_of(place.app, place.who("keeper"), wanted, place.clock())
    assert json.dumps(sorted({row[1] for row in own.rows})).count("acme/platform")
