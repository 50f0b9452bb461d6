"""The evidence drawer: the same as `vaultmeter explain`, at every door of a page."""

import json
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from bs4 import Tag
from tests.console.asked import SCOPED, Console

from vaultmeter.console.evidence import Cell

YEAR = "range=last-12-months"
OPTIONS = ("--range", "last-12-months")


def drawer(console: Console, evidence: str, more: str = "") -> str:
    """The address of the overview with the evidence of a number."""
    del console
    return f"/?{YEAR}&evidence={quote(evidence, safe='')}{more}"


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ("overview~total_requests", ("overview", "--cell", "total_requests")),
        ("overview~unique_users", ("overview", "--cell", "unique_users")),
        (
            "accounts~requests~account=acme/platform~:kind=login",
            ("accounts", "--cell", "requests", "--row", "account=acme/platform", "--kind", "login"),
        ),
    ],
)
def test_it_is_what_explain_tells(console: Console, evidence: str, words: tuple[str, ...]) -> None:
    """The file of an evidence is the command's, and the drawer shows its number and events."""
    told = console.ask("explain", *words, *OPTIONS, "--json", "--size", "20")
    file = console.get(f"/evidence.json?{YEAR}&evidence={quote(evidence, safe='')}")
    assert json.loads(file.body) == told
    assert file.headers["content-disposition"].startswith('attachment; filename="evidence-')
    shown = console.get(drawer(console, evidence))
    assert shown.text("#evidence .value") == f"{told['value']:,}"
    assert told["rule"] in shown.text("#evidence")
    assert shown.one("#evidence-query").get_text().strip() == told["query"].strip()
    assert shown.one("#evidence-statement").get_text().strip() == told["statement"].strip()
    sources = [
        row[:2]
        for row in shown.rows("#evidence section[aria-labelledby='h-evidence-sources'] table")
    ]
    assert sources == [[s["source"], f"{s['events']:,}"] for s in told["sources"]]
    times = [tag["datetime"] for tag in shown.soup.select("#evidence td.mono time")]
    assert len(times) == len(told["events"])
    assert f"of {told['total']:,} events" in shown.text("#h-evidence-events")


def test_a_swap_brings_the_drawer_alone(console: Console) -> None:
    """What htmx asks for is the drawer, the same as on the whole page."""
    path = drawer(console, "overview~total_requests")
    swapped = console.swap(path, "evidence")
    assert [tag.name for tag in swapped.soup.find_all(recursive=False)] == ["aside"]
    assert swapped.text("#evidence .value") == console.get(path).text("#evidence .value")
    assert console.get("/").one("#evidence").has_attr("hidden")


def test_pages_of_events_follow_one_another(console: Console) -> None:
    """The second page has the events after those of the first, and closing leaves the page."""
    first = console.get(drawer(console, "overview~total_requests", "&sort=-uses&page=2"))
    second = console.get(str(first.one("#evidence-next")["href"]))
    both = console.ask(
        "explain", "overview", "--cell", "total_requests", *OPTIONS, "--json", "--size", "40"
    )
    users = [event["user"] or "–" for event in both["events"]]
    shown = [
        row[1].split()[0]
        for page in (first, second)
        for row in page.rows("#evidence section[aria-labelledby='h-evidence-events'] table")
    ]
    assert shown == [user.split()[0] for user in users]
    assert second.one("#evidence-close")["href"] == f"/?{YEAR}&sort=-uses&page=2"


@pytest.mark.parametrize("page", ["/", "/clients"])
def test_every_door_leads_to_its_number(console: Console, page: str) -> None:
    """Each kind of number that is a link opens its evidence, and the evidence has that number."""
    links: dict[tuple[str, str], Tag] = {}
    for link in console.get(page).soup.select("main a[href*='evidence=']"):
        words = parse_qs(urlsplit(str(link["href"])).query)["evidence"][0]
        cell = Cell.read(words)
        links.setdefault((cell.report, cell.cell), link)
    assert links
    for (report, name), link in links.items():
        shown = console.swap(str(link["href"]), "evidence")
        value = shown.text("#evidence .value")
        assert value, f"{report} {name}: {shown.text()}"
        digits = "".join(c for c in link.get_text() if c.isdigit())
        if not link.find("time"):
            assert digits.startswith("".join(c for c in value if c.isdigit())), (report, name)


def test_a_number_that_is_worked_out_says_so(console: Console) -> None:
    """Where no events are behind a number, the drawer has its rule and no query."""
    shown = console.get("/clients")
    link = next(a for a in shown.soup.select("a") if "forecast~likely" in str(a.get("href")))
    told = console.swap(str(link["href"]), "evidence")
    assert "it is worked out as the rule says" in told.text("#evidence")
    assert "as the definition says" in told.text("#evidence")
    assert not told.soup.select("#evidence-query")


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        ("nothing~requests", "nothing"),
        ("overview~colour", "overview has no 'colour'"),
        ("accounts~requests~account=nowhere", "nowhere"),
        ("accounts~account~account=acme/platform", "is no number"),
        ("overview", "names no number"),
        ("overview~total_requests~:colour=red", "names no number"),
        ("unused~days_unused~:days=few", "no number of days"),
    ],
)
def test_what_is_no_number_is_told_in_the_drawer(
    console: Console, evidence: str, message: str
) -> None:
    """An address that means no number takes no page down, and says what is wrong."""
    shown = console.get(drawer(console, evidence))
    assert shown.status == 200
    assert message in shown.text("#evidence [role=alert]")
    assert "--" not in shown.text("#evidence [role=alert]")
    assert shown.text("h1") == "Usage report"


def test_evidence_has_what_its_reader_may_see(console: Console) -> None:
    """A reader of one account finds the events of it, and of no other, behind a number."""
    path = f"/evidence.json?{YEAR}&evidence=overview~total_requests"
    own = json.loads(console.as_("scoped").get(path).body)
    assert own["value"] < json.loads(console.get(path).body)["value"]
    assert own["agrees"]
    assert {event["account"] for event in own["events"]} == {SCOPED}
    assert {event["file"] for event in own["events"]} == {None}
    assert console.as_("nobody").get(path).status == 403


def test_an_address_means_one_number() -> None:
    """What a number is called survives the way into an address and back, whatever is in it."""
    cell = Cell("users", "requests", {"user": "a~b=c%7E", "account": ""}, {"who": "everyone"})
    assert Cell.read(cell.text()) == cell
    for text in ("users", "~requests", "users~requests~user", "users~requests~:colour=red"):
        with pytest.raises(ValueError, match=r"."):
            Cell.read(text)
