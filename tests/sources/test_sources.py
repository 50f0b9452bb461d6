"""Sources: what is added is listed and opens its door, what is removed collects no more."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.conftest import Folder, event, ndjson

from vaultmeter.inbox.batches import Gap
from vaultmeter.model.access import Principal
from vaultmeter.model.collecting import Poll
from vaultmeter.model.errors import Invalid, NotFound, Unavailable
from vaultmeter.model.ingest_key import hash_of, is_whole, opens
from vaultmeter.receive.condition import Condition
from vaultmeter.sources import Sources, Wanted
from vaultmeter.store import Store

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LOG = Path("/var/log/openbao/audit.log")
OPERATOR = Principal.operator()
WANTED = Wanted("bao", "openbao", "acme", (LOG,), "tcp://127.0.0.1:9090")


@pytest.fixture
def sources(folder: Folder) -> Sources:
    """Give the sources of an open folder."""
    app = folder.app
    return Sources(app.inbox, app.access, lambda: app.store)


def again(folder: Folder) -> Sources:
    """Open the folder again, as another process would."""
    app = folder.open()
    return Sources(app.inbox, app.access, lambda: app.store)


def test_what_is_added_is_there_for_the_next_process(folder: Folder, sources: Sources) -> None:
    """Settings and the inbox's own source outlive the process, the same in list and answer."""
    poll = Poll("https://bao:8200", "/etc/token", 3600)
    added = sources.add(OPERATOR, replace(WANTED, poll=poll))
    assert added == {
        "name": "bao",
        "connector": "openbao",
        "account": "acme",
        "files": [str(LOG)],
        "socket": "tcp://127.0.0.1:9090",
        "poll": {
            "address": "https://bao:8200",
            "token_file": "/etc/token",
            "every": 3600,
            "ca_cert": None,
            "namespace": "",
        },
        "key": None,
        "added": "2026-11-22T12:00:00Z",
    }
    later = again(folder)
    assert later.list(OPERATOR) == [added]
    assert later.settings()["bao"].poll == poll
    assert folder.app.inbox.source_named("bao").account == "acme"


def test_an_account_is_default_unless_given(sources: Sources) -> None:
    """A source without an account goes where `ingest` without one goes."""
    assert sources.add(OPERATOR, Wanted("bao", "openbao"))["account"] == "default"
    assert sources.add(OPERATOR, Wanted("eu", "openbao", "/acme/eu/"))["account"] == "acme/eu"


@pytest.mark.parametrize(
    ("wrong", "said", "hint"),
    [
        ({"name": "Bao"}, "cannot be called 'Bao'", "small letters"),
        ({"connector": "openbau"}, "no connector 'openbau'", "Did you mean 'openbao'?"),
        ({"account": "acme/*"}, "not one account", "acme/finance"),
        ({"paths": (Path("audit.log"),)}, "no absolute path", "Begin it with /"),
        ({"socket": "9090"}, "no address to listen at", "tcp://"),
        ({"connector": "events", "poll": Poll("http://x", "/t", 60)}, "no inventories", "openbao"),
    ],
)
def test_what_cannot_be_is_refused(
    sources: Sources, wrong: dict[str, object], said: str, hint: str
) -> None:
    """A mistake says what and what to do, and leaves nothing behind."""
    with pytest.raises((Invalid, NotFound), match=said) as refused:
        sources.add(OPERATOR, replace(WANTED, **wrong))  # type: ignore[arg-type]
    assert hint in refused.value.hint
    assert sources.list(OPERATOR) == []


def test_nothing_is_collected_twice(sources: Sources) -> None:
    """A name, a file and a socket are of one source each."""
    sources.add(OPERATOR, WANTED)
    for other, said in (
        (WANTED, "There is a source 'bao' already"),
        (Wanted("b", "openbao", None, (LOG,)), f"'bao' follows {LOG} already"),
        (Wanted("b", "events", None, (), WANTED.socket), "'bao' listens on .* already"),
    ):
        with pytest.raises(Invalid, match=said):
            sources.add(OPERATOR, other)
    same_twice = Wanted("b", "events", None, (Path("/a"), Path("/a")))
    assert sources.add(OPERATOR, same_twice)["files"] == ["/a"]


def test_a_source_that_was_taken_in_by_hand_is_taken_over(folder: Folder, sources: Sources) -> None:
    """It is listed without settings, may get some of the same kind, and keeps its records."""
    folder.take("events", ndjson(event(1)), source="old", account="acme")
    assert [(each["name"], each["added"]) for each in sources.list(OPERATOR)] == [("old", None)]
    with pytest.raises(Invalid, match="its connector is 'events'"):
        sources.add(OPERATOR, Wanted("old", "openbao"))
    with pytest.raises(Invalid, match="its account is 'acme'"):
        sources.add(OPERATOR, Wanted("old", "events", "globex"))
    assert sources.add(OPERATOR, Wanted("old", "events"))["account"] == "acme"
    assert sources.show(OPERATOR, "old")["events"] == 1


def test_a_key_is_shown_once_and_kept_as_a_hash(folder: Folder, sources: Sources) -> None:
    """The new key opens the door and the old one does not; no file holds either."""
    sources.add(OPERATOR, WANTED)
    assert sources.door("bao") is None
    first, second = sources.key(OPERATOR, "bao")["key"], sources.key(OPERATOR, "bao")["key"]
    door = sources.door("bao")
    assert door is not None
    assert door.source.name == "bao"
    assert is_whole(second)
    assert opens(second, door.key_hash)
    assert not opens(first, door.key_hash)
    assert sources.list(OPERATOR)[0]["key"] == {"end": second[-4:], "made": "2026-11-22T12:00:00Z"}
    again(folder)
    for path in folder.path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert first.encode() not in content
        assert second.encode() not in content
        if path.name == "state.sqlite":
            assert hash_of(second).encode() in content


def test_a_key_for_a_source_that_was_taken_in_by_hand(folder: Folder, sources: Sources) -> None:
    """It gets settings with it; an inventory, which has no address, gets no key."""
    folder.take("events", ndjson(event(1)), source="old")
    sources.key(OPERATOR, "old")
    assert sources.door("old") is not None
    assert sources.settings()["old"].connector == "events"
    folder.app.inbox.source("old/inventory", "inventory", None)
    with pytest.raises(Invalid, match="cannot be called"):
        sources.key(OPERATOR, "old/inventory")


def test_what_was_collected_stays(folder: Folder, sources: Sources) -> None:
    """Removing closes the door and forgets the settings; records and their source remain."""
    folder.take("events", ndjson(event(1), event(2)), source="bao")
    sources.add(OPERATOR, Wanted("bao", "events", None, (LOG,)))
    sources.key(OPERATOR, "bao")
    assert sources.remove(OPERATOR, "bao")["files"] == [str(LOG)]
    assert sources.door("bao") is None
    assert again(folder).settings() == {}
    assert sources_shown(folder)["events"] == 2
    with pytest.raises(NotFound, match="Nothing is collected of source 'bao'"):
        again(folder).remove(OPERATOR, "bao")


def sources_shown(folder: Folder) -> dict[str, object]:
    """Show the source `bao`."""
    return again(folder).show(OPERATOR, "bao")


def test_a_source_that_is_not_there(sources: Sources) -> None:
    """Whatever is asked of it says so, with the name that may be meant."""
    sources.add(OPERATOR, WANTED)
    for ask in (sources.show, sources.key, sources.remove):
        with pytest.raises(NotFound, match="no source 'boa'") as refused:
            ask(OPERATOR, "boa")
        assert "bao" in refused.value.hint
    assert sources.door("boa") is None


def test_showing_what_has_arrived(folder: Folder, sources: Sources) -> None:
    """Latest record and event, what waits, what was rejected, and what may be missing."""
    folder.take("events", ndjson(event(1), event(5)) + b"nonsense\n", source="bao")
    source = folder.app.inbox.source_named("bao")
    folder.app.inbox.note_gap(Gap(source.id, "truncated", NOW, None, 90, "90 bytes at risk."))
    shown = sources.show(OPERATOR, "bao")
    assert {name: shown[name] for name in ("last_received", "last_event", "lines", "pending")} == {
        "last_received": "2026-11-22T12:00:00Z",
        "last_event": "2026-11-01T08:05:00Z",
        "lines": 3,
        "pending": 0,
    }
    assert (shown["events"], shown["rejected"]) == (2, 1)
    assert shown["gaps"] == [
        {
            "kind": "truncated",
            "at": "2026-11-22T12:00:00Z",
            "lines": None,
            "bytes": 90,
            "words": "90 bytes at risk.",
        }
    ]
    assert shown["receivers"] is None


def test_showing_while_the_store_is_made_again(folder: Folder) -> None:
    """What only the store knows is unknown then, and the rest is told."""
    folder.take("events", ndjson(event(1)), source="bao")

    def opening() -> Store:
        message = "The store is being opened."
        raise Unavailable(message)

    app = folder.app
    well = Condition(ok=True, words="Reading.", since=NOW)
    busy = Sources(app.inbox, app.access, opening, lambda name: {f"{name} file": well})
    shown = busy.show(OPERATOR, "bao")
    assert (shown["lines"], shown["events"], shown["pending"]) == (1, None, None)
    assert shown["receivers"] == [
        {
            "name": "bao file",
            "ok": True,
            "condition": "Reading.",
            "since": "2026-11-22T12:00:00Z",
        }
    ]


def test_every_change_is_told(folder: Folder) -> None:
    """A server learns of each change once it holds, and of nothing else."""
    app, told = folder.app, []

    def changed() -> None:
        told.append(sorted(watched.settings()))

    watched = Sources(app.inbox, app.access, lambda: app.store, None, changed)
    watched.add(OPERATOR, WANTED)
    watched.key(OPERATOR, "bao")
    watched.list(OPERATOR)
    watched.show(OPERATOR, "bao")
    watched.remove(OPERATOR, "bao")
    assert told == [["bao"], ["bao"], []]


def test_doors_while_keys_are_changed(sources: Sources) -> None:
    """Whoever asks from other threads gets the key before a change or the one after, never none."""
    sources.add(OPERATOR, WANTED)
    made, seen = [sources.key(OPERATOR, "bao")["key"]], set()
    stop = Event()

    def look() -> None:
        while not stop.is_set():
            door = sources.door("bao")
            assert door is not None
            seen.add(door.key_hash)

    threads = [Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    made += [sources.key(OPERATOR, "bao")["key"] for _ in range(20)]
    stop.set()
    for thread in threads:
        thread.join()
    assert seen <= set(map(hash_of, made))
    last = sources.door("bao")
    assert last is not None
    assert opens(made[-1], last.key_hash)
