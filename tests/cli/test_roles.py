"""Roles and keys on the command line: on a folder, beside its server, and over the network."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

import pytest
from tests.cli.conftest import Answer, Ask
from tests.server.serving import Serving, end_with_process, until

SCRIPT = (
    "create-role --name reports --usage-reports-access all --description Reports",
    "create-role -n acme/eu --usage-reports-access all --accounts acme/eu,acme --json",
    "create-role --name team --analytics-access own --manages limits,sources --audit-access own",
    "create-role --name reports",
    "create-role --name x --usage-reports-access own",
    "create-role --name x --usage-reports-access",
    "create-role --name x --analytics-access scoped",
    "create-role --name x --manages lmits",
    "create-role --name x --accounts acme/*",
    "create-role --name x --delete-protection maybe",
    "create-role",
    "get-role --name reports",
    "get-role --name reprts",
    "get-role --name acme/eu --json",
    "update-role --name acme/eu --accounts * --products sm --manages trail --json",
    "update-role --name acme/eu --usage-reports-access none --manages none --new-name eu",
    "update-role --name eu",
    "update-role --name reader --usage-reports-access none",
    "get-role --name eu --json",
    "keys create --name ci --role reports --role eu --expires 2099-12-31 --json",
    "keys create --name other",
    "keys create --name ci --role reports",
    "keys create --name late --expires 2001-01-01",
    "keys create --name lost --role nothing",
    "keys list",
    "keys list --json",
    "assoc-role-am --role-name team --am-name ci",
    "assoc-role-am --role-name team --am-name ci",
    "assoc-role-am --role-name team --am-name nobody",
    "assoc-role-am --role-name team --group nobody",
    "assoc-role-am --role-name team",
    "delete-assoc --assoc-id ass-nothing",
    "list-roles",
    "list-roles --json",
    "update-role --name team --delete-protection true",
    "delete-role --name team",
    "update-role --name team --delete-protection false",
    "delete-role --name team",
    "delete-role --name team",
    "keys delete --name ci",
    "keys delete --name ci",
    "keys list --json",
)
"""What is typed, one after the other; every line ends the same way everywhere."""


@contextmanager
def served(data: Path) -> Iterator[Serving]:
    """Run a server of a folder within a block."""
    serving = Serving(data)
    serving.start()
    try:
        until(lambda: serving.components().get("store", (False, ""))[0], "the store is open")
        yield serving
    finally:
        end_with_process(serving)


def typed(ask: Callable[[str], Answer]) -> list[Answer]:
    """Type the whole script."""
    return [same(ask(line)) for line in SCRIPT]


def same(answer: Answer) -> Answer:
    """Leave out what is random, and when things were done."""
    text = json.dumps([answer.code, answer.out, answer.err])
    for pattern, word in (
        (r"p-[a-z0-9]{14}", "ID"),
        (r"vm_key_\w+", "KEY"),
        (r"ass-[0-9a-f]{16}", "ASSOCIATION"),
        (r"20[0-8]\d-\d\d-\d\dT[\d:.]+Z", "TIME"),
        (r"last used: (TIME|never)", "USED"),
        (r'last_used\\": (null|\\"TIME\\")', "USED"),
    ):
        text = re.sub(pattern, word, text)
    return Answer(*json.loads(text))


@pytest.fixture
def new(ask: Ask, tmp_path: Path) -> Path:
    """Give a new folder with a key that may do everything, kept beside it."""
    made = ask(
        "--data", tmp_path / "data", "keys", "create", "--name", "boss", "--role", "admin", "--json"
    )
    (tmp_path / "key.json").write_text(made.out, "utf-8")
    return tmp_path / "data"


def bearer(folder: Path) -> str:
    """Read the key that may do everything."""
    made = json.loads(folder.with_name("key.json").read_text("utf-8"))
    return f"{made['access_id']}:{made['access_key']}"


def test_every_way_comes_to_the_same(ask: Ask, new: Path, tmp_path: Path) -> None:
    """Code and words are the same on a folder, beside its server, and over the network."""
    with served(new) as first:
        # The first start makes an administrator, whom every folder is to have.
        assert first.stop() == 0
    beside, remote = tmp_path / "b" / "data", tmp_path / "c" / "data"
    for copy in (beside, remote):
        copytree(new, copy)
    alone = typed(lambda line: ask("--data", new, *line.split()))
    with served(beside):
        assert typed(lambda line: ask("--data", beside, *line.split())) == alone
    with served(remote) as server:
        url = f"http://127.0.0.1:{server.port}"
        key = bearer(new)
        answers = typed(lambda line: ask("--url", url, "--key", key, *line.split()))
    assert answers == alone
    assert [answer.code for answer in alone].count(0) == 20
    assert {answer.code for answer in alone} == {0, 2, 3}


def test_a_value_that_there_is_not_is_refused_clearly(ask: Ask, new: Path) -> None:
    """The message names the option, what was written, and what may be."""
    words = ("create-role", "--name", "x", "--usage-reports-access", "bogus")
    answer = ask("--data", new, *words)
    assert (answer.code, answer.out) == (2, "")
    assert "usage-reports-access is 'bogus'." in answer.err
    assert "all, none" in answer.err


def test_a_key_is_printed_once(ask: Ask, new: Path) -> None:
    """What is printed signs in, and is in no list afterwards."""
    made = json.loads(
        ask("--data", new, "keys", "create", "--name", "k", "--role", "reader", "--json").out
    )
    assert made["access_id"].startswith("p-")
    for words in (("keys", "list", "--json"), ("list-roles", "--json")):
        assert made["access_key"] not in ask("--data", new, *words).out
    answer = ask(
        *("--data", new, "auth"),
        *("--access-id", made["access_id"], "--access-key", made["access_key"]),
    )
    assert answer.code == 0


def test_a_role_that_was_given_can_be_taken(ask: Ask, new: Path) -> None:
    """The association that is printed is the one that ends it."""
    ask("--data", new, "keys", "create", "--name", "k")
    given = ask("--data", new, "assoc-role-am", "-r", "reader", "-a", "k")
    id_ = given.out.split()[-1]
    assert ask("--data", new, "delete-assoc", "--assoc-id", id_).code == 0
    told = json.loads(ask("--data", new, "get-role", "--name", "reader", "--json").out)
    assert told["members"] == []
    assert ask("--data", new, "delete-assoc", "--assoc-id", id_).code == 3


def test_whoever_may_not_is_refused(ask: Ask, new: Path) -> None:
    """Over the network a key does what its roles let it do: code 6, and what would be needed."""
    made = json.loads(
        ask("--data", new, "keys", "create", "--name", "k", "--role", "reader", "--json").out
    )
    key = f"{made['access_id']}:{made['access_key']}"
    with served(new) as server:
        url = f"http://127.0.0.1:{server.port}"
        answer = ask("--url", url, "--key", key, "create-role", "--name", "mine")
        assert answer.code == 6
        assert "--manages roles" in answer.err
        assert ask("--url", url, "--key", f"{key}x", "list-roles").code == 6
        assert ask("--url", url, "--token", key, "get-analytics-data").code == 0
