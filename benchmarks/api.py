"""Asks a running server over HTTP: `python benchmarks/api.py --help`.

Client and server share the machine. Requests are sent at a steady rate, whatever the answers take,
and timed from the moment they were due to the last byte. Where everything changes, a batch of
events comes in each second, so that no answer is still the one that was told before.
"""

import argparse
import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from measure import Figure, json_of, process_seconds
from push import Answers, Server, serving

_HERE = Path(__file__).parent
_CONNECTIONS = 32
_ORGANISATION = ["--identities", "5000", "--items", "50000", "--months", "12", "--seed", "7"]
_SOURCE = "beside"
_WANTED = "300 a second: p95 under 50 ms when nothing changed, under 150 ms when everything did"


@dataclass(frozen=True)
class Asked:
    """A request that is measured: what it is called, and its bytes."""

    name: str
    request: bytes


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000_000, help="in the store")
    parser.add_argument("--rate", type=int, default=300, help="requests a second")
    parser.add_argument("--seconds", type=int, default=20, help="for each figure")
    options = parser.parse_args()
    folder = _HERE / "data"
    folder.mkdir(exist_ok=True)
    for figure in figures(folder, options.events, options.rate, options.seconds):
        print(f"{figure.what}: {figure.measured}  [{figure.wanted}]")


def figures(
    folder: Path, events: int = 20_000_000, rate: int = 300, seconds: int = 20
) -> list[Figure]:
    """Answers when nothing and when everything changed, and a command that asks the server."""
    found = []
    with copy_of(folder, events) as data:
        made = _key(data)
        brought = f"{made['access_id']}:{made['access_key']}"
        with serving(data, folder / "api.log", {_SOURCE: "events"}) as server:
            for asked in _asked(server, brought):
                found.append(_figure(server, asked, rate, seconds, events, changes=False))
                found.append(_figure(server, asked, rate, seconds, events, changes=True))
            cold = process_seconds(["--data", str(data), "report", "overview"])
            memory = server.memory()
    found.append(
        Figure(
            f"report overview of a running server on {events:,} events, whole process",
            f"{1000 * cold:.0f} ms",
            "under 400 ms",
        )
    )
    found.append(Figure("peak memory of the server that answers", f"{memory:.0f} MB", "flat"))
    return found


@contextmanager
def copy_of(folder: Path, events: int) -> Iterator[Path]:
    """A copy of the organisation, for it is written to; it is gone at the end."""
    made = folder / f"organisation-{events}"
    if not made.exists():
        json_of(["simulate", "--data", str(made), "--events", str(events), *_ORGANISATION])
    data = folder / "api-data"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(made, data)
    try:
        yield data
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _key(data: Path) -> dict[str, str]:
    made, _ = json_of(
        ["--data", str(data), "keys", "create", "--name", "benchmark", "--role", "reader"]
    )
    return {name: str(value) for name, value in made.items()}


def _asked(server: Server, brought: str) -> list[Asked]:
    """The requests of both surfaces; the Akeyless one signs in first, as its clients do."""
    access_id, _, key = brought.partition(":")
    given = {"access-id": access_id, "access-key": key, "access-type": "access_key"}
    token = json.loads(server.post("/auth", json.dumps(given).encode()))["token"]
    body = json.dumps({"token": token, "json": True}).encode()
    return [
        Asked(
            "GET /api/v1/reports/overview",
            b"GET /api/v1/reports/overview HTTP/1.1\r\nHost: vaultmeter\r\n"
            b"Accept-Encoding: gzip\r\n" + f"Authorization: Bearer {brought}\r\n\r\n".encode(),
        ),
        Asked(
            "POST /get-analytics-data",
            b"POST /get-analytics-data HTTP/1.1\r\nHost: vaultmeter\r\n"
            b"Content-Type: application/json\r\nAccept-Encoding: gzip\r\n"
            + f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body,
        ),
    ]


def _figure(
    server: Server, asked: Asked, rate: int, seconds: int, events: int, *, changes: bool
) -> Figure:
    answers = asyncio.run(_measured(server, asked, rate, seconds, changes=changes))
    p95 = f"p95 {answers.milliseconds(0.95):.1f} ms"
    when = "everything changes each second" if changes else "nothing changed"
    return Figure(
        f"{asked.name}, {rate} a second for {seconds} s on {events:,} events, {when}",
        f"{p95}; {answers}",
        _WANTED,
    )


async def _measured(
    server: Server, asked: Asked, rate: int, seconds: int, *, changes: bool
) -> Answers:
    # The first answer is worked out; it is not one of those that nothing changed for.
    await _sent(server, asked, Answers(), rate, iter([0]), time.monotonic())
    answers, begun = Answers(), time.monotonic() + 0.5
    numbers = iter(range(rate * seconds))
    pushing = asyncio.create_task(_push(server)) if changes else None
    await asyncio.gather(
        *(_sent(server, asked, answers, rate, numbers, begun) for _ in range(_CONNECTIONS))
    )
    if pushing is not None:
        pushing.cancel()
    return answers


async def _sent(
    server: Server,
    asked: Asked,
    answers: Answers,
    rate: int,
    numbers: Iterator[int],
    begun: float,
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for number in numbers:
        due = begun + number / rate
        if (early := due - time.monotonic()) > 0:
            await asyncio.sleep(early)
        writer.write(asked.request)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        answers.note(head, time.monotonic() - due)
    writer.close()


async def _push(server: Server) -> None:
    """Send ten events each second, of now."""
    for number in count():
        at = datetime.now(UTC).isoformat()
        content = b"".join(
            json.dumps(
                {
                    "id": f"beside-{at}-{each}",
                    "time": at,
                    "kind": "secret_read",
                    "identity": f"user-{(number + each) % 300}@example.org",
                    "item": f"db/{each}",
                }
            ).encode()
            + b"\n"
            for each in range(10)
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(server.head(_SOURCE, len(content)) + content)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 20"):
            raise RuntimeError(head.decode())
        writer.close()
        await asyncio.sleep(1)


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next(
        (int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length")), 0
    )


if __name__ == "__main__":
    main()
