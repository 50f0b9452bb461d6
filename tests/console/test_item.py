"""The page of one item: its numbers, who uses it, and what happened to it."""

from typing import Any

import pytest
from tests.console.asked import SCOPED, Console, Shown

RANGE = "last-30-days"


def number(text: str) -> int:
    """The first number of a text, as pages show it."""
    return int(text.split(maxsplit=1)[0].replace(",", ""))


def page_of(console: Console, row: dict[str, Any]) -> tuple[str, Shown]:
    """The page of an item, found as a reader finds it: by the table of items."""
    listed = console.swap(f"/items?q={row['item']}&size=100&cols=item,account", "items")
    for cells in listed.soup.select("tbody tr"):
        link, account = cells.select_one("th a"), cells.select_one("td")
        if link and account and (link.text, account.text) == (row["item"], row["account"]):
            path = str(link["href"]).partition("?")[0]
            return path, console.get(path)
    raise AssertionError(row)


def first(console: Console, *options: str) -> dict[str, Any]:
    """The first row of the report of items."""
    found: dict[str, Any] = console.report("item-list", "--range", RANGE, *options)["rows"][0]
    return found


@pytest.fixture(scope="module")
def row(console: Console) -> dict[str, Any]:
    """The row of what most people use."""
    return first(console, "--sort", "-users")


@pytest.fixture(scope="module")
def page(console: Console, row: dict[str, Any]) -> Shown:
    """Its page."""
    return page_of(console, row)[1]


def narrowed(row: dict[str, Any], *options: str) -> tuple[str, ...]:
    """The options that narrow a report to an item."""
    return ("--range", RANGE, "--item", row["item"], "--account", row["account"], *options)


def test_the_tiles_are_the_report(page: Shown, row: dict[str, Any]) -> None:
    """Uses, people, machines and refused are those of the report of items."""
    shown = dict(zip(page.texts("#tiles .label"), page.texts("#tiles .value"), strict=True))
    assert number(shown["Uses"]) == row["uses"]
    assert number(shown["People"]) == row["users"]
    assert number(shown["Machines"]) == row["machines"]
    assert number(shown["Refused requests"]) == row["denied"]
    assert page.text("h1") == row["item"]
    assert page.text(".page-head .status") == "Used"


def test_the_chart_adds_up(page: Shown, row: dict[str, Any]) -> None:
    """The uses of all days are the uses of the range."""
    days = [cells[1] for cells in page.rows("#uses table")]
    assert sum(number(cell) for cell in days if cell[0].isdigit()) == row["uses"]


def test_whoever_uses_it_is_told(console: Console, page: Shown, row: dict[str, Any]) -> None:
    """The table has everybody of the report, most uses first, and leads to their pages."""
    found = console.report("item-users", *narrowed(row))["rows"]
    shown = page.rows("#users table")
    assert [(cells[0], number(cells[3])) for cells in shown] == [
        (each["user"], each["uses"]) for each in found[: len(shown)]
    ]
    link = page.one("#users tbody th a")
    assert console.get(str(link["href"])).text("h1") == link.text


def test_events_are_those_of_the_report(console: Console, page: Shown, row: dict[str, Any]) -> None:
    """All events of the range are counted, the newest come first."""
    found = console.report("events", *narrowed(row))
    assert f"of {found['total']:,} events" in page.text("#events .pager")
    assert page.rows("#events table")[0][1] == found["rows"][0]["user"]


def test_a_deleted_item_keeps_its_page(console: Console) -> None:
    """A deleted item says when it was deleted, and that its history is kept."""
    gone = first(console, "--status", "deleted")
    _, shown = page_of(console, gone)
    assert shown.status == 200
    assert shown.text(".page-head .status") == "Deleted"
    assert "history kept" in shown.text(".page-head")


def test_evidence_opens_from_its_numbers(console: Console, page: Shown) -> None:
    """The evidence of a tile, and of a user's uses, shows that number."""
    for selector in ("#tiles .value a", "#users td .count-link"):
        link = page.one(selector)
        assert link.text in console.get(str(link["href"])).text("#evidence"), selector


def test_an_unknown_item_is_missing_and_so_is_one_elsewhere(console: Console) -> None:
    """Nobody can tell whether a number belongs to an item of an account that is not theirs."""
    rows = console.report("item-list", "--range", RANGE)["rows"]
    path, _ = page_of(console, next(row for row in rows if row["account"] != SCOPED))
    scoped = console.as_("scoped")
    hidden, nothing = scoped.get(path), scoped.get("/items/999999")
    assert hidden.status == nothing.status == 404
    assert hidden.text(".empty p") == nothing.text(".empty p")
