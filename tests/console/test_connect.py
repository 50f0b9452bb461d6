"""Connecting a source: the steps, the key that is shown once, and the first record."""

from http.client import HTTPConnection
from shlex import split

import pytest
from tests.console.asked import Console
from tests.server.serving import until

from vaultmeter.console.pages.sources.ways import WAYS, Way

EVENT = (
    '{"time": "2026-11-02T08:14:03Z", "kind": "secret_read", "identity": "ada", "item": "kv/db"}'
)


def _push(console: Console, source: str, key: str) -> None:
    connection = HTTPConnection("127.0.0.1", console.serving.port, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {key}"}
        connection.request("POST", f"/ingest/{source}", EVENT.encode(), headers)
        assert connection.getresponse().status == 204
    finally:
        connection.close()


def test_the_first_record_is_shown_when_it_arrives(empty_console: Console) -> None:
    """From an empty installation to the first record: waiting asks again, and then stops."""
    console = empty_console
    console.get("/sources/new").one("a[href='/sources/new?way=events']")
    form = console.get("/sources/new?way=events")
    assert form.one("input[name=name]")["value"] == "events"
    added = console.post("/sources/new", {"way": "events", "name": "first", "account": "acme"})
    command = split(added.one("#code-curl").get_text())
    key = command[command.index("-H") + 1].removeprefix("Authorization: Bearer ")
    assert command[-1] == f"http://127.0.0.1:{console.serving.port}/ingest/first"
    waiting = added.one("#arrival")
    assert waiting["hx-trigger"] == "every 2s"
    page = added.headers["hx-replace-url"]
    assert key not in page
    assert key not in console.get(page).text()
    _push(console, "first", key)

    def has_come() -> bool:
        return "The first record is here" in console.swap(page, "arrival").text("h2")

    until(has_come, "the page shows it")
    until(lambda: "ada" in console.swap(page, "arrival").text(".event"), "it is counted")
    shown = console.swap(page, "arrival")
    assert "hx-trigger" not in shown.one("#arrival").attrs
    assert "1 line came" in shown.text("#arrival")
    assert shown.one("a.primary")["href"] == "/?range=today"


def test_the_trail_has_who_added_it(empty_console: Console) -> None:
    """Adding and its key are noted as from the API: same acts, same names."""
    empty_console.post("/sources/new", {"way": "events", "name": "noted", "account": "acme"})
    acts = [
        (entry["who"], entry["act"])
        for entry in empty_console.ask("trail", "list", "--json")["rows"]
        if entry["object"] == "noted"
    ]
    assert {act for _, act in acts} == {"source.add", "source.key"}
    assert all(who == "admin" for who, _ in acts)


def test_files_are_added_by_a_command_at_the_machine(empty_console: Console) -> None:
    """Nobody names files from afar: the page has the command, and sees the source it adds."""
    console = empty_console
    names = {"way": "file", "name": "bao", "account": "acme", "path": "/var/log/my bao.log"}
    shown = console.post("/sources/new", names)
    command = split(shown.one("#code-command").get_text())
    assert command[:3] == ["vaultmeter", "sources", "add"]
    assert "Waiting for the source to be added" in shown.text("#arrival")
    assert "bao" not in {each["name"] for each in console.ask("sources", "list", "--json")}
    console.ask(*command[1:], "--json")
    page = shown.headers["hx-replace-url"]
    found = console.swap(page, "arrival").text("#arrival")
    assert "Waiting for the first record" in found
    assert "There is no file /var/log/my bao.log yet." in found


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"way": "events", "name": "No Name"}, "A source cannot be called 'No Name'."),
        ({"way": "events", "name": ""}, "Name of the source is missing."),
        ({"way": "socket", "name": "s", "socket": "http://x"}, "no address to listen at"),
        ({"way": "file", "name": "s", "path": "log.txt"}, "is no absolute path"),
        ({"way": "pigeon", "name": "s"}, "There is no way 'pigeon' to connect."),
    ],
)
def test_what_is_wrong_stands_beside_the_form(
    empty_console: Console, given: dict[str, str], words: str
) -> None:
    """A form that cannot be done is shown again with the reason, and adds nothing."""
    before = empty_console.ask("sources", "list", "--json")
    shown = empty_console.post("/sources/new", given)
    assert shown.status == 422
    assert words in shown.text("main")
    assert empty_console.ask("sources", "list", "--json") == before


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_way_has_its_steps(empty_console: Console, way: Way) -> None:
    """Each way can be begun, and says what to do with the names that are usual."""
    form = empty_console.get(f"/sources/new?way={way.name}")
    assert len(form.soup.select("form.settings-form label")) == len(way.fields)
    steps = empty_console.get(f"/sources/new?way={way.name}&since=1")
    assert steps.soup.select("#steps .do pre")


def test_whoever_does_not_manage_sources_is_refused(empty_console: Console) -> None:
    """A reader gets neither the page nor a source."""
    reader = empty_console.as_("reader")
    assert reader.get("/sources/new").status == 403
    given = {"way": "events", "name": "mine", "account": "acme"}
    assert reader.post("/sources/new", given).status == 403
    assert "mine" not in {each["name"] for each in empty_console.ask("sources", "list", "--json")}
