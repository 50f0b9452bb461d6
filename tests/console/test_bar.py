"""The filter bar: what it says is what reports are asked with, and its forms make addresses."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.console.asked import SCOPED, Console, Shown

from vaultmeter.console.typed_days import day_typed
from vaultmeter.model.errors import Invalid

PATH = "/product-usage"
TODAY = date(2026, 11, 20)


def link(shown: Shown, selector: str) -> str:
    """Where the link that a selector finds leads."""
    return str(shown.one(selector)["href"])


def asked(shown: Shown) -> str:
    """The address of the page that is shown, as its forms have it."""
    return str(shown.one(".bar [name=back]")["value"])


def edges(console: Console, range_: str) -> tuple[date, date]:
    """The first and the last day of a range (UTC), as a report tells them."""
    period = console.report("actions", "--range", range_)["period"]
    last = datetime.fromisoformat(period["to"]) - timedelta(seconds=1)
    return datetime.fromisoformat(period["from"]).date(), last.date()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("22 Oct 2026", date(2026, 10, 22)),
        ("22 october 2025", date(2025, 10, 22)),
        ("1 Sept. 2026", date(2026, 9, 1)),
        ("2026-10-22", date(2026, 10, 22)),
        ("22.10.2026", date(2026, 10, 22)),
        ("2.1.", date(2026, 1, 2)),
        ("20 Nov", TODAY),
        ("21 Nov", date(2025, 11, 21)),
        ("29 Feb 2028", date(2028, 2, 29)),
        ("22\u00a0Oct\u00a02026", date(2026, 10, 22)),
        ("Today", TODAY),
        ("yesterday", date(2026, 11, 19)),
    ],
)
def test_days_are_read_as_people_write_them(text: str, day: date) -> None:
    """A day without a year is the last one there was."""
    assert day_typed(text, TODAY) == day


@pytest.mark.parametrize(
    "text", ["", "31 Nov 2026", "10/11/2026", "11", "Nov 2026", "3 Mo", "29 Feb"]
)
def test_what_is_no_day_is_not_guessed_at(text: str) -> None:
    """Neither days that there are not, nor those that half of the world reads otherwise."""
    with pytest.raises(Invalid):
        day_typed(text, TODAY)


def test_every_range_is_offered_and_the_one_shown_is_marked(console: Console) -> None:
    """The presets are the words of the command line; the days are those of the report."""
    shown = console.get(f"{PATH}?range=last-week")
    presets = shown.soup.select(".presets a")
    assert len(presets) == 14
    assert [each.get_text() for each in presets if each.get("aria-current")] == ["Last week"]
    first, last = edges(console, "last-week")
    assert f"{first.day} {first:%b}" in shown.text("#bar-range summary")
    assert f"{last.day} {last:%b}" in shown.text("#bar-range summary")
    assert str(shown.one("#bar-from")["value"]) == f"{first.day} {first:%b} {first.year}"
    chosen = [str(each["data-date"]) for each in shown.soup.select("td.in [data-date]")]
    assert len(chosen) in range(1, 8)
    assert {first.isoformat(), last.isoformat()} & set(chosen)


@pytest.mark.parametrize("range_", ["last-7-days", "last-month", "month-to-date", "this-week"])
def test_earlier_ends_where_the_range_begins_and_leads_back(console: Console, range_: str) -> None:
    """One step back and one on shows days that hold those from before."""
    first, last = edges(console, range_)
    here = console.get(f"{PATH}?range={range_}")
    before = console.get(link(here, ".bar [data-key='[']"))
    back = [str(before.one(f"#bar-{name}")["value"]) for name in ("from", "to")]
    ended = day_typed(back[1], last)
    assert ended == first - timedelta(days=1)
    again = console.get(link(before, ".bar [data-key=']']"))
    days = [day_typed(str(again.one(f"#bar-{name}")["value"]), last) for name in ("from", "to")]
    assert days[0] <= first
    assert days[1] >= last


def test_nothing_is_later_than_today(console: Console) -> None:
    """The way on is there for days that have an end before today, and not otherwise."""
    assert not console.get(PATH).soup.select(".bar a[data-key=']']")
    assert console.get(f"{PATH}?range=yesterday").soup.select(".bar a[data-key=']']")


def test_typed_days_and_zone_become_a_short_address(console: Console) -> None:
    """The form leads to the page with days as programs write them; the table begins anew."""
    fields = "from=1+Oct+2026&to=15.10.2026&tz=Asia/Kolkata"
    shown = console.get(f"/show?back={PATH}%3Fpage%3D3%26account%3Dacme&{fields}")
    assert asked(shown) == f"{PATH}?range=2026-10-01..2026-10-15&tz=Asia/Kolkata&account=acme"
    assert "Kolkata" in shown.text("#bar-range summary")


def test_a_day_that_cannot_be_read_is_told_beside_its_field(console: Console) -> None:
    """What was typed stays in the field; the dialog is open, and the page shows its usual range."""
    shown = console.get(f"/show?back={PATH}&from=1+Oct+2026&to=31+Sep&tz=Mars/Olympus")
    assert shown.one("#bar-range").has_attr("open")
    assert "31 Sep" in shown.text("#bar-to-wrong")
    assert "Mars/Olympus" in shown.text("#bar-tz-wrong")
    assert not shown.soup.select("#bar-from-wrong")
    assert str(shown.one("#bar-to")["value"]) == "31 Sep"
    assert asked(shown) == PATH


def test_days_the_wrong_way_round_are_told(console: Console) -> None:
    """A range that ends before it starts is named at its end."""
    shown = console.get(f"/show?back={PATH}&from=15+Oct+2026&to=1+Oct+2026&tz=UTC")
    assert "ends before it starts" in shown.text("#bar-to-wrong")


def test_a_form_leads_nowhere_else(console: Console) -> None:
    """The page to go back to is one of this server."""
    shown = console.get("/show?back=//evil.example/x&from=1+Oct+2026&to=2+Oct+2026&tz=UTC")
    assert asked(shown).startswith("/?")


def test_own_days_to_compare_with(console: Console) -> None:
    """Numbers are those of `--compare FROM..TO`; days that cannot be read are told."""
    span = "2026-01-01..2026-01-31"
    shown = console.get(f"/show?back={PATH}&against-from=1+Jan+2026&against-to=31+Jan+2026")
    assert asked(shown) == f"{PATH}?compare={span}"
    assert "1 Jan" in shown.text("#bar-against summary")
    rows: list[dict[str, Any]] = console.report("overview", "--compare", span)["rows"]
    plain = console.report("overview", "--from", "2026-01-01", "--to", "2026-01-31")["rows"]
    assert [row["compared"] for row in rows] == [row["value"] for row in plain]
    wrong = console.get(f"/show?back={PATH}&against-from=1+Jan&against-to=someday")
    assert "someday" in wrong.text("#bar-against-to-wrong")


def test_a_comparison_is_kept_by_its_reader(own_console: Console) -> None:
    """It holds on every page of theirs, and on no page of anybody else."""
    done = own_console.post("/against", {"compare": "year", "back": f"{PATH}?compare=none"})
    assert asked(done) == PATH
    assert "A year earlier" in done.text("#bar-against [aria-current]")
    assert "A year earlier" in own_console.get("/").text("#bar-against [aria-current]")
    other = own_console.as_("reader").get("/")
    assert "Same weekdays" in other.text("#bar-against [aria-current]")
    assert own_console.post("/against", {"compare": "tuesday", "back": "/"}).status == 422


def test_accounts_are_those_the_reader_sees(console: Console) -> None:
    """All of them for one, none to choose for whoever sees a single one."""
    names = {row["account"] for row in console.report("accounts", "--range", "all")["rows"]}
    offered = {str(each["value"]) for each in console.get(PATH).soup.select("[name=account]")}
    assert names <= offered
    scoped = console.as_("scoped").get(PATH)
    assert {str(each["value"]) for each in scoped.soup.select("[name=account]")} <= {SCOPED}
    first, second, *_ = sorted(names)
    shown = console.get(f"/show?back={PATH}&accounts=1&account={first}&account={second}")
    assert asked(shown) == f"{PATH}?account={first},{second}"
    assert shown.text("#bar-accounts summary") == "Account 2 chosen"
    assert asked(console.get(f"/show?back={PATH}%3Faccount%3Dacme&accounts=1")) == PATH


def test_suggestions_have_the_counts_of_the_report(console: Console) -> None:
    """Values come in the order of their requests, each with as many as the report has."""
    sums: dict[str, int] = {}
    for row in console.report("actions")["rows"]:
        sums[row["kind"]] = sums.get(row["kind"], 0) + row["requests"]
    ordered = sorted(sums.items(), key=lambda each: (-each[1], each[0]))[:8]
    shown = console.get("/suggest?dimension=kind")
    values = [str(each["value"]) for each in shown.soup.select("[name=value]")]
    counts = [int(text.replace(",", "")) for text in shown.texts("small")]
    assert list(zip(values, counts, strict=True)) == ordered


@pytest.mark.parametrize(
    "dimension",
    ["user", "item", "item_type", "auth_method", "outcome", "product", "source", "account"],
)
def test_every_dimension_suggests_what_filters_then_find(console: Console, dimension: str) -> None:
    """Each value that is suggested is a filter under which there are requests."""
    shown = console.get(f"/suggest?dimension={dimension}")
    value = str(shown.one("[name=value]")["value"])
    option = f"--{dimension.replace('_', '-')}"
    rows = console.report("overview", option, value)["rows"]
    assert next(row["value"] for row in rows if row["measure"] == "total_requests") > 0


def test_suggestions_fit_what_was_typed_and_what_the_reader_sees(console: Console) -> None:
    """Typing narrows them, whatever the case; nobody learns of names they may not see."""
    names = [row["user"] for row in console.report("users", "--who", "everyone")["rows"]]
    typed = names[0][:4].upper()
    found = console.get(f"/suggest?dimension=user&typed={typed}")
    values = [str(each["value"]) for each in found.soup.select("[name=value]")]
    assert values
    assert all(typed.lower() in value.lower() for value in values)
    own = console.report(
        "users", "--who", "everyone", "--account", SCOPED, "--account", f"{SCOPED}/*"
    )
    known = {row["user"] for row in own["rows"]}
    scoped = console.as_("scoped").get("/suggest?dimension=user")
    assert {str(each["value"]) for each in scoped.soup.select("[name=value]")} <= known


def test_a_filter_is_added_to_those_of_its_kind_and_removed_by_its_chip(console: Console) -> None:
    """Values of one dimension come together in one chip, whose cross leads to the page without."""
    back = f"{PATH}%3Ff%3Dkind%3Ais%3Alogin%26f%3Duser%3Acontains%3Aa"
    form = "dimension=kind&operator=is&value=secret_read&value=list&typed=nonsense"
    shown = console.get(f"/show?back={back}&{form}")
    assert asked(shown) == f"{PATH}?f=user:contains:a&f=kind:is:login,secret_read,list"
    assert shown.texts(".chip") == ["User contains a", "Action Login or Secret read or Item list"]
    assert link(shown, ".chip:last-of-type [data-remove]") == f"{PATH}?f=user:contains:a"
    typed = console.get(f"/show?back={PATH}&dimension=item&operator=contains&typed=prod,eu")
    assert typed.texts(".chip") == ["Secret or key contains prod,eu"]


def test_a_filter_that_does_not_apply_stays_and_says_why(console: Console) -> None:
    """It is kept for the other pages, and greyed where it changes nothing."""
    shown = console.get("/password-manager?f=product:is:sm")
    assert "This page is about the password manager alone." in shown.text(".chip.off")
    assert f"{PATH}?f=product:is:sm" in {str(each["href"]) for each in shown.soup.select(".nav a")}


def test_freshness_is_that_of_the_sources(console: Console) -> None:
    """The bar says how many sources there are, and up to when all of them have told."""
    told = console.report("overview")["complete_to"]
    oldest = min(datetime.fromisoformat(at) for at in told.values())
    words = str(console.get(PATH).one("a.fresh")["aria-label"])
    assert words.startswith(f"{len(told)} source")
    assert f"{oldest.astimezone(UTC):%H:%M}" in words


def test_the_calendar_turns_to_any_month_up_to_this_one(console: Console) -> None:
    """Two months end with the one asked for; days to come can be chosen by nobody."""
    shown = console.get("/calendar?month=2026-03")
    assert shown.texts("caption") == ["February 2026", "March 2026"]
    assert len(shown.soup.select("[data-date]")) == 28 + 31
    later = console.get("/calendar?month=2099-01")
    today = datetime.now(UTC).date()
    assert later.texts("caption")[-1] == f"{today:%B} {today.year}"
    future = later.soup.select("[data-date][aria-disabled]")
    assert all(str(each["data-date"]) > today.isoformat() for each in future)


def test_time_zones_are_offered(console: Console) -> None:
    """UTC comes first; names of places follow."""
    offered = [str(each["value"]) for each in console.get("/zones").soup.select("option")]
    assert offered[0] == "UTC"
    assert {"Europe/Berlin", "Asia/Kolkata", "America/Argentina/Ushuaia"} <= set(offered)
