"""Reports over HTTP: the command line's object, CSV for who accepts it, and nothing twice."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.served import SCOPED, Served, served
from tests.conftest import run_json

from vaultmeter.model.period import RANGES
from vaultmeter.reports.head import report_named, report_names


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server with some months of an organisation."""
    with served(tmp_path_factory.mktemp("reports")) as there:
        yield there


def needed(name: str) -> str:
    """The parameters that a report cannot do without."""
    return "&user=*" if report_named(name).needs else ""


@pytest.mark.parametrize("name", report_names())
def test_every_report_is_the_object_of_the_command_line(place: Served, name: str) -> None:
    """The same names, filters and rows, whoever is asked."""
    reply = place.ask("GET", f"reports/{name}?range=all&limit=7{needed(name)}")
    assert reply.status == 200, reply.body
    words = ["--user", "*"] if needed(name) else []
    told = run_json(
        *("--data", place.serving.data, "report", name, "--range", "all", "--limit", "7"),
        *("--format", "json", *words),
    )
    assert reply.json() == told


@pytest.mark.parametrize("range_", RANGES)
def test_an_unchanged_report_is_not_sent_again(place: Served, range_: str) -> None:
    """Who has the answer is told so without a body; another question has another tag."""
    path = f"reports/overview?range={range_}"
    first = place.ask("GET", path)
    tag = first.headers["etag"]
    again = place.ask("GET", path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert place.ask("GET", path, headers={"If-None-Match": '"other"'}).body == first.body
    other = place.ask("GET", path.replace("overview", "activity"))
    assert other.headers["etag"] != tag


def test_an_answer_of_others_has_another_tag(place: Served) -> None:
    """A viewer of one account is not told 304 for what somebody else was answered."""
    whole = place.ask("GET", "reports/users?range=all")
    own = place.ask(
        "GET", "reports/users?range=all", "scoped", headers={"If-None-Match": whole.headers["etag"]}
    )
    assert own.status == 200
    assert {row["account"] for row in own.json()["rows"]} <= {SCOPED}
    assert len(own.json()["rows"]) < len(whole.json()["rows"])


def test_csv_for_who_accepts_it(place: Served) -> None:
    """The same rows, as a file with a name; that it was taken away is in the trail."""
    rows = place.ask("GET", "reports/users?range=all").json()["rows"]
    for headers, query in (({"Accept": "text/csv"}, ""), ({}, "&format=csv")):
        reply = place.ask("GET", f"reports/users?range=all{query}", "reader", headers=headers)
        assert reply.headers["content-type"].startswith("text/csv")
        assert reply.headers["content-disposition"] == 'attachment; filename="users.csv"'
        read = list(csv.DictReader(io.StringIO(reply.body.decode())))
        assert [row["user"] for row in read] == [row["user"] for row in rows]
    noted = place.trail("report.export")
    assert [(each["who"], each["object"]) for each in noted] == [("reader", "users")] * 2
    assert noted[0]["details"]["query"] == "range=all&format=csv"


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/csv, application/json;q=0.5", "text/csv"),
        ("text/html, application/xhtml+xml, */*;q=0.1", "application/json"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/html", None),
        ("application/json;q=0", None),
        ("", None),
    ],
)
def test_what_is_accepted_is_sent(place: Served, accept: str, sent: str | None) -> None:
    """The form that is wanted most; one that is none of ours is refused with what there is."""
    reply = place.ask("GET", "reports/overview", headers={"Accept": accept})
    if sent is None:
        assert reply.status == 406
        assert "text/csv" in reply.json()["hint"]
    else:
        assert reply.headers["content-type"].partition(";")[0] == sent


def test_all_pages_together_are_the_whole(place: Served) -> None:
    """The header Link leads from page to page, with every other parameter kept."""
    whole = place.ask("GET", "reports/items?range=all&sort=-uses").json()
    rows: list[Any] = []
    path = "reports/items?range=all&sort=-uses&limit=7"
    for _ in range(100):
        reply = place.ask("GET", path)
        rows += reply.json()["rows"]
        if (link := reply.headers.get("link")) is None:
            break
        assert link.endswith('>; rel="next"')
        path = link.partition(">")[0].removeprefix("<")
    assert rows == whole["rows"]
    assert len(rows) == whole["total"] > 7


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("range=yesterdya", "Did you mean 'yesterday'"),
        ("tz=Mars/Olympus", "Unknown time zone"),
        ("from=2026-13-01", "neither a date nor an instant"),
        ("limit=0", "Give --limit 1 or more"),
        ("limit=100001", "less than or equal to 100000"),
        ("sort=nothing", "nothing"),
        ("product=xx", "Unknown product"),
        ("account=", "at least 1 character"),
        ("cursor=abc", "none of ours"),
        ("cursor=WyJhIl0", "none of ours"),
        ("by=moon", "by"),
        ("by=account&layout=akeyless", "exclude each other"),
        ("layout=akeyless", "no layout"),
        ("format=xml", "no format"),
        ("who=robots", "robots"),
    ],
)
def test_what_is_wrong_is_told(place: Served, query: str, said: str) -> None:
    """A question that means nothing is refused with what is wrong, and what to do."""
    reply = place.ask("GET", f"reports/users?{query}")
    assert reply.status == 422
    assert said in f"{reply.json()['detail']} {reply.json().get('hint', '')}"


def test_the_list_of_reports(place: Served) -> None:
    """Every report with what it answers, its parameters and its columns."""
    told = place.ask("GET", "reports", "reader").json()["rows"]
    listed = run_json("--data", place.serving.data, "reports", "--json")
    assert sorted(told, key=str) == sorted(listed, key=str)
    columns = place.ask("GET", "reports/users/columns", "scoped").json()["rows"]
    assert columns == next(each["columns"] for each in told if each["name"] == "users")


def test_sql_is_for_who_sees_everything(place: Served) -> None:
    """A viewer of one account is refused it; the others can run it, and it is no answer."""
    assert place.ask("GET", "reports/users/sql", "scoped").status == 403
    reply = place.ask("GET", "reports/users/sql", "reader")
    assert reply.headers["content-type"].startswith("text/plain")
    assert b"select" in reply.body


def test_the_analytics_document(place: Served) -> None:
    """Each part for who may see it, kept while it holds, as the command line tells it."""
    whole = place.ask("GET", "analytics")
    tag = whole.headers["etag"]
    assert place.ask("GET", "analytics", headers={"If-None-Match": tag}).status == 304
    parts = set(whole.json())
    assert set(place.ask("GET", "analytics", "scoped").json()) < parts
    told = run_json("--data", place.serving.data, "get-analytics-data")
    assert without_times(told) == without_times(whole.json())


def without_times(document: Any) -> Any:  # noqa: ANN401  whatever JSON can hold
    """A document without the times at which it was worked out."""
    text = json.dumps(document)
    read: Any = json.loads(
        text,
        object_hook=lambda found: {
            name: value for name, value in found.items() if name not in {"time", "date_updated"}
        },
    )
    return read


@pytest.mark.parametrize("name", ["identities", "items"])
def test_lists_in_pages(place: Served, name: str) -> None:
    """Every row once, in order, however many a page has; others see their own account's alone."""
    whole = place.ask("GET", f"{name}?limit=1000").json()
    assert whole["next"] is None
    rows, path = list[Any](), f"{name}?limit=7"
    for _ in range(100):
        page = place.ask("GET", path).json()
        rows += page["rows"]
        if page["next"] is None:
            break
        path = f"{name}?limit=7&cursor={page['next']}"
    assert rows == whole["rows"]
    own = place.ask("GET", f"{name}?limit=1000", "scoped").json()["rows"]
    assert own
    assert own == [row for row in rows if row["account"] == SCOPED]
    narrowed = place.ask("GET", f"{name}?limit=1000&account={SCOPED}").json()["rows"]
    assert narrowed == own
