"""The page of one user: every number is the report's, and the check-list is kept."""

from typing import Any

import pytest
from tests.console.asked import SCOPED, Console, Shown

RANGE = "last-30-days"


def busiest(console: Console, account: str = "") -> dict[str, Any]:
    """The row of the person who did most, of all or in one account."""
    rows = console.report("users", "--range", RANGE)["rows"]
    return next(row for row in rows if not account or row["account"] == account)


def page_of(console: Console, row: dict[str, Any]) -> tuple[str, Shown]:
    """The page of a user, found as a reader finds it: by the list of people."""
    listed = console.get(f"/product-usage?q={row['user']}")
    link = next(a for a in listed.soup.select("#people tbody th a") if a.text == row["user"])
    path = str(link["href"]).partition("?")[0]
    return path, console.get(path)


def narrowed(row: dict[str, Any]) -> tuple[str, ...]:
    """The options that narrow a report to a user."""
    return ("--range", RANGE, "--user", row["user"])


def number(text: str) -> int:
    """A number as pages show it."""
    return int(text.replace(",", ""))


@pytest.fixture(scope="module")
def row(console: Console) -> dict[str, Any]:
    """The row of the busiest person."""
    return busiest(console)


@pytest.fixture(scope="module")
def page(console: Console, row: dict[str, Any]) -> Shown:
    """The page of the busiest person."""
    return page_of(console, row)[1]


def test_it_says_who_it_is_and_what_they_did(page: Shown, row: dict[str, Any]) -> None:
    """Name, status and the numbers of the sentence are those of the report of users."""
    assert page.text("h1") == row["user"]
    assert page.text(".page-head .status") == row["status"].capitalize()
    assert f"{row['login_sessions']:,} sessions" in page.text("#sentence")
    assert f"{row['passwords_accessed']:,} passwords accessed" in page.text("#sentence")


def test_the_breakdown_adds_up_to_the_report(
    console: Console, page: Shown, row: dict[str, Any]
) -> None:
    """Each feature's total is the report's, and so is the sum of its days; so is its change."""
    features = {
        "Login sessions": "login_sessions",
        "Passwords accessed": "passwords_accessed",
        "Remote connections": "remote_connections",
    }
    days = page.rows("#activity details table")
    names = page.texts("#activity details thead th")
    for cells in page.rows("#activity table.strips"):
        title = next((name for name in features if cells[0].startswith(name)), None)
        if title is None:
            continue
        place = names.index(title)
        wanted = row[features[title]]
        assert number(cells[1]) == wanted == sum(number(day[place]) for day in days), title
    peers = console.report("peers", "--range", RANGE, "--account", row["account"])["rows"]
    median = next(each for each in peers if each["account"] == row["account"])
    shown = next(cells for cells in page.rows("#activity table.strips") if "Login" in cells[0])
    assert float(shown[4]) == median["login_sessions"]


def test_sessions_are_those_of_the_report(
    console: Console, page: Shown, row: dict[str, Any]
) -> None:
    """The newest sessions come first, with what came of them, and all of them are counted."""
    found = console.report("sessions", *narrowed(row))
    assert f"of {found['total']:,} sessions" in page.text("#sessions .pager")
    shown = page.rows("#sessions table")
    assert [number(cells[3]) for cells in shown] == [
        each["passwords_accessed"] for each in found["rows"][: len(shown)]
    ]


def test_what_has_to_be_done_is_counted_by_reports(
    console: Console, page: Shown, row: dict[str, Any]
) -> None:
    """The check-list counts what reports list: what to rotate, and what nobody else uses."""
    exposed = console.report("leaver", *narrowed(row))["rows"]
    alone = console.report("sole-use", *narrowed(row))["total"]
    counts = [number(text) for text in page.texts("#leaver li > .num")]
    assert counts[1] == sum(each["to_rotate"] and each["item"] != "*" for each in exposed)
    assert counts[2] == alone
    assert "Nothing is changed in a vault from here" in page.text("#leaver")


def test_events_are_told_by_their_part(console: Console, row: dict[str, Any]) -> None:
    """The timeline holds every event of the range; its parts hold those of their kinds alone."""
    path, shown = page_of(console, row)
    every = console.report("events", *narrowed(row), "--limit", "100000")
    assert f"of {every['total']:,} events" in shown.text("#events .pager")
    refused = sum(each["outcome"] == "denied" for each in every["rows"])
    part = console.swap(f"{path}?events.status=refused", "events")
    assert f"of {refused:,} events" in part.text(".pager") or not refused
    assert {cells[-1] for cells in part.rows("table")} <= {"refused"}


def test_each_number_is_a_door_to_its_evidence(console: Console, page: Shown) -> None:
    """The evidence of a number on the page gives that number."""
    for selector in ("#activity .big", "#sessions td .count-link", "#used .count-link"):
        link = page.one(selector)
        drawer = console.get(str(link["href"]))
        assert drawer.one("#evidence .number, #evidence .value, #evidence [data-value]")
        assert link.text in drawer.text("#evidence"), selector


def test_an_unknown_user_is_missing_and_so_is_one_elsewhere(
    console: Console, row: dict[str, Any]
) -> None:
    """Nobody can tell whether a number belongs to somebody of an account that is not theirs."""
    other = next(
        each
        for each in console.report("users", "--range", RANGE)["rows"]
        if each["account"] != SCOPED
    )
    path, _ = page_of(console, other)
    scoped = console.as_("scoped")
    hidden, nobody = scoped.get(path), scoped.get("/users/999999")
    assert hidden.status == nobody.status == 404
    assert other["user"] not in hidden.text()
    message = "There is no such user that you can see."
    assert message in hidden.text("main")
    assert message in nobody.text("main")
    assert row


def test_ticks_are_kept_with_who_and_when(own_console: Console) -> None:
    """A tick holds for everybody until it is taken away, and the trail tells of both."""
    path, _ = page_of(own_console, busiest(own_console))
    own_console.post(f"{path}/leaver", {"step": "rotate", "done": "yes"})
    shown = own_console.get(path)
    assert shown.one("#step-rotate").has_attr("checked")
    assert not shown.one("#step-revoke").has_attr("checked")
    assert "by admin" in shown.text("#leaver .ticked")
    assert "1 of 5 done" in shown.text("#leaver")
    reader = own_console.as_("reader")
    assert reader.get(path).one("#step-rotate").has_attr("checked")
    reader.post(f"{path}/leaver", {"step": "rotate"})
    assert not own_console.get(path).one("#step-rotate").has_attr("checked")
    acts = [each["act"] for each in own_console.ask("trail", "list", "--json")["rows"]]
    assert {"leaver.tick", "leaver.untick"} <= set(acts)


def test_nobody_ticks_for_whom_they_do_not_see(own_console: Console) -> None:
    """A step that there is not, and a user of another account, are refused and change nothing."""
    other = next(
        each
        for each in own_console.report("users", "--range", RANGE)["rows"]
        if each["account"] != SCOPED
    )
    path, _ = page_of(own_console, other)
    assert own_console.post(f"{path}/leaver", {"step": "nothing", "done": "yes"}).status == 422
    refused = own_console.as_("scoped").post(f"{path}/leaver", {"step": "revoke", "done": "yes"})
    assert refused.status == 404
    assert not own_console.get(path).one("#step-revoke").has_attr("checked")
