"""The console of a server process, asked as a browser without script asks: a cookie and forms."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag
from tests.conftest import run_json
from tests.server.serving import Serving, end_with_process, until

from vaultmeter.access.roles import add_member, create_role, role_named
from vaultmeter.access.users import insert_user
from vaultmeter.app import App
from vaultmeter.demo.simulate import Scale, simulate
from vaultmeter.intake import take_stream
from vaultmeter.model.access import Principal, Role
from vaultmeter.settings import Settings

PASSWORD = "a password of the tests"  # noqa: S105  of servers that live for one test
OPERATOR = Principal.operator()
SCOPED = "acme/platform"
"""The one account that the user `scoped` sees."""
USERS: Mapping[str, Role | str | None] = {
    "admin": "admin",
    "reader": "reader",
    "scoped": Role("scoped", usage_reports="all", accounts=(SCOPED,)),
    "nobody": None,
}
"""Users by name, each with the role it has."""


@dataclass(frozen=True)
class Shown:
    """What a request was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def soup(self) -> BeautifulSoup:
        """The tree of the page."""
        return BeautifulSoup(self.body, "html.parser")

    def one(self, selector: str) -> Tag:
        """The one element that a selector finds; fails for none."""
        found = self.soup.select_one(selector)
        assert found is not None, f"nothing is {selector!r} in\n{self.text()[:2000]}"
        return found

    def text(self, selector: str = "body") -> str:
        """The words of an element, with single spaces."""
        found = self.soup.select_one(selector)
        return "" if found is None else words_of(found)

    def texts(self, selector: str) -> list[str]:
        """The words of every element that a selector finds."""
        return [words_of(each) for each in self.soup.select(selector)]

    def rows(self, selector: str) -> list[list[str]]:
        """The cells of a table's body, row by row."""
        return [
            [words_of(cell) for cell in row.find_all(["th", "td"])]
            for row in self.soup.select(f"{selector} tbody tr")
        ]


def words_of(tag: Tag) -> str:
    """The words of an element, with single spaces."""
    return " ".join(tag.get_text(" ").split())


@dataclass
class Console:
    """A server, and one reader's browser at it."""

    serving: Serving
    user: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Shown:
        """Load a page as it is, everything at once; redirects are followed."""
        joint = "&" if "?" in path else "?"
        is_static = path.startswith("/static/")
        return self._ask("GET", path if is_static else f"{path}{joint}whole=1", b"", headers)

    def swap(self, path: str, target: str) -> Shown:
        """Load one block of a page, as htmx does."""
        return self._ask("GET", path, b"", {"HX-Request": "true", "HX-Target": target})

    def post(self, path: str, given: Mapping[str, object] | None = None, **headers: str) -> Shown:
        """Send a form with the token of a page before; redirects are followed."""
        pairs: list[tuple[str, object]] = [("csrf", self.csrf())]
        for name, value in (given or {}).items():
            several = value if isinstance(value, list | tuple) else [value]
            pairs += [(name, each) for each in several]
        return self._ask("POST", path, urlencode(pairs).encode(), headers)

    def csrf(self) -> str:
        """The token that the pages of this reader hold."""
        found = self._ask("GET", "/settings", b"", {}).soup.select_one("body[data-csrf]")
        return "" if found is None else str(found["data-csrf"])

    def report(self, name: str, *options: str) -> dict[str, Any]:
        """The same report by the command line, as JSON."""
        words = ("--data", str(self.serving.data), "report", name, "--format", "json", *options)
        found: dict[str, Any] = run_json(*words)
        return found

    def ask(self, *words: str) -> Any:  # noqa: ANN401  whatever JSON can hold
        """Ask the command line for JSON."""
        return run_json("--data", str(self.serving.data), *words)

    def as_(self, user: str) -> "Console":
        """Another reader's browser, signed in."""
        other = Console(self.serving, user)
        done = other._ask("POST", "/sign-in", _credentials(user), {}, follow=False)
        assert done.status == 303, done.text()
        return other

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        follow: bool = True,
    ) -> Shown:
        shown = self._once(method, path, body, headers)
        while follow and shown.status in {302, 303}:
            shown = self._once("GET", shown.headers["location"], b"", headers)
        return shown

    def _once(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Shown:
        host = f"127.0.0.1:{self.serving.port}"
        sent = {"Host": host, "Origin": f"http://{host}", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self.serving.port, timeout=60)
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            self._keep_cookies(answer)
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Shown(answer.status, told, answer.read())
        finally:
            connection.close()

    def _keep_cookies(self, answer: HTTPResponse) -> None:
        for header in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = header.partition("=")
            value = rest.partition(";")[0]
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)


def _credentials(user: str) -> bytes:
    return urlencode({"name": user, "password": PASSWORD, "next": "/"}).encode()


def make(data: Path, scale: Scale | None) -> None:
    """Make a folder with the events of an invented organisation, or none, and the users."""
    with App(Settings(data=data, reserve_bytes=0), say=lambda _: None) as app:
        if scale is not None:
            take_stream(app, "events", "simulated", "acme", simulate(scale))
        hashed = app.access.passwords.hashed(PASSWORD)
        with app.access.noting(OPERATOR, "test") as connection:
            for name, wanted in USERS.items():
                user = insert_user(connection, name, "", hashed, app.clock())
                if wanted is None:
                    continue
                role = (
                    role_named(connection, wanted)
                    if isinstance(wanted, str)
                    else create_role(connection, OPERATOR, wanted, app.clock())
                )
                add_member(connection, OPERATOR, role, "user", user)


def some_months() -> Scale:
    """Four months of an invented organisation, up to this morning."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Scale(6_000, 60, 300, 4, 4, today)


@contextmanager
def served(
    folder: Path,
    scale: Scale | None,
    settings: Mapping[str, str] = {},
    prepare: Callable[[Path], None] = lambda _: None,
) -> Iterator[Console]:
    """Run a server of such a folder within a block; the reader is the administrator.

    `settings` are of its environment; `prepare` is given the folder before it is served.
    """
    data = folder / "data"
    make(data, scale)
    prepare(data)
    serving = Serving(data, settings)
    try:
        serving.start()
        until(serving.is_ready, "the store is open")
        yield Console(serving).as_("admin")
        assert serving.stop() == 0, serving.log.read_text()
    finally:
        end_with_process(serving)
