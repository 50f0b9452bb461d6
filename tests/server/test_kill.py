"""Checks under fire: every pushed record that was acknowledged is counted exactly once."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from random import Random

from tests.app.test_kill import DAMAGES, damage
from tests.conftest import Folder, seeded
from tests.server.conftest import NewServing
from tests.server.serving import Serving, until

KILLS, RECORDS, CLIENTS = 100, 200_000, 4
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class Sender:
    """Pushes records with ids of its own until each is acknowledged, or given up."""

    number: int
    serving: Serving
    key: str
    records: int
    random: Random
    acknowledged: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)

    def run(self) -> None:
        """Push everything."""
        waiting = [f"{self.number}-{number}" for number in range(self.records)]
        while waiting:
            size = 1 if self.random.random() < 0.2 else self.random.randint(2, 1_500)
            batch, waiting = waiting[:size], waiting[size:]
            body = self.body(batch)
            if self.random.random() < 0.01:
                # Nobody asks again what became of these.
                self.answers[self.push(body)] += 1
                self.unknown |= set(batch)
                continue
            while (status := self.push(body)) not in (200, 204):
                self.answers[status] += 1
                time.sleep(0.01)
            self.acknowledged |= set(batch)
            if self.random.random() < 0.05:
                self.push(body)

    def body(self, names: list[str]) -> bytes:
        """Write records: out of order, some late by months, some twice."""
        lines = [self.line(name) for name in names]
        lines += [line for line in lines if len(lines) > 1 and self.random.random() < 0.02]
        self.random.shuffle(lines)
        return b"".join(lines)

    def line(self, name: str) -> bytes:
        """Write a record; what is in it depends on its name alone."""
        own = Random(name)  # noqa: S311  nothing secret is chosen
        days = own.choice((0, 0, 0, 0, 1, 40, 200))
        record = {
            "id": name,
            "time": (BEGIN + timedelta(days=days, seconds=own.randrange(86_400))).isoformat(),
            "kind": own.choice(("secret_read", "login", "key_operation")),
            "identity": f"user{own.randrange(50):02}@example.org",
            "item": f"kv/{own.randrange(100)}",
            "agent": name,
        }
        return json.dumps(record).encode() + b"\n"

    def push(self, body: bytes) -> int:
        """Push once; 0 when there was no answer."""
        return self.serving.push("vault", self.key, body)[0]


def fire(serving: Serving, random: Random) -> None:
    """Kill the server and start it again and again, with a damaged store every third time."""
    damages = cycle(DAMAGES)
    for number in range(KILLS):
        time.sleep(random.uniform(0, 1.0))
        serving.kill()
        if number % 3 == 2:
            damage(serving.data / "store.duckdb", next(damages), random)
        serving.start()


def test_acknowledged_records_are_counted_once_however_often_the_server_is_killed(
    folder: Folder, new_serving: NewServing
) -> None:
    """After 100 kills every acknowledged record is in the store once, and none that nobody sent."""
    serving, choose = new_serving(folder.path, VAULTMETER_SEGMENT_BYTES="20000"), seeded(4)
    serving.add("vault", "--connector", "events", "--account", "acme")
    key = serving.key("vault")
    serving.start()
    senders = [
        Sender(number, serving, key, RECORDS // CLIENTS, seeded(number))
        for number in range(CLIENTS)
    ]

    with ThreadPoolExecutor(CLIENTS) as threads:
        running = [threads.submit(sender.run) for sender in senders]
        fire(serving, choose)
        for each in running:
            each.result()
    until(lambda: serving.waiting() == 0, "all is in the store", 300)
    code = serving.stop()

    stored = folder.app.store.query("select agent, count(*) from event group by agent")
    acknowledged = {name for sender in senders for name in sender.acknowledged}
    unknown = {name for sender in senders for name in sender.unknown}
    assert code == 0
    assert sum(sender.answers[0] for sender in senders) > KILLS / 2
    assert [row for row in stored if row[1] != 1] == []
    assert acknowledged - {name for name, _ in stored} == set()
    assert {name for name, _ in stored} - acknowledged <= unknown
    assert len(acknowledged) > RECORDS * 0.9
