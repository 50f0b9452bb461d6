"""The overview shows the numbers of the reports, and says so when there is nothing."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.conftest import run
from tests.console.asked import SCOPED, Console, Shown

from vaultmeter.console.titles import kind_title, method_title, type_title

Row = dict[str, Any]
BLOCKS = (
    "sentence",
    "tiles",
    "requests",
    "attention",
    "limit",
    "actions",
    "top-users",
    "top-items",
    "methods",
    "types",
    "unseen",
    "rules",
)


def rows(console: Console, name: str, *options: str) -> list[Row]:
    """The rows of a report by the command line."""
    found: list[Row] = console.report(name, *options)["rows"]
    return found


def do(console: Console, *words: str) -> None:
    """Run a command on the folder of a console, which must succeed."""
    done = run("--data", str(console.serving.data), *words)
    assert done.returncode == 0, done.stderr.decode()


def number(text: str) -> int:
    """The number that a text begins with."""
    found = re.match(r"[\d,]+", text)
    assert found, text
    return int(found[0].replace(",", ""))


def tiles(shown: Shown) -> dict[str, str]:
    """The words of the tiles' numbers, by label."""
    labels = shown.texts("#tiles .label")
    return dict(zip(labels, shown.texts("#tiles .value"), strict=True))


def bars(shown: Shown, block: str) -> dict[str, int]:
    """The values of bars by name."""
    return {row[0]: number(row[2]) for row in shown.rows(f"#{block} table.bars")}


@pytest.fixture(scope="module")
def page(console: Console) -> Shown:
    """The overview as it comes."""
    return console.get("/")


def test_every_block_is_there(page: Shown) -> None:
    """No block failed or was left for later."""
    assert page.status == 200
    for block in BLOCKS:
        assert page.soup.select_one(f"#{block}"), block
    assert "could not be counted" not in page.text()
    assert not page.soup.select("[aria-busy]")


def test_tiles_are_the_report(console: Console, page: Shown) -> None:
    """The tiles show the overview's measures, and secrets and keys without passwords."""
    found = {row["measure"]: row for row in rows(console, "overview")}
    shown = tiles(page)
    for label, measure in (
        ("Total requests", "total_requests"),
        ("Unique users", "unique_users"),
        ("Passwords accessed", "passwords_accessed"),
        ("Refused requests", "denied"),
    ):
        assert number(shown[label]) == found[measure]["value"]
    kept = [row for row in rows(console, "items-by-type") if row["product"] != "pm"]
    used, items = (sum(row[name] for row in kept) for name in ("used", "items"))
    assert shown["Secrets and keys used"] == f"{used:,} of {items:,}"


def test_changes_say_what_they_are_compared_with(console: Console, page: Shown) -> None:
    """The change of a tile names the number before; without a comparison there is none."""
    row = next(row for row in rows(console, "overview") if row["measure"] == "unique_users")
    change = page.texts("#tiles .delta")[1]
    assert change.endswith(f"than {row['compared']:,}") or row["change"] == 0
    alone = console.get("/?compare=none")
    assert " than " not in alone.text("#tiles")
    assert " than " not in alone.text("#sentence")
    assert tiles(alone)["Total requests"] == tiles(page)["Total requests"]


def test_the_sentence_is_the_report(console: Console, page: Shown) -> None:
    """The sentence has the same requests, people of all people, and clients."""
    found = {row["measure"]: row["value"] for row in rows(console, "overview")}
    everybody = next(row for row in rows(console, "adoption") if row["account"] == "*")
    clients = max(row["clients"] for row in rows(console, "forecast"))
    sentence = page.text("#sentence")
    assert f"{found['total_requests']:,} requests" in sentence
    assert f"{found['unique_users']:,} of {everybody['users']:,} people" in sentence
    assert f"stand at {clients:,}" in sentence or f": {clients:,}" in sentence


@pytest.mark.parametrize("bucket", ["day", "week"])
def test_the_chart_is_the_report(console: Console, bucket: str) -> None:
    """The chart's table has the requests of each bucket, and those of the range before."""
    shown = console.get("/" if bucket == "day" else f"/?bucket={bucket}")
    kinds = ("machines", "people", "agents", "others")
    found = rows(console, "requests-by-kind", "--per", bucket)
    named = [kind for kind in kinds if any(row[kind] for row in found)]
    table = [
        [str(cell["data-value"]) for cell in row.find_all(["th", "td"])]
        for row in shown.soup.select("#requests .as-table tbody tr")
    ]
    for row, cells in zip(found, table, strict=False):
        told = cells[1 : 1 + len(named)]
        # Today has no record yet: nobody can know its numbers.
        assert told == [str(row[kind]) for kind in named] or not any(told)
        assert datetime.fromisoformat(cells[0]).date() == _day(row["start"])
    known = [cells for cells in table if cells[1]]
    assert len(known) >= len(found) - 1
    heads = shown.texts("#requests .as-table th[scope=col]")
    assert heads[1 : 1 + len(named)] == [kind.capitalize() for kind in named]
    assert shown.text(f"#bucket-{bucket}") == shown.text("#requests .segment [aria-current]")


def _day(text: str) -> Any:  # noqa: ANN401  a date
    return datetime.fromisoformat(text).date()


def test_bars_are_the_reports_and_lead_on(console: Console, page: Shown) -> None:
    """Bars have the report's values, add up to it, and their names filter."""
    actions = rows(console, "requests-by-action")
    shown = bars(page, "actions")
    for row in actions[:7]:
        assert shown[kind_title(row["kind"])] == row["requests"]
    assert sum(shown.values()) == sum(row["requests"] for row in actions)
    first = page.one("#actions table.bars tbody a")
    narrowed = console.get(str(first["href"]))
    assert number(tiles(narrowed)["Total requests"]) == actions[0]["requests"]
    types = rows(console, "items-by-type")
    assert sum(bars(page, "types").values()) == sum(row["items"] for row in types)
    assert bars(page, "types")[type_title(types[0]["type"])] == types[0]["items"]


def test_methods_are_those_of_the_clients_shown(console: Console, page: Shown) -> None:
    """The bars of sign-in methods add up to the clients of the tile."""
    label, clients = next(each for each in tiles(page).items() if each[0].startswith("Clients in"))
    shown = bars(page, "methods")
    assert sum(shown.values()) == number(clients)
    forecast = max(rows(console, "forecast"), key=lambda row: row["clients"])
    own = [
        row
        for row in rows(console, "clients-by-method")
        if all(row[name] == forecast[name] for name in ("month", "product"))
        and row["account"] == "*"
    ]
    assert shown[method_title(own[0]["auth_method"])] == own[0]["clients"]
    assert f"{datetime.fromisoformat(forecast['month']):%B}" in label


@pytest.mark.parametrize(
    ("chosen", "who", "kind"),
    [
        ("", "people", "person"),
        ("machines", "machines", "machine"),
        ("agents", "machines", "agent"),
    ],
)
def test_top_users_are_the_report(console: Console, chosen: str, who: str, kind: str) -> None:
    """The first six of a kind are those of the report, and lead to their pages."""
    shown = console.get(f"/?top={chosen}" if chosen else "/")
    found = [
        row
        for row in rows(console, "users", "--who", who, "--sort", "-requests")
        if row["kind"] == kind and row["requests"]
    ][:6]
    table = shown.rows("#top-users table")
    assert [row[0] for row in table] == [row["user"] for row in found]
    assert [number(row[2]) for row in table] == [row["requests"] for row in found]
    links = shown.soup.select("#top-users tbody th a")
    assert len(links) == len(found)
    assert all(re.match(r"/users/\d+", str(link["href"])) for link in links)


def test_top_items_are_the_report(console: Console, page: Shown) -> None:
    """Most used secrets and keys are those of the report; unused ones, longest first, as well."""
    own = ("--product", "sm", "--product", "sra")
    used = rows(console, "items", "--sort", "-uses", "--limit", "6", *own)
    table = page.rows("#top-items table")
    assert [number(row[2]) for row in table] == [row["uses"] for row in used]
    assert page.texts("#top-items th .path") == [row["item"] for row in used]
    unused = [row for row in rows(console, "unused", *own) if row["status"] != "no_evidence"]
    shown = console.swap("/?items=unused", "top-items")
    assert shown.texts("#top-items th .path") == [row["item"] for row in unused[:6]]
    assert shown.text(".card-foot").startswith(f"All {len(unused):,} ")


def test_attention_names_what_the_reports_tell(console: Console, page: Shown) -> None:
    """Inactive people and unused secrets are told with the numbers of their reports."""
    everybody = next(row for row in rows(console, "adoption") if row["account"] == "*")
    unused = [row for row in rows(console, "unused-by-type") if row["product"] != "pm"]
    count = sum(row["unused"] + row["never_used"] for row in unused)
    told = page.texts("#attention .todo b")
    if everybody["inactive"]:
        assert any(each.startswith(f"{everybody['inactive']:,} p") for each in told)
    if count:
        assert any(each.startswith(f"{count:,} secret") for each in told)
    assert len(told) == bool(everybody["inactive"]) + bool(count)


def test_a_block_comes_alone(console: Console) -> None:
    """A choice swaps its own block and nothing else."""
    shown = console.swap("/?top=machines", "top-users")
    assert shown.one("section")["id"] == "top-users"
    assert not shown.soup.select("html, #tiles")


def test_who_sees_one_account_sees_nothing_of_others(console: Console) -> None:
    """The page of a reader with one account names users of that account alone."""
    shown = console.as_("scoped").get("/")
    assert shown.status == 200
    assert "could not be counted" not in shown.text()
    assert {row[1] for row in shown.rows("#top-users table")} == {SCOPED}
    assert number(tiles(shown)["Total requests"]) < number(
        tiles(console.get("/"))["Total requests"]
    )
    assert number(tiles(shown)["Total requests"]) > 0


def test_nothing_matches_a_filter(console: Console) -> None:
    """A filter that leaves nothing is named, and can be dropped."""
    shown = console.get("/?f=user:is:nobody-at-all")
    assert number(tiles(shown)["Total requests"]) == 0
    assert "with these filters" in shown.text("#sentence .nothing")
    way = shown.one("#sentence .nothing .actions-in a")
    assert way.get_text() == "Remove “User is nobody-at-all”"
    assert way["href"] == "/"
    assert "could not be counted" not in shown.text()


def test_nothing_in_a_range_leads_to_the_nearest_month(console: Console) -> None:
    """A range before everything offers the first month that has something."""
    shown = console.get("/?range=2019-01-01..2019-01-31")
    assert "could not be counted" not in shown.text()
    way = shown.one("#sentence .nothing .actions-in a")
    months = [
        row for row in rows(console, "requests-by-kind", "--per", "month", "--range", "all")
        if row["requests"]
    ]  # fmt: skip
    assert _day(months[0]["start"]).isoformat() in str(way["href"])
    there = console.get(str(way["href"]))
    assert number(tiles(there)["Total requests"]) == months[0]["requests"]


def test_a_limit_in_sight(own_console: Console) -> None:
    """With a limit the tile, the sentence and the attention list say how much is used up."""
    clients = max(row["clients"] for row in rows(own_console, "forecast"))
    row = max(rows(own_console, "forecast"), key=lambda row: row["clients"])
    do(own_console, "limits", "set", row["product"], str(clients - 1))
    shown = own_console.get("/")
    label = next(label for label in tiles(shown) if label.startswith("Clients in"))
    assert tiles(shown)[label] == f"{clients:,} of {clients - 1:,}"
    assert "1 beyond" in shown.text("#tiles")
    assert "Client limit passed" in shown.texts("#attention .todo b")[0]
    assert f"{clients:,} of {clients - 1:,}" in shown.text("#sentence")
    do(own_console, "limits", "set", row["product"], str(clients * 50))
    far = own_console.get("/")
    assert "2.0% of the limit" in far.text("#tiles")
    assert "limit" not in far.text("#attention")


def test_a_source_that_fell_silent(own_console: Console) -> None:
    """A source that has told nothing for days is told first."""
    now = datetime.now(UTC)
    days = range(40, 12, -1)
    lines = [
        f'{{"id": "{day}", "time": "{(now - timedelta(days=day)).isoformat()}", '
        '"identity": "zoe", "kind": "secret_read", "item": "kv/quiet"}'
        for day in days
    ]
    path = own_console.serving.data.parent / "quiet.ndjson"
    path.write_text("\n".join(lines) + "\n")
    do(own_console, "ingest", "events", str(path), "--source", "quiet", "--account", "acme")
    told = own_console.get("/").texts("#attention .todo li")
    assert told[0].startswith("quiet has been silent since ")
    assert "13 d" in told[0]
