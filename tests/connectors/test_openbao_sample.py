"""The reports on a real audit log say what the people who made it wrote down themselves."""

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Row, rows_of, run, run_json

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
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ingest the sample as an operator would."""
    folder = tmp_path_factory.mktemp("sample") / "data"
    log = str(files("vaultmeter.demo").joinpath("sample/audit.log.gz"))
    said = run_json("--data", folder, "ingest", "openbao", log, "--account", "acme", "--json")
    assert (said["records"], said["rejected"], said["conflicts"]) == (17125, 0, 0)
    assert said["unknown_kinds"] == 0
    return folder


def test_totals(data: Path) -> None:
    """The overview adds up to what all did."""
    overview = {row["measure"]: row["value"] for row in rows_of(data, "overview")}
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


def test_actions(data: Path) -> None:
    """Every kind of request, by its outcome, is what was done; nothing else is there."""
    counted: Counter[str] = Counter()
    for row in rows_of(data, "actions"):
        for outcome in ("ok", "denied", "not_found", "error"):
            if row[outcome]:
                counted[DEEDS.get((row["kind"], outcome), row["kind"])] += row[outcome]
    assert counted == truth()["total"]


def test_every_actor_in_detail(data: Path) -> None:
    """Each one did what it says it did, kind by kind and outcome by outcome."""
    done: dict[tuple[str, str], Counter[str]] = {}
    for row in rows_of(data, "user", "--user", "*"):
        counted = done.setdefault((row["account"], row["user"]), Counter())
        for outcome in ("ok", "denied", "not_found", "error"):
            if row[outcome]:
                counted[DEEDS.get((row["kind"], outcome), row["kind"])] += row[outcome]
    expected = by_actor()
    for account in ACCOUNTS.values():
        strangers = [key for key in expected if key[0] == account and not says_who(key[1])]
        refused = sum(expected[key].pop("login_failed", 0) for key in strangers)
        expected[account, "unknown"] = Counter(login_failed=refused)
    assert done == expected


def test_users(data: Path) -> None:
    """The list of users has everyone, once, with the kind, method and numbers of each."""
    rows = {
        (row["account"], row["user"]): row for row in rows_of(data, "users", "--who", "everyone")
    }
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


def test_accounts(data: Path) -> None:
    """Each namespace is an account, with its own numbers and the secrets that exist in it."""
    rows = {row["account"]: row for row in rows_of(data, "accounts")}
    assert set(rows) == set(ACCOUNTS.values())
    for account, row in rows.items():
        done = sum((deeds for key, deeds in by_actor().items() if key[0] == account), Counter())
        assert row["requests"] == done.total()
        assert row["sign_ins"] == done["login_ok"]
        assert row["secrets_read"] == done["secret_read"]
        assert (row["users"], row["clients"]) == (40, 48)
        assert row["items"] == 60 + 20 + 4


def test_items(data: Path) -> None:
    """Each secret was read as often as its readers say, and was created during the set-up."""
    reads, keys = {}, 0
    began = datetime.fromtimestamp(truth()["started"], UTC)
    for row in rows_of(data, "items"):
        assert datetime.fromisoformat(row["created"]) < began
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
def test_csv_says_what_json_says(data: Path, report: str) -> None:
    """Both ways out of a report carry the same rows in the same order."""
    who = ("--who", "everyone")
    done = run("--data", data, "report", report, "--range", "all", "--format", "csv", *who)
    in_csv = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    assert in_csv == [as_text(row) for row in rows_of(data, report, *who)]


def as_text(row: Row) -> dict[str, str]:
    """Write a row's values as a CSV file holds them."""
    return {name: "" if value is None else str(value) for name, value in row.items()}


def test_set_up_by_root(data: Path) -> None:
    """What root did to set the server up is in no usage, and is shown when asked for."""
    assert not [row for row in rows_of(data, "user", "--user", "root")]
    rows = rows_of(data, "actions", "--kind", "admin", "--kind", "system", "--user", "root")
    counted = {(row["kind"], row["detail"]): row["ok"] for row in rows}
    # Two namespaces; the server by itself mounts secret/ and trades its first root token.
    assert counted == {
        ("admin", "admin"): 3 * SET_UP_BY_NAMESPACE["admin"] + 2 + 1,
        ("system", "item_added"): 3 * SET_UP_BY_NAMESPACE["item_added"],
        ("system", "credential_issued"): 3 * SET_UP_BY_NAMESPACE["credential_issued"] + 1,
        ("system", "logout"): 1,
    }
