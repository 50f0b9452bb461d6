"""The reports on a real audit log say what the people who made it wrote down themselves."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from tests.conftest import Folder, Row, check_books, rows_of, run

from vaultmeter.exports import bare
from vaultmeter.exports import csv as csv_format
from vaultmeter.exports import json as json_format
from vaultmeter.model.period import Period, period_of, zone_named
from vaultmeter.model.table import Table
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.head import report_named
from vaultmeter.reports.run import Ask, answer, bounds

ACCOUNTS = {"root": "acme", "finance": "acme/finance", "platform": "acme/platform"}
DEEDS = {
    ("login", "ok"): "login_ok",
    ("secret_read", "ok"): "secret_read",
    ("secret_read", "not_found"): "secret_missing",
    ("item_added", "ok"): "secret_write",
    ("item_updated", "ok"): "secret_write",
    ("item_deleted", "ok"): "secret_delete",
    ("list", "ok"): "secret_list",
    ("key_operation", "ok"): "key_op",
    ("secret_read", "denied"): "denied",
}
"""How the truth calls what the reports call a kind and an outcome."""
SET_UP_BY_NAMESPACE = {
    "admin": 1 + 3 + 3 + 2 + 20 + 8 + 8,
    "item_added": 4 + 60 + 20,
    "credential_issued": 8,
}
"""Policy, mounts, methods, JWT, users, roles, role ids; keys and secrets; secret ids."""


@cache
def truth() -> dict[str, Any]:
    """Read what was done, counted by the client that did it."""
    text = files("vaultmeter.demo").joinpath("sample/truth.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def by_actor() -> dict[tuple[str, str], Counter[str]]:
    """Key what each did by account and name."""
    split = {tuple(key.split("|")): Counter(deeds) for key, deeds in truth()["by_actor"].items()}
    return {(ACCOUNTS[space], name): deeds for (space, name), deeds in split.items()}


def says_who(name: str) -> bool:
    """Tell whether a refused sign-in of this one says who tried: only a user name does."""
    return name.startswith("user")


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """Ingest the sample."""
    folder = Folder(tmp_path_factory.mktemp("sample") / "data")
    log = str(files("vaultmeter.demo").joinpath("sample/audit.log.gz"))
    outcome = folder.ingest("openbao", log, account="acme").outcome
    assert (outcome.lines, outcome.rejected, outcome.conflicts) == (17125, 0, 0)
    assert outcome.unknown_kinds == 0
    check_books(folder)
    yield folder
    folder.close()


def test_totals(sampled: Folder) -> None:
    """The overview adds up to what all did."""
    overview = {row["measure"]: row["value"] for row in sampled.report("overview")}
    total = truth()["total"]
    assert overview["total_requests"] == sum(total.values())
    for measure, deed in (
        ("secrets_read", "secret_read"),
        ("key_operations", "key_op"),
        ("sign_ins", "login_ok"),
        ("failed_logins", "login_failed"),
        ("denied", "denied"),
    ):
        assert overview[measure] == total[deed], measure
    assert overview["accounts_added"] == 0
    people = [name for _, name in by_actor() if not name.startswith("app")]
    assert overview["unique_users"] == len(people)
    assert overview["active_clients"] == len(by_actor())


def test_actions(sampled: Folder) -> None:
    """Every kind of request, by its outcome, is what was done; nothing else is there."""
    counted: Counter[str] = Counter()
    for row in sampled.report("actions"):
        for outcome in ("ok", "denied", "not_found", "error"):
            if row[outcome]:
                deed = DEEDS.get((row["kind"], outcome), str(row["kind"]))
                counted[deed] += row[outcome]
    assert counted == truth()["total"]


def test_every_actor_in_detail(sampled: Folder) -> None:
    """Each one did what it says it did, kind by kind and outcome by outcome."""
    done: dict[tuple[str, str], Counter[str]] = {}
    for row in sampled.report("user", user="*"):
        counted = done.setdefault((row["account"], row["user"]), Counter())
        for outcome in ("ok", "denied", "not_found", "error"):
            if row[outcome]:
                deed = DEEDS.get((row["kind"], outcome), str(row["kind"]))
                counted[deed] += row[outcome]
    expected = by_actor()
    for account in ACCOUNTS.values():
        strangers = [key for key in expected if key[0] == account and not says_who(key[1])]
        refused = sum(expected[key].pop("login_failed", 0) for key in strangers)
        expected[account, "unknown"] = Counter(login_failed=refused)
    assert done == expected


def test_users(sampled: Folder) -> None:
    """The list of users has everyone, once, with the kind, method and numbers of each."""
    rows = {(row["account"], row["user"]): row for row in sampled.report("users")}
    actors = by_actor()
    assert set(rows) == set(actors) | {(account, "unknown") for account in ACCOUNTS.values()}
    methods = {"user": "userpass", "pers": "jwt", "app0": "approle"}
    for (account, name), deeds in actors.items():
        row = rows[account, name]
        is_app = name.startswith("app")
        assert row["kind"] == ("machine" if is_app else "person"), name
        assert row["auth_method"] == methods["app0" if is_app else name[:4]]
        assert row["login_sessions"] == deeds["login_ok"]
        assert row["failed_logins"] == (deeds["login_failed"] if says_who(name) else 0)
        assert row["secrets_read"] == deeds["secret_read"]
        assert row["password_events"] == (0 if is_app else deeds["secret_read"])
        assert row["key_operations"] == deeds["key_op"]
        assert row["denied"] == deeds["denied"]
        assert row["status"] == "active"


def test_nobody_has_no_row_of_nothing(sampled: Folder) -> None:
    """Whom no record names stands in the list where they tried something, and not after it."""
    day_after = Period(
        datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC), zone_named("UTC")
    )
    ask = Ask(Viewer.operator(), day_after, who="everyone", limit=1_000)
    for name, column in (("users", "user"), ("adoption", "account")):
        rows = answer(sampled.app.store, report_named(name), ask).dicts()
        assert rows
        assert "unknown" not in {row[column] for row in rows}
        if name == "adoption":
            everybody = next(row["users"] for row in rows if row["account"] == "*")
            assert everybody == len(by_actor())
        else:
            assert len(rows) == len(by_actor())


def test_sessions(sampled: Folder) -> None:
    """Each sign-in that went well began one session, and no other session is there."""
    sessions = Counter(
        (row["account"], row["user"]) for row in sampled.report("sessions", user="*")
    )
    assert sessions == {key: deeds["login_ok"] for key, deeds in by_actor().items()}


def test_accounts(sampled: Folder) -> None:
    """Each namespace is an account, with its own numbers and the secrets that exist in it."""
    rows = {row["account"]: row for row in sampled.report("accounts")}
    assert set(rows) == set(ACCOUNTS.values())
    for account, row in rows.items():
        done = sum((deeds for key, deeds in by_actor().items() if key[0] == account), Counter())
        assert row["requests"] == done.total()
        assert row["sign_ins"] == done["login_ok"]
        assert row["secrets_read"] == done["secret_read"]
        assert (row["users"], row["clients"]) == (40, 48)
        assert row["items"] == 60 + 20 + 4


def test_items(sampled: Folder) -> None:
    """Each secret was read as often as its readers say, and was created during the set-up."""
    reads, keys = {}, 0
    began = datetime.fromtimestamp(truth()["started"], UTC)
    for row in sampled.report("items"):
        assert row["created"] < began
        assert row["deleted"] is None
        if row["type"] == "classic_key":
            keys += row["uses"]
            assert row["item"] in {f"transit/key{number}" for number in range(4)}
        else:
            assert row["type"] == "static_secret"
            reads[row["account"], row["item"]] = row["reads"]
    expected = {}
    for key, count in truth()["by_path"].items():
        space, path = key.split("|")
        expected[ACCOUNTS[space], path.replace("kv/data/", "kv/")] = count
    assert reads == expected
    assert keys == truth()["total"]["key_op"]


@pytest.mark.parametrize("report", ["overview", "users", "actions", "items", "accounts"])
def test_every_export_says_the_same(sampled: Folder, report: str) -> None:
    """JSON and CSV carry the rows of the report, in its order."""
    rows = [as_text(row) for row in sampled.report(report)]
    answered = table(sampled, report)
    as_csv = bare(csv_format.EXPORT, answered).decode()
    as_json = bare(json_format.EXPORT, answered)
    assert list(csv.DictReader(io.StringIO(as_csv))) == rows
    assert [as_text(row) for row in json.loads(as_json)["rows"]] == rows


def test_the_command_line_says_the_same(sampled: Folder) -> None:
    """What is printed for programs and for spreadsheets is what the report answers."""
    users = [as_text(row) for row in sampled.report("users")]
    sampled.close()
    assert [as_text(row) for row in rows_of(sampled.path, "users", "--who", "everyone")] == users
    words = ("report", "users", "--range", "all", "--who", "everyone", "--format", "csv")
    printed = run("--data", sampled.path, *words).stdout.decode()
    assert list(csv.DictReader(io.StringIO(printed))) == users


def table(folder: Folder, report: str) -> Table:
    """Answer a report over everything there is."""
    zone = zone_named("UTC")
    period = period_of("all", zone, folder.clock(), bounds=bounds(folder.app.store))
    ask = Ask(Viewer.operator(), period, who="everyone", compare="none")
    return answer(folder.app.store, report_named(report), ask)


def as_text(row: Row) -> dict[str, str]:
    """Write a row's values as a CSV file holds them."""
    return {name: text(value) for name, value in row.items()}


def text(value: Any) -> str:  # noqa: ANN401  a cell is of any type
    """Write one value as a CSV file holds it."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def test_set_up_by_root(sampled: Folder) -> None:
    """What root did to set the server up is in no usage, and is shown when asked for."""
    assert sampled.report("user", user="root") == []
    rows = sampled.report("actions", user="root", kind="*")
    counted = {(row["kind"], row["detail"]): row["ok"] for row in rows}
    # Two namespaces; the server by itself mounts secret/ and trades its first root token.
    assert counted == {
        ("admin", "admin"): 3 * SET_UP_BY_NAMESPACE["admin"] + 2 + 1,
        ("system", "item_added"): 3 * SET_UP_BY_NAMESPACE["item_added"],
        ("system", "credential_issued"): 3 * SET_UP_BY_NAMESPACE["credential_issued"] + 1,
        ("system", "logout"): 1,
    }
