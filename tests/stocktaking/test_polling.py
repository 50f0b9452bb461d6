"""Inventories that a server takes by itself, of a real OpenBao server."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import sleep, time

import pytest
from tests.conftest import Folder
from tests.connectors.openbao_server import ROOT_TOKEN, Server, running
from tests.connectors.openbao_stock import token_of

from vaultmeter.connectors._openbao_inventory import policy
from vaultmeter.life import Life
from vaultmeter.model.collecting import Poll
from vaultmeter.receive.gate import Gate
from vaultmeter.receive.poll import Poller
from vaultmeter.stocktaking import inventory_poller


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server with a mount and one secret in it."""
    with running(tmp_path_factory.mktemp("polled")) as server:
        made = {"type": "kv", "options": {"version": "1"}}
        root(server, "POST", "sys/mounts/kv", made)
        root(server, "PUT", "kv/first", {"a": "b"})
        yield server


def root(server: Server, method: str, path: str, body: object = None) -> None:
    """Do something as root that must succeed."""
    status, answer = server.client.call(method, path, body, {"X-Vault-Token": ROOT_TOKEN})
    assert status < 300, answer


@pytest.fixture
def token_file(vault: Server, tmp_path: Path) -> Path:
    """Give a file with a token of the documented policy."""
    path = tmp_path / "token"
    path.write_text(token_of(vault, policy()) + "\n")
    path.chmod(0o600)
    return path


@contextmanager
def poller_of(folder: Folder, vault: Server, token_file: Path) -> Iterator[Poller]:
    """Give the poller of a source, with a gate that runs."""
    app, life = folder.app, Life()
    source = app.inbox.source("bao", "openbao", "acme")
    gate = Gate(app.inbox, app.settings)
    thread = Thread(target=gate.run, args=(life,))
    thread.start()
    poll = Poll(f"http://127.0.0.1:{vault.port}", str(token_file), 3600)
    try:
        yield inventory_poller(app, gate, source, poll, folder.said.append)
    finally:
        life.stop()
        thread.join(10)


def items(folder: Folder) -> dict[str, bool]:
    """Flush, and read the items, each with whether it is deleted."""
    folder.app.flush_waiting()
    folder.app.fold()
    rows = folder.app.store.query("select name, deleted is not null from item")
    return dict(rows)


def until_another_second() -> None:
    """Wait: inventories are told apart by the vault's clock, which tells whole seconds (Date)."""
    second = int(time())
    while int(time()) == second:
        sleep(0.02)


def nothing() -> None:
    """Beat for nobody."""


def test_what_is_there_and_what_is_gone(folder: Folder, vault: Server, token_file: Path) -> None:
    """Each poll brings the facts through the gate; what a later one misses is deleted."""
    folder.open(reserve_bytes=0)
    with poller_of(folder, vault, token_file) as poller:
        poller.ask(nothing)
        assert poller.condition.ok, poller.condition.words
        assert items(folder) == {"kv/first": False}
        root(vault, "PUT", "kv/second", {"a": "b"})
        root(vault, "DELETE", "kv/first")
        folder.clock.now = poller.due
        until_another_second()
        poller.ask(nothing)
        assert items(folder) == {"kv/first": True, "kv/second": False}
    with poller_of(folder, vault, token_file) as poller:
        assert poller.last is not None, "a restart knows of the last answer"
        assert poller.rest() > 0
    root(vault, "PUT", "kv/first", {"a": "b"})
    root(vault, "DELETE", "kv/second")


def test_another_vault_in_the_account_is_refused(
    folder: Folder, vault: Server, token_file: Path, tmp_path: Path
) -> None:
    """What one vault has would be missed in the inventory of the other: nothing comes in."""
    folder.open(reserve_bytes=0)
    with poller_of(folder, vault, token_file) as poller:
        poller.ask(nothing)
    items(folder)
    folder.app.inbox.source("other", "openbao", "acme")
    (tmp_path / "other").mkdir()
    with running(tmp_path / "other") as second:
        file = tmp_path / "other-token"
        file.write_text(token_of(second, policy()))
        file.chmod(0o600)
        app, gate = folder.app, Gate(folder.app.inbox, folder.app.settings)
        poll = Poll(f"http://127.0.0.1:{second.port}", str(file), 3600)
        other = app.inbox.source_named("other")
        poller = inventory_poller(app, gate, other, poll, folder.said.append)
        poller.ask(nothing)
    assert not poller.condition.ok
    assert "has the inventory of another vault" in poller.condition.words
    assert "other/inventory" not in [source.name for source in folder.app.inbox.sources()]


def test_a_token_that_everybody_may_read(folder: Folder, vault: Server, token_file: Path) -> None:
    """It is not used; what to do is said, and nothing is asked of the vault."""
    token_file.chmod(0o644)
    with poller_of(folder, vault, token_file) as poller:
        poller.ask(nothing)
    assert f"Everybody may read {token_file}. Run: chmod o= " in poller.condition.words
    token_file.unlink()
    with poller_of(folder, vault, token_file) as poller:
        poller.ask(nothing)
    assert f"There is no file {token_file}." in poller.condition.words
