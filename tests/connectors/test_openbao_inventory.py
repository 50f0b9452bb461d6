"""What an inventory of a real OpenBao server tells is what was made there, and never a value."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import Folder, NewFolder, Row, run, run_json
from tests.connectors.openbao_stock import BLIND, PLAIN, Stocked, stocked, token_of

from vaultmeter.connectors._openbao_inventory import client, policy, take
from vaultmeter.inbox.batches import Source
from vaultmeter.model.errors import Invalid, Unavailable
from vaultmeter.model.inventory import Snapshot
from vaultmeter.model.period import period_of, zone_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.analytics_data import analytics_data
from vaultmeter.stocktaking import Stock, source_of, take_in

UNUSED = {("", "db/unused"), ("", "pki/unused")}
"""Made as root by what the log calls administration, and never used."""
GONE = {
    ("acme", "kv/app/first"),
    ("acme", "kv/names"),
    ("acme", "old/names"),
    ("acme", "transit/k"),
    ("acme", "pki/web"),
    ("acme", "db/reader"),
    ("acme", "totp/unused"),
    ("acme", "ssh/people"),
    ("acme", "ssh/once"),
}
READABLE = re.compile(r"(sys/mounts|sys/auth|sys/health|identity/entity/id/[0-9a-f-]{36}(\.\w+)?)")


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    """Give one server with a history to all tests here."""
    with stocked(tmp_path_factory.mktemp("stocked")) as given:
        yield given


@pytest.fixture
def source(folder: Folder, vault: Stocked) -> Source:
    """Give the source of the server's log, taken in up to the first inventory."""
    folder.ingest("openbao", vault.log, account="acme", source="bao")
    return source_of(folder.app, "bao", "acme")


def current(vault: Stocked) -> set[tuple[str, str]]:
    """Tell from what was done which items there were at the first inventory."""
    shown = {
        (account, item)
        for account, item, kind, outcome in vault.deeds.of_items
        if outcome == "ok" and kind not in ("item_deleted", "list")
    }
    return (shown - vault.deeds.deleted) | UNUSED


def items(folder: Folder) -> dict[tuple[str, str], Any]:
    """Read the deletion of every item that ever was, by account and name."""
    rows = folder.app.store.query("""
        select account.name, item.name, item.deleted
        from item
        join account on account.id = item.account
        where item.seen is not null
    """)
    return {(account, name): deleted for account, name, deleted in rows}


def people(folder: Folder) -> dict[tuple[str, str], Row]:
    """Read everybody by account and name."""
    rows = folder.app.store.query("""
        select account.name, identity.name, kind, created, disabled, deleted, seen
        from identity
        join account on account.id = identity.account
        where kind in ('person', 'machine')
    """)
    assert len({row[:2] for row in rows}) == len(rows)
    names = ("kind", "created", "disabled", "deleted", "seen")
    return {(row[0], row[1]): dict(zip(names, row[2:], strict=True)) for row in rows}


def naive(instant: datetime) -> datetime:
    """Make an instant as the store has it."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def test_an_inventory_lists_what_there_is(vault: Stocked) -> None:
    """The token of the documented policy sees every item and nobody refuses it anything."""
    assert vault.first.unread == []
    assert {(item.account, item.item) for item in vault.first.items if not item.deleted} == current(
        vault
    )
    assert (vault.first.namespaces, vault.first.auth_methods) == (3, 12)


def test_items_of_events_and_inventory_are_the_same(
    folder: Folder, vault: Stocked, source: Source
) -> None:
    """After a log and an inventory of the same instant there is one item of each, none gone."""
    before = items(folder)

    stock = take_in(folder.app, source, vault.first)

    assert (stock.gone_items, stock.gone_identities) == ([], [])
    assert stock.new_items == len(UNUSED)
    after = items(folder)
    assert set(after) == set(before) | {("acme", name) for _, name in UNUSED}
    assert {name: after[name] for name in before} == before
    assert sum(stock.items.values()) == len(current(vault))


def test_people_who_never_came_are_known(folder: Folder, vault: Stocked, source: Source) -> None:
    """Users and roles without a sign-in are listed beside those with one, each once."""
    came = people(folder)

    take_in(folder.app, source, vault.first)

    known = people(folder)
    never = {who: row["kind"] for who, row in known.items() if row["seen"] is None}
    assert never == {
        ("acme", "unused"): "person",
        ("acme/eng", "bob"): "person",
        ("acme/eng", "eve"): "person",
        ("acme/eng/web", "bob"): "person",
        ("acme/eng/web", "eve"): "person",
        ("acme", "idle"): "machine",
    }
    assert set(came) <= set(known)


def test_what_is_gone_is_told_and_dated(folder: Folder, vault: Stocked, source: Source) -> None:
    """What a second inventory no longer lists is deleted from its instant on, and no more."""
    take_in(folder.app, source, vault.first)

    stock = take_in(folder.app, source, vault.second)

    web = {("acme/eng/web", item) for account, item in current(vault) if account == "eng/web"}
    assert {(gone["account"], gone["item"]) for gone in stock.gone_items} == GONE | web
    taken = naive(vault.second.taken)
    dates = {name: date for name, date in items(folder).items() if name in GONE | web}
    assert naive(vault.first.taken) < dates.pop(("acme", "kv/names")) < taken
    assert set(dates.values()) == {taken}


def test_people_who_are_gone_keep_their_names(
    folder: Folder, vault: Stocked, source: Source
) -> None:
    """A deleted entity, user, method or namespace takes its people along; their names stay."""
    take_in(folder.app, source, vault.first)

    stock = take_in(folder.app, source, vault.second)

    gone = {(gone["account"], gone["user"]) for gone in stock.gone_identities}
    web = {who for who in people(folder) if who[0] == "acme/eng/web"}
    assert {("acme", "bob"), ("acme", "mia"), ("acme", "jo-ann")} == gone - web
    assert gone - {("acme", "bob"), ("acme", "mia"), ("acme", "jo-ann")} == web
    assert "bob" in {row["user"] for row in folder.report("users")}


def test_who_is_disabled_and_what_an_entity_is_called(
    folder: Folder, vault: Stocked, source: Source
) -> None:
    """A disabled entity is so from the first inventory that shows it; a name given is shown."""
    take_in(folder.app, source, vault.first)
    assert take_in(folder.app, source, vault.second).disabled == 1

    known = people(folder)
    assert [who for who, row in known.items() if row["disabled"]] == [("acme", "eve")]
    assert known["acme", "eve"]["disabled"] == naive(vault.second.taken)
    assert known["acme", "Ada Lovelace"]["created"] < naive(vault.first.taken)
    assert ("acme", "ada") not in known


def test_a_token_that_may_not_see_deletes_nothing(
    folder: Folder, vault: Stocked, source: Source
) -> None:
    """What is refused is named with the line that would allow it, and nothing in it is gone."""
    for snapshot in (vault.first, vault.second):
        take_in(folder.app, source, snapshot)
    before = items(folder), people(folder)

    stock = take_in(folder.app, source, vault.lacking)

    assert (stock.gone_items, stock.gone_identities) == ([], [])
    assert (items(folder), people(folder)) == before
    paths = {(unread.account, unread.path): unread.policy for unread in stock.unread}
    assert paths == {
        ("", "kv/metadata"): 'path "kv/metadata/*" { capabilities = ["list"] }',
        ("eng", "sys/mounts"): 'path "eng/sys/mounts" { capabilities = ["read"] }',
        ("", "sys/auth"): 'path "sys/auth" { capabilities = ["read"] }',
        ("", "identity/entity/id"): 'path "identity/entity/id/*" { capabilities = ["list"] }',
    }
    last = take_in(folder.app, source, vault.last)
    assert [gone["item"] for gone in last.gone_items] == ["kv/null"]
    assert last.gone_identities == []


def test_an_entity_whose_users_are_not_told_stays_as_it_is(
    folder: Folder, vault: Stocked, source: Source
) -> None:
    """Entities without the users behind them neither bring anybody back nor take anybody away."""
    for snapshot in (vault.first, vault.second):
        take_in(folder.app, source, snapshot)
    before = people(folder)
    blind = take(vault.access(token_of(vault.server, policy() + BLIND)), datetime.now(UTC))

    stock = take_in(folder.app, source, blind)

    assert {"bob", "mia", "jo-ann"} <= {user for (_, user), row in before.items() if row["deleted"]}
    assert people(folder) == before
    assert stock.identities["person"] > 0


def test_never_a_value(vault: Stocked) -> None:
    """The server's own log has nothing but lists, and reads of mounts and entities."""
    asked = vault.requests_of_inventories()
    assert Counter(operation for operation, _ in asked).keys() == {"list", "read"}
    read = {path for operation, path in asked if operation == "read"}
    prefix = re.compile(r"^(eng/)?(web/)?")
    assert [path for path in read if not READABLE.fullmatch(prefix.sub("", path))] == []
    sent = {"X-Vault-Token": vault.token}
    for path in ("kv/data/app/db", "kv/metadata/app/db", "old/data/x", "transit/export/x/s"):
        assert vault.server.client.call("GET", path, None, sent)[0] == 403


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_logs_and_inventories_in_any_order(
    folder: Folder, new_folder: NewFolder, vault: Stocked, order: tuple[int, ...]
) -> None:
    """Whatever comes first, log or inventories, the same is current, gone and named."""
    told = (vault.log, vault.first, vault.second, vault.last)

    def state(of: Folder, places: tuple[int, ...]) -> tuple[object, ...]:
        of.app.inbox.source("bao", "openbao", "acme")
        for place in places:
            each = told[place]
            if isinstance(each, Path):
                of.ingest("openbao", each, account="acme", source="bao")
            else:
                take_in(of.app, source_of(of.app, "bao", None), each)
        return items(of), people(of)

    assert state(folder, order) == state(new_folder("in-order"), (0, 1, 2, 3))


def test_a_rebuild_gives_the_same(folder: Folder, vault: Stocked, source: Source) -> None:
    """Inventories are in the inbox: a store made again has every table as it was."""
    for snapshot in (vault.first, vault.second, vault.lacking):
        take_in(folder.app, source, snapshot)
    tables = ("item", "identity", "identity_key", "key_fact", "key_disabled", "listing")

    def contents() -> list[Any]:
        return [folder.app.store.query(f"select * from {name} order by all") for name in tables]

    before, reports = contents(), folder.reports()

    folder.app.rebuild()

    assert contents() == before
    assert folder.reports() == reports


def test_reports_follow(folder: Folder, vault: Stocked, source: Source) -> None:
    """Counts by type are those of the inventory; deleted items are last in the list of items."""
    take_in(folder.app, source, vault.first)
    stock: Stock = take_in(folder.app, source, vault.second)

    period = period_of("all", zone_named("UTC"), datetime.now(UTC), bounds=None)
    document = analytics_data(folder.app.store, Viewer.operator(), period, datetime.now(UTC))
    assert document["usage_reports"]["sm"]["secrets_by_types"] == stock.items
    rows = folder.report("items")
    gone = [row["deleted"] is not None for row in rows]
    assert gone == sorted(gone)
    assert any(gone)


def test_page_by_page_and_without_pages_it_is_the_same(
    vault: Stocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages of two names, and a server that has no lists with dates, tell the same."""
    expected = facts(vault.last)
    plain = token_of(vault.server, policy() + PLAIN)
    assert facts(take(vault.access(plain), datetime.now(UTC))) == expected

    monkeypatch.setattr(client, "_PAGE", 2)

    paged = take(vault.access(), datetime.now(UTC))
    assert facts(paged) == expected
    assert paged.requests > vault.last.requests


def facts(snapshot: Snapshot) -> list[set[Any]]:
    """Tell what a snapshot told, but for its instant."""
    return [set(snapshot.items), set(snapshot.identities), set(snapshot.listed)]


def test_another_vault_in_the_same_account_is_refused(
    folder: Folder, vault: Stocked, source: Source
) -> None:
    """What one vault has is not taken for deleted because another one lacks it."""
    take_in(folder.app, source, vault.first)
    other = folder.app.inbox.source("other", "openbao", "acme")

    with pytest.raises(Invalid, match="inventory of another vault, 'bao'"):
        take_in(folder.app, other, replace(vault.second, cluster="another"))

    assert all(deleted != naive(vault.second.taken) for deleted in items(folder).values())


def test_servers_that_cannot_be_asked(vault: Stocked) -> None:
    """An invalid token, a wrong address and one without TLS are told apart."""
    with pytest.raises(Invalid, match="see nothing"):
        take(vault.access("s.invented"), datetime.now(UTC))
    for address, error in (("ftp://x", Invalid), ("https://127.0.0.1:1", Unavailable)):
        with pytest.raises(error):
            take(replace(vault.access(), address=address), datetime.now(UTC))
    secure = vault.access().address.replace("http:", "https:")
    with pytest.raises(Unavailable, match="SSL"):
        take(replace(vault.access(), address=secure), datetime.now(UTC))


def test_the_command(vault: Stocked, tmp_path: Path) -> None:
    """The command takes an inventory with a token of the environment or a file, and keeps none."""
    data, file = tmp_path / "data", tmp_path / "token"
    file.write_text(vault.token + "\n")
    run_json(
        *("--data", data, "ingest", "openbao", vault.log, "--account", "acme", "--json"),
    )
    address = vault.access().address
    told = run_json(
        *("--data", data, "inventory", "openbao", "--json", "--address", address),
        env={"BAO_TOKEN": vault.token},
    )
    assert told["items"] == dict(
        Counter(item.type for item in sorted(vault.last.items, key=str) if not item.deleted)
    )
    assert {gone["item"] for gone in told["gone_items"]} >= {name for _, name in GONE}
    again = run(
        *("--data", data, "inventory", "openbao", "--token-file", file),
        env={"VAULT_ADDR": address},
    )
    assert again.returncode == 0, again.stderr
    assert "gone" not in again.stdout.decode()
    assert run("--data", data, "ledger").returncode == 0
    for path in data.rglob("*"):
        assert not path.is_file() or vault.token.encode() not in path.read_bytes()
    for words, code, said in (
        (("inventory", "none", "--address", address), 3, b"no source 'none'"),
        (("inventory", "openbao"), 2, b"No address"),
        (("inventory", "openbao", "--address", address), 2, b"No token"),
        (("inventory", "openbao/inventory", "--address", address), 2, b"takes no inventories"),
        (("inventory", "openbao", "--account", "x", "--address", address), 2, b"'acme'"),
    ):
        done = run("--data", data, *words)
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_the_policy_is_documented() -> None:
    """The guide shows the very policy that the command prints and these tests use."""
    guide = Path(__file__).parents[2] / "docs/guide/inventory.md"
    assert f"```hcl\n{policy()}```" in guide.read_text()
    assert run("inventory", "--policy").stdout.decode() == policy()
