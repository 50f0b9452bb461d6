"""Checks a real OpenBao under load while our server fails in every way: nobody there notices."""

import os
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

from tests.conftest import Folder, NewFolder, event, ndjson
from tests.connectors.openbao_server import Client, running
from tests.server.conftest import NewServing
from tests.server.serving import Serving, free_port, until
from tests.server.test_openbao_devices import Work, devices, followed, lines_of

PEOPLE, REQUESTS = 4, 200
FROZEN = 3.0
"""Seconds for which the server stands still."""
_WITHOUT_ID = ("admin", "system:mounts:update", "ok")
"""What OpenBao does before it serves, without a `request.id`: a device that writes it in the next
second tells it as another."""


@dataclass(frozen=True)
class Asked:
    """What a request to the vault was answered with, 0 for nothing, and after how many seconds."""

    status: int
    seconds: float


@dataclass
class Load(Work):
    """People who read and write at the vault; what they were answered, by what was going on."""

    going_on: str = "nothing"
    asked: dict[str, list[Asked]] = field(default_factory=lambda: defaultdict(list))

    def person(self, number: int) -> int:
        """Sign in, and write and read until it is over; answers how many requests failed."""
        client, failed = Client(self.server.port), 0
        who = {"password": "a-long-password"}
        _, answer = client.call("POST", f"auth/userpass/login/person{number}", who, {})
        token = {"X-Vault-Token": answer["auth"]["client_token"]}
        while not self.over.is_set():
            for method, body in (("POST", {"data": {"a": "b"}}), *[("GET", None)] * 3):
                before, begun = self.going_on, time.monotonic()
                try:
                    status, _ = client.call(method, f"team/data/own/{number}", body, token)
                except (OSError, HTTPException):
                    status = 0
                    client.close()
                answered = Asked(status, time.monotonic() - begun)
                for what in {before, self.going_on}:
                    self.asked[what].append(answered)
                failed += status != 200
                time.sleep(0.01)
        client.close()
        return failed

    def during(self, what: str, act: Callable[[], None]) -> None:
        """Do something while people go on working, for as many requests as count."""
        self.going_on = what
        act()
        until(lambda: len(self.asked[what]) >= REQUESTS, f"people work while it is {what}")


def restart(serving: Serving, end: Callable[[], object], **settings: str) -> None:
    """End a server, leave the vault alone for a moment, and start another."""
    end()
    time.sleep(0.5)
    serving.settings = settings
    serving.start()


def freeze(serving: Serving) -> None:
    """Let a server stand still as a whole, for a while."""
    assert serving.process is not None
    os.kill(serving.process.pid, signal.SIGSTOP)
    time.sleep(FROZEN)
    os.kill(serving.process.pid, signal.SIGCONT)


def test_a_vault_does_not_notice_how_the_server_fails(
    tmp_path: Path, folder: Folder, new_folder: NewFolder, new_serving: NewServing
) -> None:
    """Killed, ended, full or with another key: no request fails; frozen: they wait. All is once."""
    serving, socket, log = new_serving(folder.path), free_port(), tmp_path / "one.log"
    serving.add(
        *("bao", "--connector", "openbao", "--account", "acme"),
        *("--file", log, "--socket", f"tcp://127.0.0.1:{socket}"),
    )
    key = serving.key("bao")
    serving.start()

    def full() -> None:
        restart(serving, serving.stop, VAULTMETER_RESERVE_BYTES=str(1 << 60))
        assert serving.push("bao", key, ndjson(event(1)))[0] == 507

    def another_key() -> None:
        serving.key("bao")
        assert serving.push("bao", key, ndjson(event(1)))[0] == 401

    with running(tmp_path, devices(serving, key, socket)) as server:
        load, since = Load(server), datetime.now(UTC)
        load.set_up()
        with ThreadPoolExecutor(PEOPLE) as people:
            working = [people.submit(load.person, number) for number in range(PEOPLE)]
            try:
                load.during("there", lambda: None)
                load.during("killed", lambda: restart(serving, serving.kill))
                load.during("killed again", lambda: restart(serving, serving.kill))
                load.during("ended", lambda: restart(serving, serving.stop))
                load.during("full", full)
                load.during("there again", lambda: restart(serving, serving.stop))
                load.during("frozen", lambda: freeze(serving))
                load.during("another key", another_key)
            finally:
                load.over.set()
            failed = {
                what: [each for each in asked if each.status != 200]
                for what, asked in load.asked.items()
            }
            for each in working:
                each.result()
    written = lines_of(log)
    until(lambda: followed(serving) == written, "the whole log is followed")
    until(lambda: serving.waiting() == 0, "all is in the store")
    assert serving.stop() == 0

    alone = new_folder("alone")
    alone.ingest("openbao", log, source="bao", account="acme")
    assert {what: each for what, each in failed.items() if each} == {}
    assert all(len(asked) >= REQUESTS for asked in load.asked.values())
    # OpenBao waits for the device of HTTP, and its clients wait with it.
    longest = max(each.seconds for each in load.asked["frozen"])
    assert FROZEN * 0.5 < longest < FROZEN * 3
    assert set(alone.event_ids()) <= set(folder.event_ids())
    assert only_in(folder, alone, since) == Counter()
    before = only_in(folder, alone, datetime.min.replace(tzinfo=UTC))
    before.pop(_WITHOUT_ID, None)
    assert before == Counter({("system", "system:update", "error"): 2})
    assert len(folder.event_ids()) == len(set(folder.event_ids()))
    assert folder.totals().duplicates > REQUESTS


def only_in(folder: Folder, other: Folder, since: datetime) -> Counter[tuple[str, str, str]]:
    """Count the events since an instant that another folder has not got, by what they are.

    Before OpenBao serves, it tries each device with a record that no other gets
    (`sys/audit/test`).
    """
    known = set(other.event_ids())
    rows = folder.app.store.query(
        "select id, kind, source_event, outcome from event where time >= $since",
        {"since": since.replace(tzinfo=None)},
    )
    return Counter((kind, event, outcome) for id_, kind, event, outcome in rows if id_ not in known)
