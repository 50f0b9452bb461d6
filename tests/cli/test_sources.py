"""`vaultmeter sources`: the same with and without a running server, which takes changes up."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from tests.cli.conftest import Answer, Ask
from tests.cli.serving import serving
from tests.conftest import event, ndjson, run, run_json

from vaultmeter.model.ingest_key import is_whole

Sources = Callable[..., Answer]


@pytest.fixture(params=["alone", "with a server"])
def sources(request: pytest.FixtureRequest, ask: Ask, tmp_path: Path) -> Iterator[Sources]:
    """Give `vaultmeter sources` of a folder that a server has open, or nobody."""
    data = tmp_path / "data"

    def asked(*words: Path | str) -> Answer:
        return ask("--data", data, "sources", *words)

    if request.param == "alone":
        yield asked
        return
    with serving(data):
        yield asked


def test_a_source_from_beginning_to_end(
    sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Added, listed, shown, given a key and removed: every answer in words and as JSON."""
    monkeypatch.chdir(tmp_path)
    assert sources("list").out == "There is no source: vaultmeter sources add NAME makes one.\n"
    assert json.loads(sources("list", "--json").out) == []
    words = ("--connector", "openbao", "--account", "acme", "--file", "a.log", "--file", "b.log")
    added = sources("add", "bao", *words)
    files = f"follows {tmp_path}/a.log, follows {tmp_path}/b.log"
    assert (added.code, added.out) == (0, f"bao: openbao, account acme; {files}.\n")
    bare = sources("add", "pushed", "--connector", "events", "--json")
    assert json.loads(bare.out)["files"] == []
    assert bare.err == ""
    key = sources("key", "pushed")
    assert is_whole(key.out.strip())
    assert "shown once" in key.err
    made = json.loads(sources("key", "pushed", "--json").out)
    assert made["source"] == "pushed"
    assert made["key"] != key.out.strip()
    assert sources("list").out.splitlines() == [
        f"bao     openbao  acme  {files}",
        f"pushed  events  default  is pushed to with a key that ends in {made['key'][-4:]}",
    ]
    shown = json.loads(sources("show", "bao", "--json").out)
    assert shown["files"] == [f"{tmp_path}/a.log", f"{tmp_path}/b.log"]
    assert (shown["lines"], shown["pending"], shown["rejected"]) == (0, 0, 0)
    removed = sources("remove", "bao")
    assert removed.out == "bao is collected no more. What was collected stays, in every report.\n"
    assert json.loads(sources("remove", "pushed", "--json").out)["name"] == "pushed"
    assert [each["added"] for each in json.loads(sources("list", "--json").out)] == [None, None]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("add Bao --connector openbao", 2, "A source cannot be called 'Bao'."),
        ("add bao --connector openbau", 3, "Did you mean 'openbao'?"),
        ("add bao --connector openbao --socket 9090", 2, "'9090' is no address to listen at."),
        ("add bao --connector openbao --token-file t", 2, "Give --poll URL with them."),
        ("add bao --connector openbao --poll http://x", 2, "Give --token-file"),
        ("add bao --connector openbao --poll http://x --token-file t --every 6", 2, "Write 15m"),
        ("add bao --connector events --poll http://x --token-file t", 2, "no inventories"),
        ("show nobody", 3, "There is no source 'nobody'."),
        ("key nobody", 3, "There is no source 'nobody'."),
        ("remove nobody", 3, "There is no source 'nobody'."),
        ("show ../../etc/passwd", 3, "There is no source '../../etc/passwd'."),
    ],
)
def test_what_is_wrong_is_said_alone(
    ask: Ask, tmp_path: Path, words: str, code: int, said: str
) -> None:
    """Without a server a mistake ends with its exit code, one error, and a hint."""
    answer = ask("--data", tmp_path / "data", "sources", *words.split())
    assert (answer.code, answer.out) == (code, "")
    assert said in " ".join(answer.err.split())


def test_what_is_wrong_is_said_by_a_server(ask: Ask, tmp_path: Path) -> None:
    """A server's refusals come out as they do without one: code, words and hint."""
    mistakes = [
        ("add", "Bao", "--connector", "openbao"),
        ("add", "bao", "--connector", "openbau"),
        ("add", "bao", "--connector", "openbao", "--socket", "9090"),
        ("add", "bao", "--connector", "events", "--poll", "http://x", "--token-file", "t"),
        ("show", "nobody"),
        ("show", "no/body%2f?x=1#é"),
        ("key", "nobody"),
        ("remove", "nobody"),
    ]
    data = tmp_path / "data"
    alone = [ask("--data", data, "sources", *words) for words in mistakes]
    with serving(data):
        served = [ask("--data", data, "sources", *words) for words in mistakes]
    assert served == alone
    assert all(answer.code for answer in served)


def test_a_running_server_takes_changes_up_at_once(ask: Ask, tmp_path: Path) -> None:
    """A file is followed from the moment it is added, and no more from that of its removal."""
    data, log = tmp_path / "data", tmp_path / "events.ndjson"
    log.write_bytes(ndjson(event(1), event(2)))
    with serving(data, flush_every="0.1"):
        ask("--data", data, "sources", "add", "live", "--connector", "events", "--file", log)
        shown = wait_for(ask, data, lambda source: source["events"] == 2)
        assert [receiver["name"] for receiver in shown["receivers"]] == ["follow live"]
        assert "follow live" in ask("--data", data, "sources", "show", "live").out
        with log.open("ab") as file:
            file.write(ndjson(event(3)) + b"nonsense\n")
        wait_for(ask, data, lambda source: (source["events"], source["rejected"]) == (3, 1))
        assert ask("--data", data, "sources", "remove", "live").code == 0
        with log.open("ab") as file:
            file.write(ndjson(event(4)))
        gone = json.loads(ask("--data", data, "sources", "show", "live", "--json").out)
        assert (gone["receivers"], gone["lines"]) == ([], 4)
    (day,) = run_json("--data", data, "ledger", "--json")["days"]
    assert (day["received"], day["stored"], day["rejected"]) == (4, 3, 1)
    alone = ask("--data", data, "sources", "show", "live").out
    assert "No server is running" in alone


def wait_for(ask: Ask, data: Path, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Show the source `live` until something is so."""
    until = monotonic() + 30
    while True:
        shown = json.loads(ask("--data", data, "sources", "show", "live", "--json").out)
        if is_so(shown):
            return dict(shown)
        assert monotonic() < until, shown
        sleep(0.1)


def test_a_socket_that_a_killed_server_left_is_no_server(ask: Ask, tmp_path: Path) -> None:
    """The command opens the folder by itself then."""
    data = tmp_path / "data"
    with serving(data) as server:
        server.kill()
        server.wait()
    assert (data / "server.sock").is_socket()
    assert ask("--data", data, "sources", "add", "a", "--connector", "events").code == 0


def test_everything_in_the_folder_is_private(tmp_path: Path) -> None:
    """Whatever the mask of the shell is, nobody else may read what a server or command writes."""
    data, log = tmp_path / "data", tmp_path / "events.ndjson"
    log.write_bytes(ndjson(event(1)))
    small = {"VAULTMETER_SEGMENT_BYTES": "1"}
    assert run("--data", data, "ingest", "events", log, env=small).returncode == 0
    assert open_to_others(data) == []
    with serving(data, segment_bytes="1"):
        assert open_to_others(data) == []
    assert open_to_others(data) == []


def open_to_others(data: Path) -> list[str]:
    """List what somebody else may do something with, with its mode."""
    return [
        f"{path.stat().st_mode:o} {path}"
        for path in (data, *data.rglob("*"))
        if path.stat().st_mode & 0o077
    ]
