"""The Event Center: notices found and acknowledged, rules switched and made, usage events set."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.console.asked import SCOPED, Console, Shown, served, some_months
from tests.console.chromium import LOOKS, Look, seen
from tests.server.serving import until

from vaultmeter import notices
from vaultmeter.app import App
from vaultmeter.reports.head import report_names
from vaultmeter.settings import Settings

_MANY = 23
_EVIL = "<script>alert(1)</script>"
_SILENT = "The source simulated has been silent for 3 days."


def _raise(data: Path) -> None:
    """Raise notices: many of one type, one of a source, and one that is to break the page."""
    with App(Settings(data=data, reserve_bytes=0), say=lambda _: None) as app:
        now = app.clock()
        told: list[tuple[str, str, str, str, dict[str, Any]]] = [
            ("usage-report", "pm", SCOPED if n == 0 else "", f"Reached {n} clients.", {"n": n})
            for n in range(_MANY)
        ]
        told.append(("source-silent", "", "acme", _SILENT, {"source": "simulated"}))
        told.append(("rejects", "", "", f"Lines of {_EVIL} were rejected.", {"line": _EVIL}))
        for n, (type_, product, account, text, payload) in enumerate(told):
            notices.raise_once(
                app,
                type=type_,
                product=product,
                account=account,
                key=f"test {n}",
                text=text,
                payload=payload,
                now=now - timedelta(hours=len(told) - n),
            )


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console whose Event Center has notices of several types."""
    with served(tmp_path_factory.mktemp("events"), some_months(), prepare=_raise) as found:
        yield found


def _texts(shown: Shown) -> list[str]:
    return shown.texts("#notices .opens")


def test_the_list_is_that_of_the_command(events: Console) -> None:
    """Rows and their order are those of `vaultmeter notices list`; the rail has the count."""
    shown = events.get("/events?size=100")
    told = events.ask("notices", "list", "--json")["rows"]
    assert _texts(shown) == [row["text"] for row in told]
    assert shown.text(".sidebar .count").split()[0] == str(len(told))


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("type=source-silent", ("--type", "source-silent")),
        ("product=pm", ("--product", "pm")),
        ("about=acme", ("--account", "acme")),
        ("about=*", ("--account", "*")),
        ("q=silent", ("--text", "silent")),
        ("account=acme", ("--account", "acme")),
        ("type=rejects&q=nothing", ("--type", "rejects", "--text", "nothing")),
    ],
)
def test_filters_stand_in_the_address(
    events: Console, query: str, options: tuple[str, ...]
) -> None:
    """Each filter leaves what the command's option leaves."""
    shown = events.get(f"/events?size=100&{query}")
    told = events.ask("notices", "list", "--json", *options)["rows"]
    assert _texts(shown) == [row["text"] for row in told]
    assert bool(shown.soup.select("#notices .empty")) != bool(told)


def test_days_are_those_of_the_reader(events: Console) -> None:
    """From and to are days, both included; what is no day is told beside the list."""
    assert not _texts(events.get("/events?until=2020-01-01"))
    assert len(_texts(events.get("/events?since=2020-01-01&size=100"))) == _MANY + 2
    assert "no day" in events.get("/events?since=soon").text("#notices [role=alert]")


def test_pages_hold_every_notice_once(events: Console) -> None:
    """Older leads on to the rest, without a gap or a repetition, and Newest back."""
    first = events.get("/events")
    second = events.get(str(first.one("#notices-older")["href"]))
    found = _texts(first) + _texts(second)
    assert len(found) == len(set(found)) == _MANY + 2
    assert _texts(events.get(str(second.one("#notices-newest")["href"]))) == _texts(first)


def test_a_row_opens_what_programs_read(events: Console) -> None:
    """Payload is JSON that is escaped; where it was sent stands beside; a link alone opens it."""
    link = events.get("/events").one("#notices .opens")["href"]
    shown = events.get(str(link))
    assert f'"line": "{_EVIL}"' in shown.one("#notices pre").text
    assert _EVIL.encode() not in shown.body
    assert "no forwarder takes" in shown.text("#notices .opened")
    number = str(link).partition("notice=")[2]
    apart = events.get(f"/events?status=acknowledged&notice={number}")
    assert _EVIL in apart.text("#notices .apart")
    assert "There is no notice" in events.get("/events?notice=99999").text("#notices [role=alert]")


def test_notices_are_acknowledged_one_by_one_ticked_and_all(events: Console) -> None:
    """What is acknowledged leaves the open ones, with who did it, and stays under its tab."""
    rows = events.ask("notices", "list", "--json")["rows"]
    usage = [row["id"] for row in rows if row["type"] == "usage-report"]
    only = events.post("/events/acknowledge", {"only": usage[0], "back": "/events?product=pm"})
    assert "1 notice acknowledged" in only.text("#live")
    assert len(_texts(only)) == 20
    assert "No notice is ticked" in events.post("/events/acknowledge").text("#notices .wrong")
    ticked = events.post("/events/acknowledge", {"notice": usage[1:3]})
    assert "2 notices acknowledged" in ticked.text("#live")
    shown = {"all": "1", "shown": usage[3:5], "notice": usage[7]}
    assert "2 notices acknowledged" in events.post("/events/acknowledge", shown).text("#live")
    done = events.get("/events?status=acknowledged")
    assert len(_texts(done)) == 5
    assert all(row[-1].startswith("admin ") for row in done.rows("#notices table.notices"))
    assert events.post("/events/acknowledge", {"only": "1e3"}).status == 422


def test_who_may_not_is_told_what_is_missing(events: Console) -> None:
    """Without the permission there is no count, no list, and no act."""
    reader = events.as_("reader")
    assert reader.get("/events").status == 403
    assert "notices" in reader.get("/events").text("main")
    assert not reader.get("/").soup.select(".sidebar .count")
    assert reader.post("/events/acknowledge", {"only": "1"}).status == 403
    assert reader.get("/events/rules").status == 403
    assert reader.get("/events/forwarders").status == 403


def test_overview_names_open_notices(events: Console) -> None:
    """The newest open notice is among what needs attention, in its own words."""
    newest = events.ask("notices", "list", "--limit", "1", "--json")["rows"][0]
    shown = events.get("/?compare=none").text("#attention")
    assert "open" in shown
    assert newest["text"] in shown


def test_rules_are_listed_and_switched(events: Console) -> None:
    """Built-in rules are there with what they look for, and go on and off."""
    told = _rules(events)
    shown = events.get("/events/rules")
    assert shown.texts("#rules tbody th a, #rules tbody th:not(:has(a))")[:2]
    assert "80% of the limit" in shown.text("#rules")
    rule = next(row for row in told if row["settings"].get("level") == 80)
    done = events.post("/events/rules/switch", {"rule": rule["id"], "on": "1"})
    assert "80 % of the limit is on" in done.text("#live")
    assert events.ask("rules", "show", rule["name"], "--json")["enabled"]
    events.post("/events/rules/switch", {"rule": rule["id"]})
    assert not events.ask("rules", "show", rule["name"], "--json")["enabled"]


def test_a_built_in_rule_is_told_another_threshold(events: Console) -> None:
    """The form shows the setting as it is; what is saved is what the command shows."""
    number, name = next(
        (row["id"], row["name"]) for row in _rules(events) if row["type"] == "source-silent"
    )
    form = events.get(f"/events/rules?rule={number}")
    assert form.one("#rule-hours")["value"] == "72"
    assert not form.soup.select("#rule .danger")
    given = {"rule": number, "make": "source-silent", "named": name, "s-hours": "24"}
    events.post("/events/rules/save", given)
    assert events.ask("rules", "show", name, "--json")["settings"]["hours"] == 24
    assert "24 hours without an event" in events.get("/events/rules").text("#rules")


_RULE = "make=rule&named=Many&s-report=clients&s-column=total&s-aggregate=max&s-operator=%3E%3D"


def test_a_rule_is_tried_while_it_is_typed(events: Console) -> None:
    """The preview tells what would be raised now by the report's own number, and what is wrong."""
    rows = events.report("clients", "--range", "last-12-months")["rows"]
    most = max(row["total"] for row in rows)
    at = events.get(f"/events/rules?{_RULE}&s-range=last-12-months&s-value={most}")
    assert "1 notice now" in at.text("#rule-effect .effect")
    assert f"it is {most}" in at.text("#rule-effect .found")
    over = events.get(f"/events/rules/preview?{_RULE}&s-range=last-12-months&s-value={most + 1}")
    assert "Nothing now" in over.text(".effect")
    wrong = events.get(f"/events/rules/preview?{_RULE}&s-value=many")
    assert "no number" in wrong.text("[role=alert]")
    assert not wrong.soup.select("form")


def test_every_report_has_columns_to_choose(events: Console) -> None:
    """The form offers each report, and the columns of the one that is chosen."""
    names = report_names()
    shown = events.get("/events/rules?make=rule&s-report=sessions")
    values = [each["value"] for each in shown.soup.select("#rule-report option")]
    assert set(names) <= set(values)
    assert "total" not in [each["value"] for each in shown.soup.select("#rule-column option")]


def test_a_rule_is_made_changed_and_deleted(events: Console) -> None:
    """Each form leaves the rules that the command lists; a mistake keeps what was typed."""
    given = {
        "make": "rule", "named": "Many clients", "s-report": "clients", "s-column": "total",
        "s-value": "1,000", "s-filters": "account: acme\r\nuser: a*, b*", "product": "sm",
    }  # fmt: skip
    nameless = events.post("/events/rules/save", {**given, "named": ""})
    assert nameless.status == 422
    assert nameless.one("#rule-value")["value"] == "1,000"
    done = events.post("/events/rules/save", given)
    assert "Rule Many clients made" in done.text("#live")
    (made,) = [row for row in _rules(events) if row["name"] == "Many clients"]
    assert made["settings"]["value"] == 1000
    assert made["settings"]["filters"] == {"account": ["acme"], "user": ["a*", "b*"]}
    form = events.get(f"/events/rules?rule={made['id']}")
    assert form.one("#rule-filters").text == "account: acme\nuser: a*, b*"
    changed = {**given, "rule": made["id"], "s-value": "12.5"}
    events.post("/events/rules/save", changed)
    (made,) = [row for row in _rules(events) if row["name"] == "Many clients"]
    assert made["settings"]["value"] == 12.5
    kept = events.post("/events/rules/delete", {"rule": made["id"], "typed": "many"})
    assert "Nothing was deleted" in kept.text("#rules .wrong")
    events.post("/events/rules/delete", {"rule": made["id"], "typed": "Many clients"})
    assert "Many clients" not in [row["name"] for row in _rules(events)]


def _rules(console: Console) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = console.ask("rules", "list", "--json")
    return rows


def test_a_usage_event_is_for_who_may_set_limits(events: Console) -> None:
    """What is no number stays typed, in the open form; whoever may not is offered none."""
    wrong = events.post("/usage-event", {"product": "pm", "clients": "many", "early": "1"})
    assert wrong.status == 422
    assert wrong.one("#usage-event[open] [name=clients]")["value"] == "many"
    assert wrong.one("#usage-event [name=early]").has_attr("checked")
    done = events.post(
        "/usage-event", {"product": "pm", "clients": "7,000", "early": "1", "back": "/?range=today"}
    )
    assert "a notice when clients reach 7,000." in done.text("#live")
    limits = events.ask("limits", "list", "--json")
    assert {"product": "pm", "account": "*", "from": None, "clients": 7000} in limits
    levels = {row["settings"].get("level"): row["enabled"] for row in _rules(events)}
    assert (levels[100], levels[80], levels["forecast"]) == (True, True, False)
    reader = events.as_("reader")
    assert not reader.get("/clients").soup.select("#usage-event")
    assert reader.post("/clients/usage-event", {"product": "pm", "clients": "1"}).status == 403


def test_a_usage_event_is_set_seen_and_acknowledged(events: Console, browser: Browser) -> None:
    """Options of the report: the limit is set, the notice comes, is opened, and acknowledged."""
    told = events.report("clients", "--range", "month-to-date", "--product", "sm")["rows"]
    total = next(row["total"] for row in told if row["account"] == "*")
    with seen(browser, events) as found:
        page = found.page
        found.go("/clients")
        page.locator("#usage-event summary").click()
        page.get_by_label("Clients limit").fill(str(total))
        page.locator("#usage-event").get_by_role("button", name="Save").click()
        expect(page.locator("#live")).to_contain_text(f"when clients reach {total}.")
        text = f"Your account has reached {total} clients in Secrets Management."
        until(lambda: text in str(events.ask("notices", "list", "--json")), "it is raised")
        found.go("/events")
        page.get_by_role("link", name=text).click()
        expect(page.locator("#notices pre")).to_contain_text(f'"total_clients": {total}')
        assert page.get_by_role("link", name=text).get_attribute("aria-expanded") == "true"
        found.picture("events-opened")
        assert not found.violations()
        page.locator(".opened").get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_role("link", name=text)).to_have_count(0)
        page.get_by_label("Event Center").get_by_role("link", name="Acknowledged").click()
        expect(page.get_by_role("link", name=text)).to_have_count(1)


def test_a_rule_is_made_in_the_browser(events: Console, browser: Browser) -> None:
    """Another report has its own columns at once, the preview follows what is typed."""
    with seen(browser, events) as found:
        page = found.page
        found.go("/events/rules")
        page.get_by_text("Make a rule", exact=True).click()
        page.get_by_role("link", name="A number in a report is beyond a value").click()
        # What is swapped in listens a moment after it shows.
        page.locator("#rule-report").wait_for()
        found.settle()
        page.locator("#rule-report").select_option("clients")
        expect(page.locator("#rule-column")).to_contain_text("Exceeded")
        found.settle()
        page.locator("#rule-column").select_option("total")
        page.locator("#rule-named").fill("Clients in sight")
        page.locator("#rule-value").fill("1")
        expect(page.locator("#rule-effect .effect")).to_contain_text("1 notice")
        found.picture("event-rules-form")
        assert not found.violations()
        page.get_by_role("button", name="Make the rule").click()
        expect(page.locator("#rules")).to_contain_text("Clients in sight")


@pytest.mark.parametrize("look", LOOKS[::3], ids=lambda look: look.name)
def test_open_pages_are_without_fault(events: Console, browser: Browser, look: Look) -> None:
    """An open notice, a rule's form and a forwarder's form are as faultless as the lists."""
    paths = (
        "/events?status=all&notice=24",
        f"/events/rules?{_RULE}&s-value=1",
        "/events/forwarders?kind=webhook",
        "/events/forwarders?kind=servicenow",
    )
    with seen(browser, events, look) as found:
        for n, path in enumerate(paths):
            found.go(path)
            found.picture(f"events-open-{n}-{look.name}")
            assert not found.overflows(), path
            assert not found.violations(), path
