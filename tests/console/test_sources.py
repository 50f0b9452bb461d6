"""Sources and coverage: every number is that of the reports and the ledger."""

from datetime import date
from typing import Any

from tests.console.asked import Console, Shown

DAYS = ("full", "partial", "silent", "none")


def _row(console: Console) -> dict[str, Any]:
    rows = console.report("coverage")["rows"]
    return next(row for row in rows if row["measure"] == "events")


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _blocks(shown: Shown) -> list[str]:
    """The classes of the calendar's days, without those of the legend and the labels."""
    return [str(each["class"][0]) for each in shown.soup.select(".days[role=img] i")]


def test_the_list_says_what_the_report_says(console: Console) -> None:
    """State, completeness and rejects of a source are those of the report on coverage."""
    shown, row = console.get("/sources"), _row(console)
    (cells,) = shown.rows(".sources")
    assert cells[0] == "simulated events, acme"
    assert cells[1] == "Well"
    told = console.report("coverage")["complete_to"]["simulated"]
    at = str(shown.one(".sources time")["datetime"])
    assert at[:19] == told[:19]
    assert cells[-1] == str(row["rejected"] or 0)
    assert "The only source is well" in shown.text(".headline")


def test_events_of_today_are_those_of_a_report_about_today(console: Console) -> None:
    """The number of today is the report's for the same day."""
    rows = console.report("coverage", "--range", "today")["rows"]
    told = next(row["events"] for row in rows if row["measure"] == "events")
    (cells,) = console.get("/sources").rows(".sources")
    assert _number(cells[5]) == told


def test_the_books_are_those_of_the_ledger(console: Console) -> None:
    """Received is the sum of what became of the lines, as the ledger has it."""
    (cells,) = console.get("/sources").rows(".books")
    days = console.ask("ledger", "--json")["days"]
    names = ("received", "stored", "duplicates", "conflicts", "rejected", "filtered", "pending")
    counts = [_number(cell) for cell in cells[1:-1]]
    assert counts == [sum(day[name] for day in days) for name in names]
    assert counts[0] == sum(counts[1:])
    assert cells[-1] == "balances"


def test_a_reader_sees_the_books_without_what_was_received(console: Console) -> None:
    """Without the right to sources what became of lines is shown, and no receipt."""
    reader = console.as_("reader").get("/sources")
    (cells,) = reader.rows(".books")
    rows = console.report("coverage-lines")["rows"]
    told = {row["became"]: row["lines"] for row in rows if row["reason"] is None}
    names = ("stored", "duplicates", "conflicts", "rejected", "filtered")
    assert [_number(cell) for cell in cells[1:-1]] == [told.get(name, 0) for name in names]
    assert "Received" not in reader.texts(".books th")
    assert "Connect a source" not in reader.text("main")


def test_the_calendar_has_a_block_for_each_day_of_the_report(console: Console) -> None:
    """Each day of the range is one block, in the state that the report tells."""
    shown = console.get("/sources?range=last-90-days")
    rows = console.report("coverage-days", "--range", "last-90-days")["rows"]
    blocks = _blocks(shown)
    assert len(blocks) == 90
    assert [block for block in blocks if block != "none"] == [row["state"] for row in rows]
    label = str(shown.one(".days[role=img]")["aria-label"])
    full = sum(row["state"] == "full" for row in rows)
    assert f"{full} days with records" in label


def test_days_before_the_first_record_are_not_called_silent(console: Console) -> None:
    """What lies before a source's first record has a look of its own."""
    blocks = _blocks(console.get("/sources?range=last-12-months"))
    first = date.fromisoformat(
        console.report("coverage", "--range", "all")["rows"][0]["first_event"][:10]
    )
    last = date.fromisoformat(console.report("coverage-days")["rows"][-1]["day"])
    known = (last - first).days + 1
    assert blocks[:-known] == ["none"] * (len(blocks) - known)
    assert "none" not in blocks[-known:]


def test_the_calendar_as_a_table_has_the_same_numbers(console: Console) -> None:
    """The table of days tells events and state of the report, each number with its evidence."""
    shown = console.swap("/sources?days=table&range=last-7-days", "calendar")
    rows = console.report("coverage-days", "--range", "last-7-days")["rows"]
    told = [[f"{row['events']:,} {row['state']}"] for row in reversed(rows)]
    assert [cells[1:] for cells in shown.rows(".days-table")] == told
    doors = shown.soup.select(".days-table a[href*='evidence=coverage-days']")
    assert len(doors) == sum(row["events"] > 0 for row in rows)


def test_what_a_source_can_show_is_what_the_report_says(console: Console) -> None:
    """Each measure is seen, partly, not visible or not yet seen, with the reason."""
    shown = console.get("/sources")
    rows = [row for row in console.report("coverage")["rows"] if row["measure"] != "events"]
    cells = shown.rows(".sights")
    assert [row[1].lower() for row in cells] == [row["visible"] for row in rows]
    reasons = [row["why"] if row["visible"] in {"partly", "not visible"} else "" for row in rows]
    assert [row[2] for row in cells] == reasons


def test_a_filter_on_another_account_leaves_no_source(console: Console) -> None:
    """Sources that tell nothing of an account are not listed under its filter."""
    shown = console.get("/sources?account=elsewhere")
    assert "No source with these filters" in shown.text("#list")


def test_a_reader_of_one_account_sees_the_source_and_counts_its_own_events(
    console: Console,
) -> None:
    """What somebody of one account reads here are the events of that account."""
    scoped = console.as_("scoped").get("/sources?range=last-90-days")
    rows = console.report("coverage", "--range", "last-90-days", "--account", "acme/platform")
    told = next(row for row in rows["rows"] if row["measure"] == "events")
    shown = scoped.text(".strips-of-days .count-link")
    assert _number(shown) == told["events"]
    assert 0 < told["events"] < _row(console)["events"]


def test_nobody_without_reports_sees_sources(console: Console) -> None:
    """The page is refused to whoever has no role, without naming a source."""
    shown = console.as_("nobody").get("/sources")
    assert shown.status == 403
    assert "simulated" not in shown.text("main")
