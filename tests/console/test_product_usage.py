"""Track product usage: every number is that of the report it comes from, and filters are exact."""

from typing import Any

import pytest
from tests.console.asked import SCOPED, Console

Row = dict[str, Any]

PATH = "/product-usage"
STATUSES = ("active", "passive", "inactive", "no_evidence")
SWITCHES = {
    "login_sessions": "Login sessions",
    "remote_connections": "Remote connections",
    "passwords_accessed": "Passwords accessed",
    "passwords_autofilled": "Passwords auto-filled",
    "accounts_added": "Accounts added",
}


def number(text: str) -> int:
    """A number as the page writes it."""
    return int(text.replace(",", ""))


@pytest.fixture(scope="module")
def users(console: Console) -> list[Row]:
    """The rows of the report of users, by name."""
    return rows_of(console, "users", "--sort", "user")


@pytest.fixture(scope="module")
def whole(console: Console) -> Row:
    """How everybody stands, all accounts together."""
    return rows_of(console, "adoption")[0]


def rows_of(console: Console, name: str, *options: str) -> list[Row]:
    """The rows of a report by the command line."""
    rows: list[Row] = console.report(name, *options)["rows"]
    return rows


def names_of(rows: list[Row]) -> list[str]:
    """Whom rows are about."""
    return [row["user"] for row in rows]


def test_the_bar_shows_how_everybody_stands(console: Console, whole: Row) -> None:
    """Parts, total and utilisation are those of the report, and add up."""
    shown, row = console.get(PATH), whole
    parts = [number(text) for text in shown.texts("#status .parts li b a")]
    assert parts == [row[status] for status in STATUSES]
    assert sum(parts) == row["users"]
    assert shown.text("#h-status") == f"{row['users']} people by activity status"
    rate = shown.text("#status .rate")
    assert f"{row['utilisation']:.1f}%" in rate
    assert f"{row['utilised']} of {row['judged']}" in rate
    assert f"{row['active']} of {row['users']} people" in shown.text("#sentence")


def test_switches_hold_totals_and_changes(console: Console) -> None:
    """Each switch has the total of the overview, and its change against the range before."""
    shown = console.get(PATH)
    told = {row["measure"]: row for row in rows_of(console, "overview")}
    sums = dict(zip(shown.texts("#trend .switch .name"), shown.texts("#trend .sum"), strict=True))
    for measure, name in SWITCHES.items():
        value, _, change = sums[name].partition(" ")
        row = told[measure]
        assert number(value) == row["value"], name
        if row["compared"]:
            signed = f"{abs(row['change_percent']):.1f}" if abs(row["change_percent"]) < 100 else ""
            assert signed in change, name


def test_the_chart_has_the_numbers_of_the_report(console: Console) -> None:
    """Each row of the chart's table is the bucket of the report, also by week."""
    for bucket in ("day", "week"):
        shown = console.get(f"{PATH}?bucket={bucket}")
        rows = rows_of(console, "activity", "--per", bucket)
        cells = [list(map(number, row[1:])) for row in shown.rows("#trend .as-table table")]
        columns = (*SWITCHES, "latest_logins")
        assert cells == [[row[column] for column in columns] for row in rows], bucket


def test_series_turn_off_by_address_and_one_stays(console: Console) -> None:
    """Only the series named are drawn; the switch of the last one leads nowhere else."""
    shown = console.get(f"{PATH}?series=logins")
    assert [row[0] for row in shown.rows("#trend .as-table table")]
    assert shown.texts("#trend .as-table thead th") == ["Day", "Login sessions"]
    pressed = [str(each["aria-pressed"]) for each in shown.soup.select("#trend .name")]
    assert pressed == ["true", *["false"] * 5]
    assert shown.one("#trend-logins")["href"] == f"{PATH}?series=logins"
    side = console.get(f"{PATH}?series=logins,added&layout=side")
    assert side.texts("#trend .mini-head h3") == ["Login sessions", "Accounts added"]


def test_pages_hold_each_person_once(console: Console, users: list[Row]) -> None:
    """Pages of a column in which many are equal hold everybody once, the highest first."""
    names: list[str] = []
    while len(names) < len(users):
        page = len(names) // 20 + 1
        shown = console.swap(f"{PATH}?sort=-accounts_added&page={page}", "people")
        names += shown.texts("#people tbody .who a")
    assert shown.one("#people-next").get("aria-disabled") == "true"
    ordered = sorted(
        users,
        key=lambda row: (-row["accounts_added"], -row["requests"], row["user"], row["account"]),
    )
    assert names == names_of(ordered)


def test_cells_are_those_of_the_report(console: Console, users: list[Row]) -> None:
    """Numbers of the table are those of the report, in the columns that were chosen."""
    columns = "requests,secrets_read,key_operations,denied,password_events"
    shown = console.swap(f"{PATH}?cols=user,{columns}&size=100", "people")
    wanted = [[row[name] for name in columns.split(",")] for row in users[:100]]
    assert [list(map(number, cells)) for _, *cells in shown.rows("#people table")] == wanted


@pytest.mark.parametrize("status", [*STATUSES, "low_usage", "never_used", "dormant", "new"])
def test_a_status_narrows_the_table_exactly(
    console: Console, users: list[Row], whole: Row, status: str
) -> None:
    """Under a tab or suggestion stand those of the status, as many as it says."""
    wanted = [row for row in users if is_of(row, status)]
    shown = console.swap(f"{PATH}?status={status}&size=100", "people")
    assert shown.texts("#people tbody .who a") == names_of(wanted)
    assert whole[status] == len(wanted)
    tab = shown.soup.select_one(f"#people-tab-{status} span")
    assert tab is None or number(tab.get_text()) == len(wanted)


def is_of(row: Row, status: str) -> bool:
    """Whether somebody is of a status, by what the report of everybody tells."""
    flags = {"low_usage": row["is_low"], "new": row["is_new"]}
    words = {row["status"], (row["reason"] or "").replace(" ", "_")}
    return bool(flags.get(status, status in words))


def test_low_usage_is_of_few_that_are_active(users: list[Row]) -> None:
    """Low usage is told of active people that are not new, and of fewer than half of them."""
    low = [row for row in users if row["is_low"]]
    assert all(row["status"] == "active" and not row["is_new"] for row in low)
    active = [row for row in users if row["status"] == "active" and not row["is_new"]]
    assert 0 < 2 * len(low) <= len(active)


def test_a_search_narrows_rows_and_counts_alike(console: Console, users: list[Row]) -> None:
    """A part of a name leaves those who have it, under each tab; what has nobody says so."""
    shown = console.swap(f"{PATH}?q=AN&size=100", "people")
    names = shown.texts("#people tbody .who a")
    assert names
    assert names == [name for name in names_of(users) if "an" in name.lower()]
    counts = [number(text) for text in shown.texts("#people .tabs span")]
    assert counts[0] == len(names) == sum(counts[1:])
    nobody = console.swap(f"{PATH}?q=nobody-has-this", "people")
    assert "Nobody matches" in nobody.text("#people")


def test_a_page_that_is_no_more_shows_the_first(console: Console) -> None:
    """An address of a page behind the last one shows the table from its start."""
    shown = console.get(f"{PATH}?page=99")
    assert shown.text("#people .pager").startswith("1–20 of")


def test_names_and_numbers_are_doors(console: Console) -> None:
    """A name leads to the person by number, a number to its evidence, neither with a name in it."""
    shown = console.get(f"{PATH}?sort=-requests")
    name = shown.one("#people tbody .who a")
    assert str(name["href"]).startswith("/users/")
    assert name.get_text() not in str(name["href"])
    door = shown.one("#people tbody td.num a.count-link")
    assert "evidence=users~" in str(door["href"])


def test_a_block_comes_alone(console: Console) -> None:
    """Asked for the table, the page answers with it and nothing else."""
    shown = console.swap(f"{PATH}?status=active", "people")
    assert shown.soup.select_one("main, #trend, #status") is None
    assert shown.one("#people-tab-active")["aria-current"] == "true"


def test_a_reader_of_one_account_sees_its_people_alone(console: Console, users: list[Row]) -> None:
    """Every count and row is of the account that the reader may see."""
    shown = console.as_("scoped").get(f"{PATH}?size=100")
    own = names_of([row for row in users if row["account"] == SCOPED])
    assert shown.texts("#people tbody .who a") == own
    assert set(shown.texts("#people tbody td.p3")) == {SCOPED}
    assert f"{len(own)} people" in shown.text("#h-status")


def test_an_empty_installation_has_no_failed_block(empty_console: Console) -> None:
    """Where nothing was received yet, no block fails."""
    shown = empty_console.get(PATH)
    assert shown.status == 200
    assert "could not be counted" not in shown.text("main")
