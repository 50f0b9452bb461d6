"""Files of reports: the bytes of the command line, the name they are kept under, and the trail."""

import json
from typing import Any

import pytest
from tests.conftest import run
from tests.console.asked import SCOPED, Console

MONTHS = ("--range", "last-12-months", "--tz", "Asia/Kathmandu")
STATE = "range=last-12-months&tz=Asia/Kathmandu"

_MADE = {"date_updated", "time"}
"""Fields of other products' documents that hold the moment of making."""


def printed(console: Console, *words: str) -> bytes:
    """What the command line prints."""
    done = run("--data", str(console.serving.data), *words)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("format_", ["json", "csv"])
@pytest.mark.parametrize(
    ("name", "query", "options"),
    [
        ("overview", STATE, MONTHS),
        ("overview", f"{STATE}&compare=year", (*MONTHS, "--compare", "year")),
        (
            "users",
            f"{STATE}&who=everyone&sort=-requests",
            (*MONTHS, "--who", "everyone", "--sort=-requests"),
        ),
        (
            "items",
            f"{STATE}&account=acme/platform&f=kind:is:secret_read",
            (*MONTHS, "--account", "acme/platform", "--kind", "secret_read"),
        ),
        ("users", f"{STATE}&f=user:contains:a&limit=5", (*MONTHS, "--user", "*a*", "--limit", "5")),
        ("clients", "range=2026-01-01..2026-12-31", ("--from", "2026-01-01", "--to", "2026-12-31")),
    ],
)
def test_a_file_is_what_the_command_prints(
    console: Console, format_: str, name: str, query: str, options: tuple[str, ...]
) -> None:
    """Byte for byte, with the range, zone, comparison and filters of the page."""
    shown = console.get(f"/export/{name}.{format_}?{query}")
    assert shown.status == 200, shown.text()
    assert shown.body == printed(console, "report", name, "--format", format_, *options)
    assert shown.headers["content-disposition"].startswith(f'attachment; filename="{name}-')
    assert shown.headers["content-disposition"].endswith(f'.{format_}"')
    assert shown.headers["cache-control"] == "no-store"


def without_dates(document: Any) -> Any:  # noqa: ANN401  whatever JSON can hold
    """A document of another product without the moment it was made at."""
    if isinstance(document, dict):
        return {n: without_dates(v) for n, v in document.items() if n not in _MADE}
    return document


def test_files_in_the_layouts_of_other_products(console: Console) -> None:
    """The analytics document and the password manager's layout are those of the command line."""
    analytics = console.get(f"/export/analytics-data.json?{STATE}")
    told = json.loads(printed(console, "get-analytics-data", *MONTHS))
    assert without_dates(json.loads(analytics.body)) == without_dates(told)
    laid_out = console.get(f"/export/password-manager.json?{STATE}&layout=akeyless")
    told = json.loads(
        printed(console, "report", "password-manager", *MONTHS, "--layout", "akeyless")
    )
    assert without_dates(json.loads(laid_out.body)) == without_dates(told)


def test_each_file_stands_in_the_trail(console: Console) -> None:
    """Who took which report, in which format and with which question."""
    reader = console.as_("reader")
    assert reader.get("/export/items.csv?range=last-7-days&sort=-uses").status == 200
    newest = console.ask("trail", "list", "--json", "--limit", "1")["rows"][0]
    assert (newest["who"], newest["act"], newest["object"]) == ("reader", "report.export", "items")
    assert newest["details"] == {"format": "csv", "query": "range=last-7-days&sort=-uses"}


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/export/overview.json?range=someday", "range=someday"),
        ("/export/overview.json?f=colour:is:red", "colour"),
        ("/export/users.csv?limit=many", "limit=many"),
        ("/export/users.csv?colour=red", "colour=red"),
        ("/export/overview.docx", "docx"),
        ("/export/nothing.csv", "nothing"),
        ("/export/password-manager.csv?layout=akeyless", "Ask for JSON"),
    ],
)
def test_what_cannot_be_read_is_no_file(console: Console, path: str, told: str) -> None:
    """A file that would answer another question is refused, and says why."""
    shown = console.get(path)
    assert shown.status in {404, 422}, shown.text()
    assert told in shown.body.decode()


def test_a_file_has_what_its_reader_may_see(console: Console) -> None:
    """A reader of one account gets the rows of it alone; one without the right gets none."""
    shown = console.as_("scoped").get(f"/export/accounts.json?{STATE}")
    assert shown.status == 200
    rows = json.loads(shown.body)["rows"]
    assert rows
    assert {row["account"] for row in rows} == {SCOPED}
    assert console.as_("nobody").get("/export/overview.json").status == 403


def test_the_menu_begins_with_json(console: Console) -> None:
    """The usage report is offered as JSON first, and in the form another product has it."""
    links = console.get(f"/?{STATE}").soup.select("#export a[href^='/export/']")
    paths = [str(link["href"]).partition("?")[0] for link in links]
    assert paths[0] == "/export/overview.json"
    assert "/export/analytics-data.json" in paths
    assert all(console.get(str(link["href"])).status == 200 for link in links)
