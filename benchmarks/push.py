"""Pushes into a running server: `python benchmarks/push.py --help`.

Client and server share the machine. Single records are sent at a steady rate, whatever the answers
take, and timed from the moment they were due; batches are sent as fast as they are taken, and
timed until they are in the store.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from urllib.request import Request, urlopen

from disk import syncs_beside
from measure import Figure
from openbao_log import write_log

_HERE = Path(__file__).parent
_COMMAND = str(Path(sys.executable).parent / "vaultmeter")
_CONNECTIONS = 32
_SENDERS = 4
_BATCH = 5_000
_PATIENCE = 120.0
_LINES_A_MEGABYTE = 650
"""Of the log, at least."""


@dataclass
class Server:
    """A server in a process of its own, with a source for each connector."""

    url: str
    port: int
    keys: dict[str, str]
    process: subprocess.Popen[bytes]

    def head(self, source: str, size: int) -> bytes:
        """The headers of a push of so many bytes."""
        lines = (
            f"POST /ingest/{source} HTTP/1.1",
            "Host: vaultmeter",
            f"Authorization: Bearer {self.keys[source]}",
            f"Content-Length: {size}",
        )
        return "\r\n".join(lines).encode() + b"\r\n\r\n"

    def metric(self, name: str) -> float:
        """One number of its metrics, added up over its labels."""
        with urlopen(self.url + "/metrics") as page:  # noqa: S310  our own server
            lines = page.read().decode().splitlines()
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if line.startswith((f"{name} ", f"{name}{{"))
        )

    def post(self, path: str, body: bytes) -> bytes:
        """What a request is answered."""
        request = Request(self.url + path, body, {"Content-Type": "application/json"})  # noqa: S310  as above
        with urlopen(request) as answer:  # noqa: S310
            found: bytes = answer.read()
        return found

    def memory(self, which: str = "VmHWM") -> float:
        """Its highest memory so far, in MB; `VmRSS` is what it has now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        found = next(line for line in status.splitlines() if line.startswith(which))
        return int(found.split()[1]) / 1024

    def wait_until_stored(self) -> None:
        """Wait until everything that was accepted is in the store."""
        until = time.monotonic() + _PATIENCE
        while self.metric("vaultmeter_spool_lines"):
            if time.monotonic() > until:
                raise TimeoutError("The store does not catch up.")
            time.sleep(0.05)


@dataclass
class Answers:
    """The answers to a stream of pushes: seconds of each, and how many were refused."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0

    def note(self, head: bytes, seconds: float) -> None:
        """Count an answer."""
        self.seconds.append(seconds)
        self.refused += not head.startswith((b"HTTP/1.1 204", b"HTTP/1.1 200"))

    def milliseconds(self, share: float) -> float:
        """The time that this share of the pushes was answered in."""
        return 1000 * sorted(self.seconds)[min(int(len(self.seconds) * share), len(self) - 1)]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.seconds)

    def __str__(self) -> str:
        """In words."""
        told = ", ".join(
            f"{name} {self.milliseconds(share):.1f} ms"
            for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
        )
        return told + (f", {self.refused} refused" if self.refused else "")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=1000, help="single records a second")
    parser.add_argument("--seconds", type=int, default=30, help="of single records")
    parser.add_argument("--events", type=int, default=1_000_000, help="in batches")
    options = parser.parse_args()
    folder = _HERE / "data"
    folder.mkdir(exist_ok=True)
    for figure in figures(folder, options.rate, options.seconds, options.events):
        print(f"{figure.what}: {figure.measured}  [{figure.wanted}]")


def figures(
    folder: Path, rate: int = 1000, seconds: int = 30, events: int = 1_000_000
) -> list[Figure]:
    """Latency of single records, and speed of batches, with the memory of the server."""
    sources = {name: name for name in ("openbao", "events")}
    with (
        _empty(folder / "push-data") as data,
        serving(data, folder / "push.log", sources) as server,
    ):
        records = list(_records(folder, rate * seconds))
        with syncs_beside(folder / "sync") as syncs:
            single, resident = asyncio.run(_watched(server, rate, records))
        server.wait_until_stored()
        batches = list(_joined(_events(events)))
        begun = time.monotonic()
        acknowledged = asyncio.run(_batches(server, batches))
        answered = time.monotonic() - begun
        server.wait_until_stored()
        stored = time.monotonic() - begun
        memory = server.memory()
    return [
        Figure(
            f"push of single OpenBao records, {rate} a second for {len(records) // rate} s",
            f"{single}; meanwhile a sync of another file on the disk: {Answers(syncs)}",
            "p99 under 25 ms",
        ),
        Figure(
            f"push of {events:,} events in batches of {_BATCH:,}",
            f"{events / answered:,.0f} a second acknowledged, {events / stored:,.0f} a second until"
            f" all are stored; each batch {acknowledged}",
            "50,000 a second",
        ),
        Figure(
            "memory of the server that takes both",
            f"{_course(resident)} of single records; {memory:.0f} MB at most with batches",
            "flat for 10 minutes",
        ),
    ]


async def _watched(server: Server, rate: int, records: list[bytes]) -> tuple[Answers, list[float]]:
    """Push single records, and look at the memory of the server each second, in MB."""
    resident: list[float] = []

    async def look() -> None:
        while True:
            resident.append(server.memory("VmRSS"))
            await asyncio.sleep(1)

    looking = asyncio.create_task(look())
    answers = await _single(server, rate, records)
    looking.cancel()
    return answers, resident


def _course(resident: list[float]) -> str:
    """The memory in the middle of each tenth of the time, in words."""
    tenths = [
        statistics.median(resident[len(resident) * n // 10 : len(resident) * (n + 1) // 10] or [0])
        for n in range(10)
    ]
    return ", ".join(f"{each:.0f}" for each in tenths) + " MB in the tenths of the time"


async def _single(server: Server, rate: int, records: list[bytes]) -> Answers:
    answers = Answers()
    numbers = iter(range(len(records)))
    begun = time.monotonic() + 0.5

    async def send() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for number in numbers:
            due = begun + number / rate
            if (early := due - time.monotonic()) > 0:
                await asyncio.sleep(early)
            writer.write(server.head("openbao", len(records[number])) + records[number])
            head = await reader.readuntil(b"\r\n\r\n")
            answers.note(head, time.monotonic() - due)
        writer.close()

    await asyncio.gather(*(send() for _ in range(_CONNECTIONS)))
    return answers


async def _batches(server: Server, batches: list[bytes]) -> Answers:
    answers = Answers()
    waiting = iter(batches)

    async def send() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for content in waiting:
            begun = time.monotonic()
            writer.write(server.head("events", len(content)))
            writer.write(content)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length")
            )
            await reader.readexactly(length)
            answers.note(head, time.monotonic() - begun)
        writer.close()

    await asyncio.gather(*(send() for _ in range(_SENDERS)))
    return answers


def _records(folder: Path, count: int) -> Iterator[bytes]:
    """So many lines of an OpenBao audit log, none of them twice."""
    megabytes = max(500, count // _LINES_A_MEGABYTE)
    log = folder / f"openbao-{megabytes}.log"
    if not log.exists():
        write_log(log, megabytes * 1_000_000)
    with log.open("rb") as lines:
        yield from islice(lines, count)


def _joined(lines: Iterator[bytes]) -> Iterator[bytes]:
    while batch := b"".join(islice(lines, _BATCH)):
        yield batch


def _events(count: int) -> Iterator[bytes]:
    """Lines of the open format: 500 identities use 2,000 items for a month."""
    for number in range(count):
        second = number * 2_500_000 // count
        event = {
            "id": f"push-{number}",
            "time": f"2026-10-{1 + second // 86_400:02d}T{second // 3600 % 24:02d}"
            f":{second // 60 % 60:02d}:{second % 60:02d}Z",
            "kind": "secret_read",
            "identity": f"user-{number * 7919 % 500}@example.org",
            "item": f"kv/team-{number % 40}/secret-{number * 104729 % 2000}",
            "ip": "192.0.2.7",
        }
        yield json.dumps(event).encode() + b"\n"


@contextmanager
def _empty(data: Path) -> Iterator[Path]:
    """A folder that is not there yet, and is gone at the end."""
    shutil.rmtree(data, ignore_errors=True)
    yield data
    shutil.rmtree(data, ignore_errors=True)


@contextmanager
def serving(data: Path, log: Path, sources: Mapping[str, str]) -> Iterator[Server]:
    """Run a server of a folder, with new sources: the connector of each by its name."""
    words = [_COMMAND, "--data", str(data)]
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [*words, "serve", "--listen", f"127.0.0.1:{port}"], stderr=told, env=os.environ
        )
        try:
            _wait_until_ready(url, process)
            keys = {name: _key(words, name, connector) for name, connector in sources.items()}
            yield Server(url, port, keys, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE)


def _key(words: list[str], source: str, connector: str) -> str:
    """Add a source; answers its key."""
    add = [*words, "sources", "add", source, "--connector", connector, "--json"]
    subprocess.run(add, check=True, stdout=subprocess.DEVNULL)
    show = [*words, "sources", "key", source, "--json"]
    key: str = json.loads(subprocess.run(show, check=True, capture_output=True).stdout)["key"]
    return key


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            with urlopen(url + "/readyz"):  # noqa: S310  our own server
                return
        except OSError:
            if time.monotonic() > until or process.poll() is not None:
                raise
            time.sleep(0.1)


if __name__ == "__main__":
    main()
