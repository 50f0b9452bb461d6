"""Secrets and keys: tiles, chart, table and its tabs tell what reports tell."""

from typing import Any

import pytest
from tests.console.asked import Console, Shown

RANGE = "last-30-days"


def number(text: str) -> int:
    """The first number of a text, as pages show it."""
    return int(text.split(maxsplit=1)[0].replace(",", ""))


@pytest.fixture(scope="module")
def totals(console: Console) -> dict[str, int]:
    """The numbers of the report, by measure."""
    rows = console.report("item-totals", "--range", RANGE)["rows"]
    return {row["measure"]: row["value"] for row in rows}


@pytest.fixture(scope="module")
def page(console: Console) -> Shown:
    """The page."""
    return console.get("/items")


def listed(console: Console, *options: str) -> list[dict[str, Any]]:
    """The rows of the report of items."""
    found: list[dict[str, Any]] = console.report("item-list", "--range", RANGE, *options)["rows"]
    return found


def test_the_tiles_are_the_report(console: Console, page: Shown, totals: dict[str, int]) -> None:
    """Used, never used, uses, refused are the report's; 90 days are of the report unused."""
    shown = dict(zip(page.texts("#tiles .label"), page.texts("#tiles .value"), strict=True))
    assert number(shown["Used"]) == totals["used"]
    assert number(shown["Never used"]) == totals["never_used"]
    assert number(shown["Uses"]) == totals["uses"]
    assert number(shown["Refused requests"]) == totals["denied"]
    unused = console.report("unused", "--range", RANGE, "--days", "90", "--limit", "100000")["rows"]
    assert number(shown["Unused for 90 days"]) == sum(row["status"] == "unused" for row in unused)


def test_what_is_unused_for_90_days_is_listed_behind_its_tile(
    console: Console, page: Shown
) -> None:
    """The tile of the long unused leads to a table of as many."""
    links = page.soup.select("#tiles .value a")
    link = next(each for each in links if "last-90-days" in str(each["href"]))
    table = console.get(str(link["href"]))
    count = number(link.text)
    assert (f"of {count:,} items" if count else "0 items") in table.text("#items")


def test_the_tabs_count_and_hold_their_state(console: Console, totals: dict[str, int]) -> None:
    """Each tab has as many rows as it says, all of its state; deleted ones are in their own."""
    wanted = {"": "kept", "used": "used", "never_used": "never_used", "deleted": "deleted"}
    for status, measure in wanted.items():
        shown = console.swap(f"/items?status={status}&size=100&cols=item,status", "items")
        assert number(shown.text(".tabs [aria-current] span")) == totals[measure], status
        states = {cells[1] for cells in shown.rows("table")}
        assert len(shown.rows("table")) == min(100, totals[measure])
        if status:
            assert states <= {status.replace("_", " ").capitalize()}
        else:
            assert "Deleted" not in states


def test_a_search_finds_deleted_items_too(console: Console) -> None:
    """Whoever knows the name of a deleted item finds it without its tab."""
    gone = listed(console, "--status", "deleted")[0]["item"]
    shown = console.swap(f"/items?q={gone}&cols=item,status", "items")
    assert [gone, "Deleted"] in [
        [cells[0].replace(" ", ""), cells[1]] for cells in shown.rows("table")
    ]
    assert gone not in console.swap(f"/items?q={gone}&status=used", "items").text("table")


def test_the_pages_of_the_table_are_the_report(console: Console) -> None:
    """Rows stand in the report's order, page by page, with the report's numbers."""
    rows = listed(console, "--status", "kept", "--sort", "-users", "--limit", "40")
    shown = [
        cells
        for place in (1, 2)
        for cells in console.swap(
            f"/items?sort=-users&page={place}&cols=item,uses,users,machines", "items"
        ).rows("table")
    ]
    assert [[number(cell) for cell in cells[1:]] for cells in shown] == [
        [row["uses"], row["users"], row["machines"]] for row in rows
    ]
    assert [cells[0].replace(" ", "") for cells in shown] == [row["item"] for row in rows]


def test_the_chart_adds_up(console: Console, page: Shown, totals: dict[str, int]) -> None:
    """The days of all types add up to all uses, by day and by week."""
    for shown in (page, console.get("/items?bucket=week")):
        cells = [cell for row in shown.rows("#item-days table") for cell in row[1:]]
        assert sum(number(cell) for cell in cells if cell[0].isdigit()) == totals["uses"]


def test_types_narrow_the_page(console: Console, page: Shown, totals: dict[str, int]) -> None:
    """The bars add up to all that is kept; a name shows the items of that type alone."""
    bars = page.rows("#types table")
    assert sum(number(cells[2]) for cells in bars) == totals["kept"]
    link = page.one("#types tbody th a")
    narrowed = console.get(str(link["href"]))
    assert number(narrowed.text("#items .tabs [aria-current] span")) == number(bars[0][2])


def test_an_address_that_knows_no_such_state_shows_all(console: Console) -> None:
    """A state that there is not narrows nothing; a search without a hit says so."""
    shown = console.swap("/items?status=broken", "items")
    assert shown.text(".tabs [aria-current]").startswith("All")
    nothing = console.swap("/items?q=nowhere/at/all", "items")
    assert "No path has “nowhere/at/all” in it" in nothing.text(".empty")


def test_without_any_item_the_page_says_so(empty_console: Console) -> None:
    """A fresh installation has no table of zeros."""
    assert empty_console.get("/items").status == 200
