"""How a command asks the server that has the data folder, instead of opening it."""

import socket
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import quote

from vaultmeter.model.errors import Unavailable, VaultmeterError
from vaultmeter.server.local import local_socket
from vaultmeter.settings import Settings

_TIMEOUT = 120.0
"""Seconds that an answer may take: a report over a long range takes some."""
_BASE = "http://vaultmeter"


class RunningServer:
    """A running server of this machine, over its socket in the data folder."""

    def __init__(self, settings: Settings) -> None:
        """Use the socket of a folder; it is connected to with each question."""
        # Most commands find no server, and need no client for it.
        import httpx  # noqa: PLC0415

        self._httpx = httpx
        transport = httpx.HTTPTransport(uds=str(local_socket(settings.data)))
        self._client = httpx.Client(transport=transport, timeout=_TIMEOUT)

    def __enter__(self) -> Self:
        """Use it within a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of it at the block's end."""
        self._client.close()

    def ask(
        self,
        method: str,
        *path: str,
        given: Any = None,  # noqa: ANN401  whatever JSON can hold
        narrowed: Mapping[str, str | None] | None = None,
    ) -> Any:  # noqa: ANN401  the same
        """The answer to a request, from JSON; raises the error that the server answers with.

        `given` is its body, `narrowed` its query, without what is `None`.
        """
        query = {name: word for name, word in (narrowed or {}).items() if word is not None}
        address = "/".join(("local", *(quote(part, safe="") for part in path)))
        answer = self._answer(method, address, given, query)
        if answer.is_error:
            raise _error(answer.json())
        return answer.json()

    def ready(self) -> Any:  # noqa: ANN401  JSON
        """Every part of the server, and whether it works."""
        return self._answer("GET", "readyz", None, {}).json()

    def _answer(self, method: str, address: str, given: Any, query: dict[str, str]) -> Any:  # noqa: ANN401  JSON, and the library's type
        try:
            return self._client.request(method, f"{_BASE}/{address}", json=given, params=query)
        except self._httpx.HTTPError as error:
            raise Unavailable(
                f"The running server does not answer: {error}.", "Look at what it logs."
            ) from error


def running_server(settings: Settings) -> RunningServer | None:
    """The server that has the data folder open; `None` when there is none."""
    path = local_socket(settings.data)
    if not path.is_socket():
        return None
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            # One that was killed leaves its socket behind.
            return None
    return RunningServer(settings)


def _error(problem: dict[str, Any]) -> VaultmeterError:
    """The error that problem details (RFC 9457) tell of: the last part of `type` is its code."""
    code = str(problem.get("type", "")).rpartition(":")[2].rpartition("/")[2]
    kind = {each.code: each for each in _kinds(VaultmeterError)}.get(code, Unavailable)
    return kind(str(problem.get("detail") or problem.get("title")), str(problem.get("hint") or ""))


def _kinds(of: type[VaultmeterError]) -> list[type[VaultmeterError]]:
    return [kind for each in of.__subclasses__() for kind in (each, *_kinds(each))]
