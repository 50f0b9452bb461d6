"""Whoever sees one account reads nothing of the others, whatever address they ask."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from tests.api.served import SCOPED, Served, served

from vaultmeter.reports.head import report_names


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Give a server that many requests may be sent to."""
    with served(tmp_path_factory.mktemp("scope"), api_rate="0") as there:
        yield there


@pytest.fixture(scope="module")
def foreign(place: Served) -> set[str]:
    """Every name that has to do with other accounts alone, as the administrator reads them."""
    accounts = {row["name"] for row in rows(place, "accounts")} - {SCOPED}
    # The names of those above its own are part of its own.
    others = {name for name in accounts if not SCOPED.startswith(f"{name}/")}
    seen = f"reports/users?range=all&who=everyone&limit=100000&account={SCOPED}"
    visitors = {row["user"] for row in place.ask("GET", seen).json()["rows"]}
    named = [(row["name"], row["account"]) for row in rows(place, "identities")]
    items = [(row["name"], row["account"]) for row in rows(place, "items")]
    own = {name for name, account in (*named, *items) if account == SCOPED} | visitors
    found = others | {name for name, account in (*named, *items) if account in accounts} - own
    assert len(found) > 20
    return found


def rows(place: Served, path: str) -> list[dict[str, Any]]:
    """All rows of a list, as the administrator reads it."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = place.ask("GET", f"{path}{cursor}").json()
        found += page["rows"]
        if page["next"] is None:
            return found
        cursor = f"?cursor={page['next']}"


def texts(plain: Any) -> Iterator[str]:  # noqa: ANN401  whatever JSON can hold
    """Every text in an answer."""
    if isinstance(plain, dict):
        for name, value in plain.items():
            yield name
            yield from texts(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from texts(value)
    elif isinstance(plain, str):
        yield plain


def addresses(place: Served) -> list[str]:
    """Every address that is read, with each report in the place of its name."""
    described = place.ask("GET", "openapi.json").json()["paths"]
    read = [
        path.removeprefix("/api/v1/") for path, methods in described.items() if "get" in methods
    ]
    assert len(read) > 20
    plain = [path for path in read if "{" not in path]
    about = [path for path in read if path.startswith("reports/{") and "evidence" not in path]
    query = {"reports/{name}": "?range=all&limit=100000&who=everyone&user=*"}
    return plain + [
        path.replace("{name}", name) + query.get(path, "")
        for path in about
        for name in report_names()
        if path == "reports/{name}" and accepts(place, name)
    ]


def accepts(place: Served, name: str) -> bool:
    """Whether the administrator is answered."""
    path = f"reports/{name}?range=all&limit=100000&who=everyone&user=*"
    return place.ask("GET", path).status == 200


@pytest.mark.parametrize("key", ["scoped", "keeper"])
def test_no_address_tells_of_other_accounts(place: Served, foreign: set[str], key: str) -> None:
    """No text in any answer, of whatever status, is a name that belongs to others alone."""
    answered = 0
    for path in addresses(place):
        if path == "openapi.json" or path.startswith("sign-in"):
            continue
        reply = place.ask("GET", path, key)
        answered += reply.status == 200
        told = set(texts(reply.json()))
        assert not told & foreign, path
        assert not any(name in part for part in told for name in foreign if "/" in name), path
    assert answered > (20 if key == "scoped" else 4)


def test_no_export_tells_of_other_accounts(place: Served, foreign: set[str]) -> None:
    """The same of every report as CSV, cell by cell; the administrator's has such names."""
    query = "?range=all&limit=100000&who=everyone&user=*"
    told: dict[str, set[str]] = {"scoped": set(), "admin": set()}
    for name in report_names():
        for key, cells in told.items():
            reply = place.ask("GET", f"reports/{name}{query}", key, headers={"Accept": "text/csv"})
            if reply.status == 200:
                for row in csv.reader(io.StringIO(reply.body.decode())):
                    cells.update(row)
    assert not told["scoped"] & foreign
    assert told["admin"] & foreign
