"""A server as a process of its own, to be pushed to, killed and started again."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import create_server
from typing import Any

from tests.conftest import run, run_json, started
from tests.warm import Process

PATIENCE = 60.0
"""Seconds within which a server must have done what it is waited for."""


def free_port() -> int:
    """Find a port that nobody listens on."""
    with create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def until(is_so: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait until something is so; fails, naming it, when it does not become so."""
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, f"not within {patience:g} seconds: {what}"
        time.sleep(0.02)


@dataclass
class Serving:
    """A server process of a data folder, on one port for all its lives."""

    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: Process | None = None

    @property
    def log(self) -> Path:
        """What every life of it has logged."""
        return self.data.with_name(f"{self.data.name}.log")

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it answers."""
        added = {"VAULTMETER_RESERVE_BYTES": "0", **self.settings}
        words = ("serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}")
        with self.log.open("ab") as log, Path(os.devnull).open("rb") as nothing:
            files = (nothing.fileno(), log.fileno(), log.fileno())
            self.process = started(words, added, files)
        if wait:
            until(lambda: self.status("/healthz") == 200 or self.has_ended, "the server answers")
            assert not self.has_ended, self.log.read_text()

    def kill(self) -> None:
        """End it at once, wherever it is."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end, and wait for that; answers its exit code."""
        assert self.process is not None
        if not self.has_ended:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    @property
    def has_ended(self) -> bool:
        """Whether there is no process any more."""
        return self.process is None or self.process.poll() is not None

    def request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] = {},
    ) -> tuple[int, bytes]:
        """Ask once, over a connection of its own; status 0 when there is no answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            return 0, b""
        finally:
            connection.close()

    def status(self, path: str) -> int:
        """Ask for a page; answers its status, 0 when there is no answer."""
        return self.request("GET", path)[0]

    def components(self) -> dict[str, tuple[bool, str]]:
        """Every part of it, by name: whether it works, in words."""
        _, body = self.request("GET", "/readyz")
        found = json.loads(body)["components"] if body else []
        return {each["name"]: (each["ok"], each["words"]) for each in found}

    def key(self, source: str) -> str:
        """Make a new ingest key of a source."""
        return str(self.ask("key", source)["key"])

    def push(self, source: str, key: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        """Push records into a source."""
        given = {"Authorization": f"Bearer {key}"} | headers
        return self.request("POST", f"/ingest/{source}", body, given)

    def add(self, name: str, *words: str | Path) -> None:
        """Add a source with the command line."""
        done = run("--data", self.data, "sources", "add", name, *words)
        assert done.returncode == 0, done.stderr.decode()

    def ask(self, *words: str) -> Any:  # noqa: ANN401  whatever JSON can hold
        """Ask the command line about sources."""
        return run_json("--data", self.data, "sources", *words, "--json")

    def waiting(self) -> float:
        """How many lines are accepted and not in the store yet, as the page of metrics says."""
        _, body = self.request("GET", "/metrics")
        found = re.search(rb"^vaultmeter_spool_lines (.*)$", body, re.MULTILINE)
        return float(found[1]) if found else float("inf")

    def is_ready(self) -> bool:
        """Whether every part of it works."""
        return self.status("/readyz") == 200


def end_with_process(serving: Serving) -> None:
    """See to it that no process outlives its test."""
    if not serving.has_ended:
        assert serving.process is not None
        os.kill(serving.process.pid, signal.SIGKILL)
        serving.process.wait()
