"""Checks a real OpenBao that writes to a file, a socket and over HTTP at once: one truth."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event

import apsw
from tests.conftest import Folder, NewFolder, Row
from tests.connectors.openbao_server import ROOT_TOKEN, Client, Server, running
from tests.server.conftest import NewServing
from tests.server.serving import Serving, free_port, until

PEOPLE = 6
_DEVICES = """
audit "http" "push" {{
  options {{
    uri = "http://127.0.0.1:{port}/ingest/bao"
    headers = "{headers}"
  }}
}}
audit "socket" "stream" {{
  options {{
    address = "127.0.0.1:{socket}"
    socket_type = "tcp"
  }}
}}
"""


@dataclass
class Work:
    """What people do at the vault until they are told to stop, and what came of it."""

    server: Server
    over: Event = field(default_factory=Event)
    did: Counter[tuple[str, str]] = field(default_factory=Counter)

    def set_up(self) -> None:
        """Make a mount, a policy and people."""
        self.root("POST", "sys/auth/userpass", {"type": "userpass"})
        self.root("POST", "sys/mounts/team", {"type": "kv", "options": {"version": "2"}})
        rules = {"policy": 'path "team/*" { capabilities = ["create", "read", "update"] }'}
        self.root("PUT", "sys/policies/acl/team", rules)
        for number in range(PEOPLE):
            who = {"password": "a-long-password", "policies": "team"}
            self.root("POST", f"auth/userpass/users/person{number}", who)

    def root(self, method: str, path: str, body: Row) -> None:
        """Do something as the administrator."""
        sent = {"X-Vault-Token": ROOT_TOKEN}
        status, _ = self.server.client.call(method, path, body, sent)
        assert status in (200, 204), (path, status)

    def person(self, number: int) -> int:
        """Sign in, write and read until it is over; answers how many requests failed."""
        client, name, failed = Client(self.server.port), f"person{number}", 0
        _, answer = client.call(
            "POST", f"auth/userpass/login/{name}", {"password": "a-long-password"}, {}
        )
        sent = {"X-Vault-Token": answer["auth"]["client_token"]}
        done = Counter({(name, "login_sessions"): 1})
        while not self.over.is_set():
            path = f"team/data/own/{number}"
            if client.call("POST", path, {"data": {"a": "b"}}, sent)[0] != 200:
                failed += 1
            for _ in range(3):
                status, _ = client.call("GET", path, None, sent)
                failed += status != 200
                done[name, "secrets_read"] += 1
        client.close()
        self.did += done
        return failed


def devices(serving: Serving, key: str, socket: int) -> str:
    """Declare a device of HTTP and one of a socket."""
    headers = json.dumps({"Authorization": [f"Bearer {key}"]}).replace('"', '\\"')
    return _DEVICES.format(port=serving.port, headers=headers, socket=socket)


def lines_of(log: Path) -> int:
    """Count the lines of a log."""
    return log.read_bytes().count(b"\n")


def test_three_devices_are_counted_once_and_a_killed_server_is_not_noticed(
    tmp_path: Path, folder: Folder, new_folder: NewFolder, new_serving: NewServing
) -> None:
    """What was done is reported once, while the server is killed, and nobody at the vault fails."""
    serving, socket = new_serving(folder.path), free_port()
    log = tmp_path / "one.log"
    serving.add(
        *("bao", "--connector", "openbao", "--account", "acme"),
        *("--file", log, "--socket", f"tcp://127.0.0.1:{socket}"),
    )
    key = serving.key("bao")
    serving.start()
    with running(tmp_path, devices(serving, key, socket)) as server:
        work = Work(server)
        work.set_up()
        with ThreadPoolExecutor(PEOPLE) as people:
            failures = [people.submit(work.person, number) for number in range(PEOPLE)]
            for _ in range(3):
                time.sleep(1)
                serving.kill()
                time.sleep(0.5)
                serving.start()
            time.sleep(1)
            work.over.set()
            failed = [each.result() for each in failures]
    written = lines_of(log)
    until(lambda: followed(serving) == written, "the whole log is followed")
    until(lambda: serving.waiting() == 0, "all is in the store")
    shown = serving.ask("show", "bao")
    assert serving.stop() == 0

    alone = new_folder("alone")
    alone.ingest("openbao", log, source="bao", account="acme")
    assert failed == [0] * PEOPLE
    assert reported(folder) == work.did
    assert counts(folder.reports()) == counts(alone.reports())
    assert folder.totals().duplicates > 0
    assert shown["lines"] > written


def followed(serving: Serving) -> int:
    """How many lines of the followed file the inbox has."""
    inbox = apsw.Connection(str(serving.data / "inbox.sqlite"), flags=apsw.SQLITE_OPEN_READONLY)
    rows = inbox.execute("select sum(lines) from file where path like '%/one.log'").fetchall()
    inbox.close()
    return int(rows[0][0] or 0)


def counts(reports: dict[str, list[Row]]) -> dict[str, list[str]]:
    """Every row without instants and what they order: each device writes its own, apart."""
    return {
        name: sorted(
            str(
                {
                    key: value
                    for key, value in row.items()
                    if not isinstance(value, datetime) and key != "place"
                }
            )
            for row in rows
        )
        for name, rows in reports.items()
    }


def reported(folder: Folder) -> Counter[tuple[str, str]]:
    """What the report of users says that each has done."""
    rows = {row["user"]: row for row in folder.report("users") if row["user"].startswith("person")}
    return Counter(
        {
            (name, what): row[what]
            for name, row in rows.items()
            for what in ("login_sessions", "secrets_read")
        }
    )
