"""Clients and billing: every figure is the report's, of the billing month, for what is chosen."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.console.asked import Console

LIMIT = 20
Row = dict[str, Any]


@pytest.fixture(scope="module")
def limited(own_console: Console) -> Console:
    """A console whose organisation has a limit on secrets that the month before passed."""
    own_console.ask("limits", "set", "sm", str(LIMIT), "--json")
    return own_console


def month_before() -> date:
    """The first day of the last whole month, in UTC."""
    first = datetime.now(UTC).date().replace(day=1)
    return (first - timedelta(days=1)).replace(day=1)


MONTH = month_before()
LAST = (MONTH + timedelta(days=31)).replace(day=1) - timedelta(days=1)
SPAN = ("--from", MONTH.isoformat(), "--to", LAST.isoformat())
PAGE = f"/clients?month={MONTH:%Y-%m}"


def told(console: Console, name: str, *options: str) -> list[Row]:
    """The rows of a report about the month."""
    rows: list[Row] = console.report(name, *SPAN, *options)["rows"]
    return rows


def of(rows: list[Row], product: str, account: str) -> Row:
    """The row of a product and an account."""
    return next(r for r in rows if (r["product"], r["account"]) == (product, account))


def number(value: int) -> str:
    """A number as the page writes it."""
    return f"{value:,}"


def test_the_sentence_has_clients_limit_and_excess(limited: Console) -> None:
    """It is about the product nearest to its limit, in numbers of the report."""
    row = of(told(limited, "clients"), "sm", "*")
    assert row["exceeded"] > 0
    text = limited.get(PAGE).text("#in-short")
    assert f"{number(row['total'])} clients" in text
    assert f"{number(row['exceeded'])} over the limit of {LIMIT}" in text


def test_the_table_has_every_row_of_the_report(limited: Console) -> None:
    """Total, actual, exceeded and limit by product and account, the totals not summed."""
    rows = told(limited, "clients")
    shown = limited.get(PAGE)
    names = {"sm": "Secrets manager", "pm": "Password manager", "sra": "Remote access"}
    wanted = sorted(
        [
            names[r["product"]],
            "All accounts distinct, not the sum" if r["account"] == "*" else r["account"],
            number(r["total"]),
            number(r["actual"]),
            number(r["exceeded"]),
            "no limit" if r["limit"] is None else number(r["limit"]),
        ]
        for r in rows
    )
    assert sorted(cells[:6] for cells in shown.rows("#by-account table")) == wanted
    whole = limited.get(f"{PAGE}&rows=organisation").rows("#by-account table")
    assert len(whole) == len({r["product"] for r in rows})
    assert {cells[1] for cells in whole} == {"All accounts distinct, not the sum"}


@pytest.mark.parametrize(("product", "account"), [("sm", "*"), ("pm", "acme/platform")])
def test_its_parts_are_of_what_is_chosen(limited: Console, product: str, account: str) -> None:
    """Methods, kinds, the three numbers and the list follow the chosen product and account."""
    shown = limited.get(f"{PAGE}&product={product}&of={account}")
    row = of(told(limited, "clients"), product, account)
    kinds = {name.capitalize(): number(row[name]) for name in ("people", "machines", "agents")}
    bars = {cells[0]: cells[2] for cells in shown.rows("#kinds table")}
    assert bars == {name: value for name, value in kinds.items() if value != "0"}
    methods = [
        r["clients"]
        for r in told(limited, "clients-by-method")
        if (r["product"], r["account"]) == (product, account)
    ]
    counts = [int(cells[2].replace(",", "")) for cells in shown.rows("#methods table")]
    assert sum(counts) == sum(methods) == row["total"]
    periods = [
        r
        for r in told(limited, "client-periods")
        if (r["product"], r["account"]) == (product, account)
    ]
    month = next(r for r in periods if r["period"] == f"{MONTH:%Y-%m}")
    year = next(r for r in periods if r["period"] == f"{MONTH:%Y}")
    wanted = [month["clients_by_account"], month["clients"], year["peak_clients"]]
    assert shown.texts("#three .value") == [number(value) for value in wanted]


def test_the_list_has_each_client_once_in_the_order_they_came(limited: Console) -> None:
    """Its pages together are the report's rows of the organisation, those over the limit marked."""
    rows = [r for r in told(limited, "client-list", "--product", "sm") if r["account"] == "*"]
    pages = [limited.get(f"{PAGE}&product=sm&of=*&page={page}") for page in (1, 2, 3, 4, 5, 6)]
    shown = [cells for page in pages for cells in page.rows("#client-list table")]
    assert [(cells[0], cells[1]) for cells in shown] == [
        (number(r["place"]), r["user"]) for r in rows[: len(shown)]
    ]
    assert len(shown) == min(len(rows), 120)
    marked = [cells[0] for cells in shown if cells[5] == "Over the limit"]
    assert marked == [number(r["place"]) for r in rows[: len(shown)] if r["is_exceeded"]]


def test_the_list_of_those_over_the_limit_and_a_search(limited: Console) -> None:
    """The tab has the exceeded ones; a search finds names and leaves places as they are."""
    rows = [r for r in told(limited, "client-list", "--product", "sm") if r["account"] == "*"]
    over = limited.get(f"{PAGE}&product=sm&of=*&status=exceeded&size=100")
    places = [cells[0] for cells in over.rows("#client-list table")]
    assert places == [number(r["place"]) for r in rows if r["is_exceeded"]][:100]
    word = rows[-1]["user"][:6]
    found = limited.get(f"{PAGE}&product=sm&of=*&q={word}&size=100").rows("#client-list table")
    assert [(cells[0], cells[1]) for cells in found] == [
        (number(r["place"]), r["user"]) for r in rows if word in r["user"]
    ][:100]


def test_the_curve_has_the_days_of_the_report(limited: Console) -> None:
    """Its table has the clients at the end of each day, and those of the month before."""
    days = [
        r
        for r in told(limited, "client-days")
        if (r["product"], r["account"]) == ("sm", "*") and r["clients"] is not None
    ]
    shown = limited.get(f"{PAGE}&product=sm&of=*").rows("#client-curve table")
    assert [cells[1] for cells in shown] == [number(r["clients"]) for r in days]


def test_the_twelve_months_are_those_of_the_report(limited: Console) -> None:
    """Each month leads to itself and has its own count; a year is distinct, and no sum."""
    shown = limited.get(f"{PAGE}&product=sm&of=*")
    periods = [
        r
        for r in limited.report("client-periods", "--range", "last-12-months")["rows"]
        if (r["product"], r["account"]) == ("sm", "*")
    ]
    months = [r for r in periods if r["per"] == "month" and r["period"] <= f"{MONTH:%Y-%m}"]
    counts = [cells[2] for cells in shown.rows("#year table")]
    assert counts[: len(months)] == [number(r["clients"]) for r in reversed(months)]
    links = [str(a["href"]) for a in shown.soup.select("#year tbody th a")]
    assert any(f"month={MONTH:%Y-%m}" in link for link in links)


def test_the_running_month_has_a_forecast_with_its_band(limited: Console) -> None:
    """What the month ends with is the report's, never without how far off it may be."""
    rows = limited.report("forecast", "--range", "month-to-date")["rows"]
    open_ = [r for r in rows if r["likely"] is not None and r["clients"]]
    wanted = [
        f"about {number(r['likely'])}"
        + (f" {number(r['low'])} to {number(r['high'])}" if r["low"] != r["high"] else "")
        for r in open_
    ]
    cells = limited.get("/clients").rows("#by-account table")
    assert sorted(each[6] for each in cells if each[6].startswith("about")) == sorted(wanted)


def test_a_month_that_is_none_is_named(limited: Console) -> None:
    """What cannot be read, or has not begun, is left out with a notice; an empty month says so."""
    for word in ("someday", "2026-13", "2999-01"):
        shown = limited.get(f"/clients?month={word}")
        assert shown.status == 200
        assert word in shown.text(".notice")
    empty = limited.get("/clients?month=2001-02")
    assert "Nobody was a client in February" in empty.text("#in-short").replace("\xa0", " ")
    assert "nearest month with clients" in empty.text("#in-short")


def test_it_shows_the_accounts_of_its_reader(limited: Console) -> None:
    """A reader of one account finds its clients, and no trace of others or of the organisation."""
    shown = limited.as_("scoped").get(PAGE)
    accounts = {cells[1] for cells in shown.rows("#by-account table")}
    assert accounts == {"acme/platform distinct, not the sum"}
    assert "All accounts" not in shown.text("main")


def test_its_files_are_of_the_month(limited: Console) -> None:
    """The export menu has the month and its zone, whatever range other pages would show."""
    links = limited.get(PAGE).soup.select("#export a[href^='/export/']")
    assert links
    for link in links:
        assert f"range={MONTH}..{LAST}" in str(link["href"])
    csv = next(str(link["href"]) for link in links if "/clients.csv" in str(link["href"]))
    assert len(limited.get(csv).body.splitlines()) == len(told(limited, "clients")) + 1
