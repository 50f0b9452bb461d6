"""The official SDK in two versions, each in a process of its own, and a server they talk to."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.conftest import environment, run_json
from tests.server.serving import Serving

ROOT = Path(__file__).parents[3]
OLD = ROOT / ".tools" / "akeyless-5.0.0"
VERSIONS: dict[str, Path | None] = {"5.0.40": None, "5.0.0": OLD}
"""The lenient one of today, and the one that takes nothing but the right types; where they lie."""


@dataclass(frozen=True)
class Refused:
    """A call that the SDK raised for."""

    status: int
    error: str


@dataclass(frozen=True)
class Sdk:
    """The SDK, in a process that runs `driver`, at work on one address."""

    version: str
    host: str
    process: "subprocess.Popen[str]"

    def at(self, host: str) -> "Sdk":
        """The same, at work on another address."""
        return replace(self, host=host)

    def call(self, call: str, model: str, **fields: Any) -> Any:  # noqa: ANN401  JSON
        """Make a call that is to succeed; answers the object the SDK makes of the answer."""
        told = self._ask(call, model, fields)
        assert told.keys() == {"answer", "kind"}, told
        assert told["kind"] != "NoneType", f"{call}: the SDK made nothing of the answer"
        return told["answer"]

    def refused(self, call: str, model: str, **fields: Any) -> Refused:  # noqa: ANN401  as above
        """Make a call that is to be refused."""
        told = self._ask(call, model, fields)
        assert told.keys() == {"status", "body"}, told
        body = json.loads(told["body"])
        assert body.keys() == {"error"}
        return Refused(told["status"], body["error"])

    def raw(self, call: str, model: str, **fields: Any) -> tuple[str, str]:  # noqa: ANN401  as above
        """Make a call; answers the type and the text of the answer."""
        told = self._ask(call, model, fields, raw=True)
        return told["kind"], told["answer"]

    def token(self, key: dict[str, str]) -> str:
        """Sign in with a key."""
        fields = {"access_id": key["access_id"], "access_key": key["access_key"]}
        token: str = self.call("auth", "Auth", **fields)["token"]
        return token

    def _ask(
        self,
        call: str,
        model: str,
        fields: dict[str, Any],
        *,
        raw: bool = False,
    ) -> Any:  # noqa: ANN401  JSON
        assert self.process.stdin is not None
        asked = {"host": self.host, "call": call, "model": model, "fields": fields, "raw": raw}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return _line(self.process)


@contextmanager
def sdk_of(version: str, host: str) -> Iterator[Sdk]:
    """Run the SDK of a version on an address within a block."""
    path = VERSIONS[version]
    if path is not None:
        assert (path / "akeyless").is_dir(), f"{path} is missing: make setup installs it."
    words = [sys.executable, str(Path(__file__).with_name("driver.py"))]
    added = {} if path is None else {"PYTHONPATH": str(path)}
    with subprocess.Popen(  # noqa: S603  our own program
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(added),
    ) as process:
        assert _line(process) == version
        yield Sdk(version, host, process)
        assert process.stdin is not None
        process.stdin.close()


def _line(process: "subprocess.Popen[str]") -> Any:  # noqa: ANN401  JSON
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the SDK's process has ended"
    return json.loads(line)


@dataclass(frozen=True)
class Served:
    """A server process, and a key that may do everything."""

    serving: Serving
    admin: dict[str, str]

    @property
    def host(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.serving.port}"

    def ask(
        self, call: str, body: object, base: str = "", **headers: str
    ) -> tuple[int, dict[str, Any]]:
        """Make a call without the SDK; every answer is a JSON object."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        status, told = self.serving.request("POST", f"{base}/{call}", content, named)
        return status, json.loads(told)

    def token(self) -> str:
        """Sign in with the key that may do everything."""
        fields = {"access-id": self.admin["access_id"], "access-key": self.admin["access_key"]}
        status, told = self.ask("auth", fields)
        assert status == 200
        return str(told["token"])


def admin_key(data: Path) -> dict[str, str]:
    """Make a key that may do everything."""
    words = ("keys", "create", "--name", "admin", "--role", "admin", "--json")
    made: dict[str, str] = run_json("--data", data, *words)
    return made
