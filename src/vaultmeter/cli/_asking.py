"""How a command asks: a server at a URL, the running server of the folder, or the folder itself.

A command declares its questions, and asks them the same way wherever they are answered:

    _SET = Question("PUT /limits", "vaultmeter.limits:set_limit")
    told = asked(context, _SET, product="sm", clients=500)

The function is what the server calls too, so that both answer the same plain object.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pwd import getpwuid
from typing import IO, TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import typer

from vaultmeter.cli._chosen import Chosen, chosen_in
from vaultmeter.cli._options import flags_of, say
from vaultmeter.cli._profiles import profile_named
from vaultmeter.cli._remote import PATIENCE, RemoteServer, Server, running_server
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import Invalid
from vaultmeter.settings import Settings

if TYPE_CHECKING:
    from vaultmeter.app import App

URL, KEY, PROFILE, CA_CERT = (f"VAULTMETER_{name}" for name in ("URL", "KEY", "PROFILE", "CA_CERT"))
"""The variables that name a server, the key for it, a profile, and the certificates to trust."""
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_IN_QUERY = {"GET", "DELETE"}


@dataclass(frozen=True)
class Question:
    """Something that can be asked.

    `address` is the method and the path below `/api/v1`; a `{name}` in it is the field of that
    name. Other fields are the query of GET and DELETE, and the JSON body of the others; the `_` at
    the end of `from_` stays here. `here` is MODULE:FUNCTION, which is called with the open folder,
    who asks, and the fields by name. `patience` is how many seconds an answer may take.
    """

    address: str
    here: str
    patience: float = PATIENCE
    page: int | None = None
    """Rows that a server is asked for at once, of lists that come in pages of their own size."""

    def function(self) -> Callable[..., Any]:
        """The function that answers on an open folder."""
        module, _, name = self.here.partition(":")
        function: Callable[..., Any] = getattr(import_module(module), name)
        return function

    def told(self, fields: dict[str, Any]) -> tuple[str, list[str], dict[str, Any]]:
        """Method, path, and what goes beside them."""
        method, _, path = self.address.partition(" ")
        rest = {name.rstrip("_"): value for name, value in fields.items()}
        parts = [
            str(rest.pop(part.strip("{}"))) if part.startswith("{") else part
            for part in path.strip("/").split("/")
        ]
        return method, parts, rest


class Asked(Protocol):
    """Whoever answers."""

    def ask(self, question: Question, **fields: Any) -> Any:  # noqa: ANN401  JSON, or text
        """The answer, as plain data; raises what the function raises."""

    def rows(self, question: Question, **fields: Any) -> list[dict[str, Any]]:  # noqa: ANN401  JSON
        """All rows of a list, whatever pages it comes in."""


@dataclass(frozen=True)
class Here:
    """The folder itself, open."""

    app: "App"

    def ask(self, question: Question, **fields: Any) -> Any:  # noqa: ANN401  JSON, or text
        """Call the function."""
        who = operator()
        return self.app.recovering(lambda: question.function()(self.app, who, **fields))

    def rows(self, question: Question, **fields: Any) -> list[dict[str, Any]]:  # noqa: ANN401  JSON
        """All of them at once."""
        found: list[dict[str, Any]] = self.ask(question, **fields)["rows"]
        return found


@dataclass(frozen=True)
class There:
    """A server."""

    server: Server

    def ask(self, question: Question, **fields: Any) -> Any:  # noqa: ANN401  JSON, or text
        """Send the question."""
        method, path, rest = question.told(fields)
        if method in _IN_QUERY:
            return self.server.ask(method, *path, narrowed=rest, patience=question.patience)
        return self.server.ask(method, *path, given=rest, patience=question.patience)

    def rows(self, question: Question, **fields: Any) -> list[dict[str, Any]]:  # noqa: ANN401  JSON
        """Page after page."""
        if question.page is not None:
            fields["limit"] = question.page
        page = self.ask(question, **fields)
        found: list[dict[str, Any]] = page["rows"]
        while page["next"] is not None:
            page = self.ask(question, **fields, cursor=page["next"])
            found += page["rows"]
        return found

    def send(self, question: Question, content: IO[bytes], **fields: Any) -> Any:  # noqa: ANN401  JSON
        """Send content, as it is read, with the fields beside it in the address."""
        method, path, rest = question.told(fields)
        return self.server.send(
            method,
            *path,
            content=content,
            headers={"Content-Type": "application/octet-stream"},
            narrowed=rest,
            patience=question.patience,
        )


def operator() -> Principal:
    """Whoever opens a folder, with the name that the machine knows them by."""
    try:
        name = getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())
    return Principal.operator().at(f"{name} on this machine")


@contextmanager
def reached(context: typer.Context) -> Iterator[Here | There]:
    """Whoever answers, for the length of a block: a server, or the folder, which is opened."""
    if named := server_at(chosen_in(context)):
        yield There(named)
        return
    config, flags = flags_of(context)
    settings = Settings.read(config=config, **flags)
    if server := running_server(settings.data):
        yield There(server)
        return
    # What a server is asked needs none of what a folder does: half a second of libraries.
    from vaultmeter.app import App  # noqa: PLC0415

    with App(settings, say=say) as folder:
        yield Here(folder)


def asked(context: typer.Context, question: Question, **fields: Any) -> Any:  # noqa: ANN401  JSON, or text
    """The answer to one question."""
    with reached(context) as there:
        return there.ask(question, **fields)


def server_at(chosen: Chosen) -> RemoteServer | None:
    """The server that options, else the environment, name; raises `Invalid` and `NotFound`."""
    if chosen.data is not None and (chosen.url or chosen.profile):
        raise Invalid("Both a folder and a server are named.", "Leave --data or --url out.")
    if chosen.url and chosen.profile:
        raise Invalid("Both a URL and a profile are named.", "Leave --url or --profile out.")
    url, profile = chosen.url, chosen.profile
    if not url and not profile and chosen.data is None:
        url = os.environ.get(URL)
        profile = None if url else os.environ.get(PROFILE)
    if profile:
        held = profile_named(profile)
        return _server(held.url, chosen.key or held.key, held.ca_cert)
    if url:
        return _server(url, chosen.key or os.environ.get(KEY), None)
    if chosen.key:
        raise Invalid("A key is given, and no server.", "Give --url or --profile with --key.")
    return None


def _server(url: str, key: str | None, ca_cert: str | None) -> RemoteServer:
    trusted = ca_cert or os.environ.get(CA_CERT)
    server = RemoteServer(url, key, Path(trusted) if trusted else None)
    parts = urlsplit(url)
    if key and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        say(f"{server.name} speaks no TLS: the key and the answers can be read on their way.")
    return server
