"""One source: its health, its key, its rejected lines, and what becomes of changes."""

from http.client import HTTPConnection

import pytest
from tests.console.asked import Console
from tests.server.serving import until

SOURCE = "/sources/1"
GOOD = '{"time": "2026-11-02T08:14:03Z", "kind": "login", "identity": "ada@example.org"}'
BROKEN = '{"time": "2026-11-02T08:14:03Z", "kind": "logon", "identity": "hunter2@example.org"}'


def _events(console: Console) -> int:
    """How many events of the pushed source are stored."""
    events: int = console.ask("sources", "show", "pushed", "--json")["events"]
    return events


def _push(console: Console, source: str, key: str, lines: str) -> int:
    """Send records as a vault does; answers the status."""
    connection = HTTPConnection("127.0.0.1", console.serving.port, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {key}"}
        connection.request("POST", f"/ingest/{source}", lines.encode(), headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.fixture(scope="module")
def pushed(own_console: Console) -> tuple[str, str]:
    """A source with one event and two lines that cannot be read: its path and its key."""
    console = own_console
    shown = console.post("/sources/new", {"way": "events", "name": "pushed", "account": "acme"})
    key = shown.text("#code-curl").split("Bearer ")[1].split('"')[0]
    assert _push(console, "pushed", key, f"{GOOD}\n{BROKEN}\nno json, secret 17\n") == 200
    until(lambda: console.ask("sources", "show", "pushed", "--json")["rejected"] == 2, "it is read")
    link = next(
        str(each["href"])
        for each in console.get("/sources").soup.select(".sources th a")
        if each.text == "pushed"
    )
    return link, key


def test_the_page_says_what_the_report_says(console: Console) -> None:
    """Measures with their events are those of the report on coverage."""
    rows = [row for row in console.report("coverage")["rows"] if row["measure"] != "events"]
    cells = console.get(SOURCE).rows("#sights table")
    assert [row[1].lower() for row in cells] == [row["visible"] for row in rows]
    told = [f"{row['events']:,}" if row["events"] is not None else "–" for row in rows]
    assert [row[2].split(" ")[0] for row in cells] == told


def test_the_ledger_by_day_is_that_of_the_command(console: Console) -> None:
    """Each day of receipt has the numbers of `vaultmeter ledger`, and its check mark."""
    (day,) = console.ask("ledger", "--json")["days"]
    (cells,) = console.get(SOURCE).rows("#ledger")
    names = ("received", "stored", "duplicates", "conflicts", "rejected", "filtered", "expired")
    assert [int(cell.replace(",", "")) for cell in cells[1:8]] == [day[name] for name in names]
    assert cells[-1] == "balances"


def test_a_reader_sees_health_and_no_settings(console: Console) -> None:
    """Without the right to sources there are no settings, no forms and no receivers."""
    shown = console.as_("reader").get(SOURCE)
    assert shown.status == 200
    assert "half within" in shown.text("#health")
    assert "permission sources" in shown.text("#settings")
    assert not shown.soup.select("main form[method=post][action^='/sources']")


def test_a_reader_changes_nothing(own_console: Console, pushed: tuple[str, str]) -> None:
    """Each change is refused to whoever may only read, and the trail notes it."""
    reader = own_console.as_("reader")
    before = own_console.ask("sources", "list", "--json")
    for act in ("key", "remove", "read-again"):
        assert reader.post(f"{pushed[0]}/{act}").status in {403, 404}, act
    assert own_console.ask("sources", "list", "--json") == before


def test_a_source_that_nobody_may_know_of_is_not_told_from_none(console: Console) -> None:
    """An unknown number and what is no number are answered alike."""
    for path in ("/sources/999", "/sources/simulated", "/sources/1x"):
        shown = console.get(path)
        assert shown.status == 404
        assert "There is no such source that you can see." in shown.text("main")


def test_rejected_lines_are_counted_by_reason(
    own_console: Console, pushed: tuple[str, str]
) -> None:
    """Reasons and counts are those of the report on lines."""
    rows = own_console.report("coverage-lines")["rows"]
    told = {
        row["reason"].replace("_", " "): row["lines"]
        for row in rows
        if row["source"] == "pushed" and row["reason"]
    }
    cells = own_console.get(pushed[0]).rows("#rejects table")
    assert {row[0]: int(row[2]) for row in cells} == told
    assert sum(told.values()) == 2


def test_lines_are_shown_masked_and_noted(own_console: Console, pushed: tuple[str, str]) -> None:
    """What was wrong can be read, nothing else of the line, and the trail tells who read it."""

    def readings() -> int:
        found = own_console.ask("trail", "list", "--act", "records.read", "--json")
        return len(found["rows"])

    before = readings()
    closed = own_console.get(pushed[0])
    assert "logon" not in closed.text("#rejects")
    assert readings() == before
    text = own_console.get(f"{pushed[0]}?rejects=shown").text("#rejects")
    assert '"logon"' in text
    assert "hunter2" not in text
    assert "xx xxxx, xxxxxx 99" in text
    assert readings() == before + 1


def test_a_reader_gets_no_line(own_console: Console, pushed: tuple[str, str]) -> None:
    """The address that shows lines shows none to whoever may not read records."""
    text = own_console.as_("reader").get(f"{pushed[0]}?rejects=shown").text("#rejects")
    assert "logon" not in text
    assert "permission records" in text


def test_reading_again_tells_what_came_of_it(own_console: Console, pushed: tuple[str, str]) -> None:
    """Lines that are still wrong stay rejected, and the page says so."""
    shown = own_console.post(f"{pushed[0]}/read-again")
    told = "2 lines read again: 0 new events, 0 duplicates, 2 still rejected."
    assert told in shown.text(".result")
    assert own_console.ask("sources", "show", "pushed", "--json")["rejected"] == 2


def test_a_new_key_is_shown_once_and_the_old_one_is_void(
    own_console: Console, pushed: tuple[str, str]
) -> None:
    """The answer of the change has the key; the page after it has its end alone."""
    path, old = pushed
    before = _events(own_console)
    shown = own_console.post(f"{path}/key")
    key = shown.text("#once-1")
    assert _push(own_console, "pushed", old, GOOD) == 401
    assert _push(own_console, "pushed", key, GOOD) == 204
    until(lambda: _events(own_console) == before + 1, "what the new key brought is stored")
    again = own_console.get(path)
    assert key not in again.text()
    assert key[-4:] in again.text("#settings")


def test_removing_asks_for_the_name_where_a_key_is_lost(
    own_console: Console, pushed: tuple[str, str]
) -> None:
    """Without the name nothing is removed; with it, the source is collected no more and stays."""
    path = pushed[0]
    before = _events(own_console)
    refused = own_console.post(f"{path}/remove", {"typed": "something"})
    assert refused.status == 422
    assert "Nothing was deleted" in refused.text("#settings")
    shown = own_console.post(f"{path}/remove", {"typed": "pushed"})
    assert "pushed is collected no more" in shown.text("#live")
    source = own_console.ask("sources", "show", "pushed", "--json")
    assert source["added"] is None
    assert source["events"] == before > 0
