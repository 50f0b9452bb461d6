"""Schedules: previewed while they are typed, made of views and pages, sent by hand, and removed."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect
from tests.console.asked import Console, Shown
from tests.console.chromium import seen
from tests.server.serving import until

PAGE = "/product-usage?range=last-30-days&tz=Europe/Berlin&compare=none"
WEEKLY = {
    "of": PAGE,
    "span": "last-week",
    "every": "weekly",
    "on-weekly": "mon",
    "at": "06:30",
    "tz": "Asia/Kolkata",
    "format": ["json", "xlsx"],
    "catch_up": "none",
    "keep_days": "30",
}


def add(console: Console, name: str, **fields: object) -> Shown:
    """What the form of a new schedule answers."""
    return console.post("/schedules", {**WEEKLY, "name": name, **fields})


def told(console: Console, name: str) -> dict[str, Any]:
    """A schedule as the command line tells it."""
    found: dict[str, Any] = console.ask("schedules", "show", name, "--json")
    return found


def runs(console: Console, name: str) -> list[dict[str, Any]]:
    """The runs of a schedule as the command line tells them."""
    found: list[dict[str, Any]] = console.ask("schedules", "runs", name, "--json")
    return found


def effect(console: Console, **fields: object) -> Shown:
    """The part of the form that tells what would leave."""
    given = {**WEEKLY, "name": "Typed", **fields}
    return console.swap(f"/schedules/new?{urlencode(given, doseq=True)}", "schedule-effect")


def test_what_would_leave_is_told_while_it_is_typed(own_console: Console) -> None:
    """Next runs, each with its own period, names of files and first rows; nothing is saved."""
    shown = effect(own_console)
    rows = shown.rows("table.next-runs")
    assert len(rows) == 5
    assert all(due.startswith("Mon ") and due.endswith(", 06:30") for due, _ in rows)
    names = shown.texts(".file-names li")
    assert [name.rpartition(".")[2] for name in names] == ["json", "xlsx"]
    assert names[0].startswith("typed-2")
    first = own_console.report("users", "--range", "last-week", "--tz", "Asia/Kolkata")
    cells = shown.rows(".sheet-of-paper table")
    assert [row[0] for row in cells] == [row["user"] for row in first["rows"][:5]]
    assert f"of {first['total']} rows" in shown.text("#schedule-effect")
    assert not own_console.ask("schedules", "list", "--json")
    assert not own_console.get("/views").soup.select("table.views")


def test_billing_months_are_told_as_the_file_names_them(own_console: Console) -> None:
    """What is of a billing month tells that month beside each run and in the names of files."""
    shown = effect(own_console, of="/clients", span="last-week", tz="UTC")
    for _, period in shown.rows("table.next-runs"):
        first, last = re.findall(r"\d+", period)[:2]
        assert (first, last in {"28", "29", "30", "31"}) == ("1", True), period
    assert all("-01-to-" in name for name in shown.texts(".file-names li"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"every": "cron", "cron": "30 7"}, "no cron line of five fields"),
        ({"every": "cron", "cron": "0 0 30 2 *"}, "no cron line"),
        ({"tz": "Europe/Atlantis"}, "Europe/Atlantis"),
        ({"at": "25:00"}, "no time of day"),
        ({"of": "v999"}, "no such saved view"),
        ({"of": "/settings/users"}, "no page"),
    ],
)
def test_what_cannot_be_is_told(own_console: Console, fields: dict[str, str], words: str) -> None:
    """A mistake is told beside the form, and by the form that was sent, which keeps what it had."""
    assert words in effect(own_console, **fields).text("#schedule-effect [role=alert]")
    refused = add(own_console, "Wrong", recipients="ada@example.org", **fields)
    assert refused.status in {404, 422}
    assert words in refused.text("#schedule-form .wrong")
    assert refused.one("input[name=name]")["value"] == "Wrong"
    assert refused.text("textarea[name=recipients]") == "ada@example.org"
    ticked = refused.soup.select("input[name=format][checked]")
    assert [str(each["value"]) for each in ticked] == ["json", "xlsx"]
    assert not own_console.ask("schedules", "list", "--json")


def test_a_schedule_from_making_to_removal(own_console: Console) -> None:
    """A page is saved as a view for it; changed, paused, resumed; gone when its name is typed."""
    done = add(own_console, "Weekly use", recipients="ada@example.org, bob@example.org")
    assert "“Weekly use” leaves next on Mon" in done.text(".toast")
    kept = told(own_console, "Weekly use")
    assert (kept["every"], kept["on"], kept["at"]) == ("weekly", "mon", "06:30")
    assert (kept["time_zone"], kept["catch_up"], kept["keep_days"]) == ("Asia/Kolkata", "none", 30)
    assert kept["recipients"] == ["ada@example.org", "bob@example.org"]
    view = own_console.get("/views").one("table.views a")
    assert view.get_text() == "Weekly use"
    assert "range=last-week" in str(view["href"])
    row = done.rows("table.schedules")[0]
    assert row[2] == "Every Monday at 06:30 Asia/Kolkata"
    number, word = kept["id"], f"v{kept['view']}"
    form = own_console.get(f"/schedules/{number}")
    assert form.one("select[name=of] option[selected]")["value"] == word
    assert len(form.rows("table.next-runs")) == 5
    fields = {**WEEKLY, "of": word, "span": "", "name": "Month-end", "format": "csv"}
    fields |= {"every": "monthly", "on-monthly": "last", "recipients": ""}
    own_console.post(f"/schedules/{number}", fields)
    kept = told(own_console, "Month-end")
    assert (kept["id"], kept["every"], kept["on"]) == (number, "monthly", "last")
    assert (kept["formats"], kept["recipients"], f"v{kept['view']}") == (["csv"], [], word)
    paused = own_console.post(f"/schedules/{number}/pause")
    assert "Paused" in paused.text("table.schedules tbody th")
    assert told(own_console, "Month-end")["is_paused"]
    own_console.post(f"/schedules/{number}/resume")
    assert not told(own_console, "Month-end")["is_paused"]
    address = own_console.post(f"/schedules/{number}/test")
    assert "no address of e-mail" in address.text(".notice")
    kept_on = own_console.post(f"/schedules/{number}/remove", {"name": "Month-end", "typed": "x"})
    assert "Nothing was deleted" in kept_on.text(".wrong")
    gone = own_console.post(f"/schedules/{number}/remove", {"typed": "Month-end"})
    assert "is removed" in gone.text(".toast")
    assert not own_console.ask("schedules", "list", "--json")


def test_schedules_are_for_who_may_have_them(own_console: Console) -> None:
    """A reader without the permission finds neither button nor tab, and is told what is missing."""
    add(own_console, "Of the admin")
    reader = own_console.as_("reader")
    shown = reader.get(PAGE)
    assert not shown.soup.select(".actions a[href^='/schedules']")
    assert reader.get("/exports").texts(".page-tabs a") == ["Exports"]
    for path in ("/schedules", "/schedules/runs", "/schedules/new"):
        refused = reader.get(path)
        assert refused.status == 403
        assert "schedules" in refused.text("main")
    number = told(own_console, "Of the admin")["id"]
    assert reader.post(f"/schedules/{number}/run").status == 403
    assert own_console.get("/schedules/999").status == 404
    own_console.post(f"/schedules/{number}/remove", {"typed": "Of the admin"})


def test_a_view_is_scheduled_run_and_downloaded_in_the_browser(
    own_console: Console, browser: Browser
) -> None:
    """From the page to the file: next runs are shown, it runs, its figures are the report's."""
    with seen(browser, own_console) as found:
        page = found.page
        found.go(PAGE)
        page.get_by_role("link", name="Schedule export").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("New schedule")
        page.get_by_label("Name").fill("Leavers")
        page.get_by_label("Period").select_option("last-month")
        page.get_by_label("Every").select_option("monthly")
        expect(page.get_by_label("On day")).to_be_visible()
        expect(page.locator("[name=cron]")).to_be_hidden()
        page.get_by_label("JSON").check()
        page.get_by_label("XLSX").uncheck()
        expect(page.locator(".file-names")).to_contain_text("leavers-")
        expect(page.locator("table.next-runs tbody th").first).to_contain_text(", 07:00")
        page.get_by_role("button", name="Schedule", exact=True).click()
        page.locator("summary", has_text="Details of Leavers").click()
        page.get_by_role("button", name="Run now").click()
        page.wait_for_url("**/schedules/runs?schedule=*")
        until(lambda: runs(own_console, "Leavers")[0]["state"] == "done", "it has run")
        expect(page.locator("table.runs td > .status")).to_have_text("Done")
        document = json.loads(found.saved(page.get_by_role("link", name="Download leavers-")))
        assert not found.violations()
    period = runs(own_console, "Leavers")[0]["period"]
    users = next(each for each in document["reports"] if each["report"] == "users")
    wanted = own_console.report(
        "users", "--range", "last-month", "--tz", "Europe/Berlin", "--limit", "1000000"
    )
    assert users["rows"] == wanted["rows"]
    assert period["time_zone"] == "Europe/Berlin"
    assert users["period"] == wanted["period"]
