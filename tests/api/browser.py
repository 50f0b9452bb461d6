"""A browser as far as signing in is concerned: keeps cookies, and says where it comes from."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.conftest import run_json
from tests.server.serving import Serving, end_with_process


@dataclass
class Reply:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    set_cookies: list[str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  whatever JSON can hold
        """Read the body."""
        return json.loads(self.body)


@dataclass
class Browser:
    """Somebody at a server."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    def ask(
        self,
        method: str,
        path: str,
        given: Any = None,  # noqa: ANN401  whatever JSON can hold
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Ask as a page of the server's own does; `headers` are put over the usual ones."""
        body = None if given is None else json.dumps(given).encode()
        return self._asked(method, path, body, headers or {})

    def _asked(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Reply:
        sent = {
            "Origin": f"http://127.0.0.1:{self.port}",
            "Content-Type": "application/json",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRF-Token": self.csrf,
            **headers,
        }
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(
                method, f"/api/v1/{path}", body, {k: v for k, v in sent.items() if v}
            )
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            cookies = answer.headers.get_all("set-cookie") or []
            reply = Reply(answer.status, told, cookies, answer.read())
        finally:
            connection.close()
        self._keep(reply)
        return reply

    def send(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        """Ask with content that is no JSON."""
        return self._asked(method, path, content, headers)

    def sign_in(self, name: str, password: str, code: str | None = None) -> Reply:
        """Sign in; keeps what changes must bring along."""
        return self.ask("POST", "sign-in", {"name": name, "password": password, "code": code})

    def me(self) -> int:
        """Ask who one is; answers the status."""
        return self.ask("GET", "me").status

    def copy(self) -> "Browser":
        """The same, in the hands of somebody else."""
        return Browser(self.port, dict(self.cookies), self.csrf)

    def _keep(self, reply: Reply) -> None:
        for cookie in reply.set_cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            if "max-age=0" in cookie.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        if reply.headers.get("content-type") == "application/json":
            told = reply.json()
            self.csrf = told.get("csrf") or self.csrf if isinstance(told, dict) else self.csrf


@dataclass
class Place:
    """A server where nobody was before, and its administrator's password."""

    serving: Serving
    password: str

    def browser(self) -> Browser:
        """A browser that was never here."""
        return Browser(self.serving.port)

    def admin(self) -> Browser:
        """The administrator, signed in."""
        browser = self.browser()
        reply = browser.sign_in("admin", self.password)
        assert reply.status == 200, reply.body
        return browser

    def add(self, name: str, *roles: str) -> str:
        """Add a user with the command line; answers the password."""
        words = [word for role in roles for word in ("--role", role)]
        told = run_json("--data", self.serving.data, "users", "add", name, *words, "--json")
        return str(told["password"])

    def trail(self, **narrowed: str) -> list[dict[str, Any]]:
        """What was done, the newest first, as the command line tells it."""
        words = [word for name, value in narrowed.items() for word in (f"--{name}", value)]
        told = run_json("--data", self.serving.data, "trail", "list", "--json", *words)
        rows: list[dict[str, Any]] = told["rows"]
        return rows


@contextmanager
def place_of(folder: Path, **settings: str) -> Iterator[Place]:
    """Start a server on a new folder, and read what it tells whoever started it."""
    serving = Serving(folder / "data", settings)
    try:
        serving.start()
        found = re.search(r"with the password (\S+)", serving.log.read_text())
        assert found is not None
        yield Place(serving, found[1])
        assert serving.stop() == 0, serving.log.read_text()
    finally:
        end_with_process(serving)
