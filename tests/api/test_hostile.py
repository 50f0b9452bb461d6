"""Hostile names, paths and agents: in the API's answers, errors, headers and log, on a terminal."""

import csv
import io
import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from select import select
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from tests.api.hostile import CONTROLS, PAYLOADS, SCRIPTS
from tests.conftest import command, environment, event, ndjson, run, run_json
from tests.server.serving import Serving, end_with_process

JSON_TYPES = {"application/json", "application/problem+json"}
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Reply:
    """What a request was answered with; header names are lower."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def type(self) -> str:
        """What the body is, without its character set."""
        return self.headers["content-type"].partition(";")[0]

    def json(self) -> Any:  # noqa: ANN401  whatever JSON can hold
        """Read the body."""
        assert self.type in JSON_TYPES
        return orjson.loads(self.body)


@dataclass
class Place:
    """A server whose events are all hostile, and a key that may do everything."""

    serving: Serving
    bearer: str

    def ask(self, method: str, path: str, given: object = None, **headers: str) -> Reply:
        """Ask as an administrator."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Authorization": f"Bearer {self.bearer}", **named}
        if given is not None:
            sent["Content-Type"] = "application/json"
        body = None if given is None else json.dumps(given)
        connection = HTTPConnection("127.0.0.1", self.serving.port, timeout=60)
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        known = {name.lower(): value for name, value in answer.getheaders()}
        reply = Reply(answer.status, known, answer.read())
        connection.close()
        check_headers(reply.headers)
        return reply

    def rows(self, report: str) -> list[dict[str, Any]]:
        """Every row of a report."""
        reply = self.ask("GET", f"/api/v1/reports/{report}?range=all&limit=1000")
        assert reply.status == 200, reply.body
        rows: list[dict[str, Any]] = reply.json()["rows"]
        return rows


def check_headers(headers: Mapping[str, str]) -> None:
    """Check that no answer is taken for a page, and none has a header that somebody made up."""
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "set-cookie" not in headers
    assert all(value.isascii() and value.isprintable() for value in headers.values())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a server of events whose every text is a payload."""
    folder = tmp_path_factory.mktemp("hostile")
    data, log = folder / "data", folder / "events.ndjson"
    log.write_bytes(
        ndjson(
            *(
                event(
                    number,
                    identity=f"id-{number}",
                    identity_name=text,
                    item=f"{number} {text}",
                    item_type=text,
                    account=f"part-{number}",
                    agent=text,
                    session=text,
                    source_event=text,
                    auth_method=text,
                )
                for number, text in enumerate(PAYLOADS)
            )
        )
    )
    taken = run("--data", data, "ingest", "events", log, "--account", "acme")
    assert taken.returncode == 0, taken.stderr.decode()
    key = run_json("--data", data, "keys", "create", "--name", "k", "--role", "admin", "--json")
    serving = Serving(data)
    try:
        serving.start()
        run_json("--data", data, "users", "add", "somebody", "--role", "admin", "--json")
        yield Place(serving, f"{key['access_id']}:{key['access_key']}")
        serving.stop()
    finally:
        end_with_process(serving)


def test_there_are_enough_payloads() -> None:
    """They are many, and each is there once."""
    assert len(SCRIPTS) + len(CONTROLS) >= 60
    assert len(set(PAYLOADS)) == len(PAYLOADS)


def test_names_and_paths_come_back_as_data(place: Place) -> None:
    """Each user and each item is told as JSON, letter by letter as the vault wrote it."""
    users = {row["user"] for row in place.rows("users")}
    assert users == set(PAYLOADS)
    items = {row["item"] for row in place.rows("items")}
    assert items >= {f"{number} {text}" for number, text in enumerate(PAYLOADS)}


@pytest.mark.parametrize("report", ["users", "items"])
def test_tables_for_spreadsheets_hold_no_formula(place: Place, report: str) -> None:
    """CSV has a type and a name of its own, and no cell that a spreadsheet would run."""
    path = f"/api/v1/reports/{report}?range=all&limit=1000"
    reply = place.ask("GET", path, Accept="text/csv")
    assert reply.type == "text/csv"
    assert reply.headers["content-disposition"] == f'attachment; filename="{report}.csv"'
    rows = list(csv.DictReader(io.StringIO(reply.body.decode(), newline="")))
    cells = {cell for row in rows for cell in row.values()}
    assert not [
        cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"))
    ]
    if report == "users":
        assert {row["user"] for row in rows} == {
            f"'{text}" if text.startswith(tuple("=+-@\uff1d\uff20")) else text for text in PAYLOADS
        }


@pytest.mark.parametrize("payload", PAYLOADS)
def test_errors_repeat_nothing_that_could_be_obeyed(place: Place, payload: str) -> None:
    """What is wrong in path, parameter, header or body is told as problem details, as data."""
    name = quote(payload, safe="")
    asked = [
        place.ask("GET", f"/api/v1/reports/{name}"),
        place.ask("GET", f"/api/v1/reports/{name}", Accept="text/csv"),
        place.ask("GET", f"/api/v1/reports/{name}", Accept="text/html"),
        place.ask("GET", f"/api/v1/{name}"),
        place.ask("GET", f"/{name}"),
        place.ask("GET", f"/api/v1/reports/users?{name}={name}"),
        place.ask("GET", f"/api/v1/reports/users?range={name}"),
        place.ask("GET", f"/api/v1/sign-in/{name}"),
        place.ask("GET", f"/api/v1/sign-in/{name}/callback?state={name}&error={name}"),
        place.ask("DELETE", f"/api/v1/providers/{name}"),
        place.ask("POST", "/api/v1/users", {payload: payload, "name": "x"}),
        place.ask("POST", "/api/v1/users", {"name": "x", "roles": [payload]}),
        place.ask("POST", "/api/v1/providers", {"name": payload, "issuer": "x", "client_id": "x"}),
        place.ask("GET", "/api/v1/reports/users", X_Request_Id=name),
    ]
    for reply in asked[:-1]:
        assert reply.status in {400, 401, 404, 405, 406, 422}, (reply.status, reply.body)
        assert reply.type == "application/problem+json"
        assert reply.json()["status"] == reply.status
    assert asked[-1].status == 200


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_are_kept_as_they_are_or_refused(place: Place, payload: str) -> None:
    """A name that can be shown stays as it is; one with anything else in it is refused."""
    is_name = payload.isprintable() and payload == payload.strip()
    for path in ("users", "roles", "groups", "keys"):
        given = {"name": payload} | ({"roles": ["reader"]} if path in {"users", "keys"} else {})
        reply = place.ask("POST", f"/api/v1/{path}", given)
        assert (reply.status == 201) == is_name, (path, reply.status, reply.body)
        if is_name:
            assert reply.json()["name"] == payload
    if is_name:
        listed = place.ask("GET", "/api/v1/roles?limit=1000").json()["rows"]
        assert payload in {role["name"] for role in listed}


def test_the_log_is_one_record_a_line(place: Place) -> None:
    """Whatever was asked, each line of the log is one JSON object of characters that are shown."""
    for payload in PAYLOADS:
        place.ask("GET", f"/nothing/{quote(payload, safe='')}", User_Agent="x", Referer="y")
    lines = place.serving.log.read_text("utf-8").split("\n")
    assert lines.pop() == ""
    while not lines[0].startswith("{"):
        # What the first start tells, before anything is logged.
        assert lines.pop(0).isprintable()
    assert len(lines) > 10
    for line in lines:
        assert line.isprintable()
        assert json.loads(line)["logger"].startswith("vaultmeter")


COMMANDS = (
    ("report", "users", "--range", "all"),
    ("report", "items", "--range", "all"),
    ("report", "users", "--range", "all", "--format", "json"),
    ("report", "users", "--range", "all", "--format", "csv"),
    ("users", "list"),
    ("list-roles",),
    ("trail", "list"),
    ("report", "\x1b[2Jnothing"),
    ("users", "disable", "\x9b31m\u202enobody"),
)


@pytest.mark.parametrize("words", COMMANDS)
def test_a_terminal_is_not_commanded(place: Place, words: tuple[str, ...]) -> None:
    """Nothing but our own styles and ends of lines reaches somebody's terminal."""
    shown = on_a_terminal("--data", place.serving.data, *words)
    shown = re.sub(r"\r+\n", "\n", shown)
    bare = _STYLE.sub("", shown)
    assert len(bare) > 20
    assert all(part.isprintable() or part in "\t\n" for part in bare), repr(bare)
    assert not re.search(r"\x1b\[([0-9;]*;)?[568](;[0-9;]*)?m", shown)


def test_a_table_in_a_file_commands_nothing(place: Place) -> None:
    """A table for people has one line a row, also where it is shown later."""
    done = run("--data", place.serving.data, "report", "users", "--range", "all")
    lines = done.stdout.decode().split("\n")
    assert all(line.isprintable() for line in lines)
    assert len([line for line in lines if "alert(1)" in line]) >= 30


def on_a_terminal(*words: Path | str) -> str:
    """Run a command on a terminal of its own; answers all that it wrote there."""
    ours, theirs = pty.openpty()
    added = {"TERM": "xterm", "COLUMNS": "200"}
    process = subprocess.Popen(  # noqa: S603  our own program
        command(*words), stdin=theirs, stdout=theirs, stderr=theirs, env=environment(added)
    )
    os.close(theirs)
    parts: list[bytes] = []
    try:
        while select([ours], [], [], 60)[0] and (part := os.read(ours, 1 << 16)):
            parts.append(part)
    except OSError:
        # The other side is closed: that is how a terminal ends.
        pass
    finally:
        os.close(ours)
    process.wait(60)
    return b"".join(parts).decode()
