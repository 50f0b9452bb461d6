"""A real OpenBao server with two file audit devices, started for the tests and stopped after."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT_TOKEN = "root"  # noqa: S105  of a server that lives for seconds
PATIENCE = 30.0
_DEVICE = """
audit "file" "{name}" {{
  options {{
    file_path = "{path}"
  }}
}}
"""


class Client:
    """One connection to a server."""

    def __init__(self, port: int) -> None:
        """Connect when the first request is sent, and again after an error."""
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def call(
        self,
        method: str,
        path: str,
        body: Any,  # noqa: ANN401
        headers: dict[str, str],
    ) -> tuple[int, Any]:
        """Send one request; answers the status, and the body when it is JSON."""
        self._connection.request(
            method, f"/v1/{path}", None if body is None else json.dumps(body), headers
        )
        answer = self._connection.getresponse()
        content = answer.read()
        with suppress(ValueError):
            return answer.status, json.loads(content)
        return answer.status, None

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class Server:
    """A development server, its address and the logs of its two audit devices."""

    def __init__(self, folder: Path, devices: str = "") -> None:
        """Start it with an empty memory; raises when it does not answer in time.

        `devices` declares more audit devices, as its configuration file does.
        """
        self.log, self.other_log = folder / "one.log", folder / "two.log"
        config = folder / "audit.hcl"
        config.write_text(
            "".join(_DEVICE.format(name=log.stem, path=log) for log in (self.log, self.other_log))
            + devices
        )
        self.port = two_free_ports()
        with (folder / "server.out").open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603  the server of the development group
                [
                    Path(sys.executable).with_name("bao"),
                    "server",
                    "-dev",
                    "-dev-no-store-token",
                    f"-dev-root-token-id={ROOT_TOKEN}",
                    f"-dev-listen-address=127.0.0.1:{self.port}",
                    f"-config={config}",
                ],
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )
        self.client = Client(self.port)
        self._wait(folder / "server.out")

    def rotate(self, log: Path) -> Path:
        """Rename a log as log rotation does, have the server open it anew; answers the new name."""
        rotated = log.with_name(log.name + ".1")
        log.rename(rotated)
        self._process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + PATIENCE
        while not log.exists():
            assert time.monotonic() < deadline, f"{log} was not opened anew."
            time.sleep(0.01)
        return rotated

    def stop(self) -> None:
        """End the process; its logs stay."""
        self.client.close()
        self._process.terminate()
        self._process.wait(PATIENCE)

    def _wait(self, out: Path) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError):
                if self.client.call("GET", "sys/health", None, {})[0] == 200:
                    return
            self.client.close()
            assert self._process.poll() is None, out.read_text()
            assert time.monotonic() < deadline, out.read_text()
            time.sleep(0.05)


@contextmanager
def running(folder: Path, devices: str = "") -> Iterator[Server]:
    """Give a server within a block."""
    server = Server(folder, devices)
    try:
        yield server
    finally:
        server.stop()


def two_free_ports() -> int:
    """Find a free port with another free one right above it, which a server takes for its peers."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            with suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                return port
