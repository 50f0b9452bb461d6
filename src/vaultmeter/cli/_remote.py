"""A server that commands ask: the one that has the data folder, or one at a URL with a key.

Both answer the same addresses. What comes back is believed only where it is what was asked for:
a page of a proxy, with whatever status, is an error that says so.
"""

import json
import shutil
import socket
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from ssl import SSLCertVerificationError, SSLContext, SSLError, create_default_context
from typing import IO, Any, Protocol
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from vaultmeter.model.errors import Invalid, NotFound, Unavailable, VaultmeterError
from vaultmeter.server.local import local_socket

PATIENCE = 120.0
"""Seconds that an answer may take: a report over a long range takes some."""
_CONNECT = 10.0
"""Seconds within which a server must be there."""
_API = "/api/v1"
_JSON = "application/json"
_PROBLEM = "application/problem+json"
_NOT_FOUND, _SERVER_ERROR, _NO_CONTENT = 404, 500, 204
_OK = 200
_FILE = {"Accept": "*/*"}
_MADE = (201, 202)
"""Statuses whose Location names what was made, and leads nowhere else."""
_SHOWN = 60


class Sink(Protocol):
    """What takes bytes as they come."""

    def write(self, part: bytes, /) -> object:
        """Take some."""


class Server:
    """A server, and who asks it. Each question has a connection of its own."""

    def __init__(self, name: str, path: str = "", key: str | None = None) -> None:
        """Call it by a name in messages; `path` is before every address."""
        self.name, self._path, self._key = name, path, key

    def ask(
        self,
        method: str,
        *path: str,
        given: Any = None,  # noqa: ANN401  whatever JSON can hold
        narrowed: Mapping[str, Any] | None = None,
        patience: float = PATIENCE,
    ) -> Any:  # noqa: ANN401  whatever JSON can hold
        """The answer to a question, from JSON or as text; raises the error the server tells.

        `given` is its body, `narrowed` its query, without what is `None`.
        """
        body = None if given is None else json.dumps(given).encode()
        headers = {"Content-Type": _JSON} if body is not None else {}
        address = _address(path, narrowed or {})
        return self._told(*self._exchange(method, address, body, headers, patience))

    def send(
        self,
        method: str,
        *path: str,
        content: IO[bytes],
        headers: Mapping[str, str],
        narrowed: Mapping[str, Any],
        patience: float = PATIENCE,
    ) -> Any:  # noqa: ANN401  whatever JSON can hold
        """The same of content that is sent as it is read."""
        address = _address(path, narrowed)
        return self._told(*self._exchange(method, address, content, headers, patience))

    def fetch(self, *path: str, out: Sink, patience: float = PATIENCE) -> None:
        """Write what is answered to a file, as it comes; raises the error the server tells."""
        connection = self.connection()
        try:
            answer = self._begun(connection, "GET", _address(path, {}), None, _FILE, patience)
            if answer.status == _OK:
                shutil.copyfileobj(answer, out)
                return
            kind = answer.getheader("Content-Type", "").partition(";")[0].strip().lower()
            self._told(answer.status, kind, answer.read())
        except (OSError, HTTPException) as error:
            raise self._silent(error, patience) from error
        finally:
            connection.close()
        raise self._strange(answer.status, kind, b"")

    def ready(self) -> Any:  # noqa: ANN401  JSON
        """Every part of the server, and whether it works."""
        status, kind, body = self._exchange("GET", "/readyz", None, {}, PATIENCE)
        return self._read(kind, body) if kind == _JSON else self._told(status, kind, body)

    def connection(self) -> HTTPConnection:
        """A connection that is not connected yet."""
        raise NotImplementedError

    def _exchange(
        self,
        method: str,
        address: str,
        body: bytes | IO[bytes] | None,
        headers: Mapping[str, str],
        patience: float,
    ) -> tuple[int, str, bytes]:
        """Status, media type and body of an answer; raises `Unavailable` where there is none."""
        connection = self.connection()
        try:
            answer = self._begun(connection, method, address, body, headers, patience)
            kind = answer.getheader("Content-Type", "").partition(";")[0].strip().lower()
            goes_to = answer.getheader("Location")
            if goes_to and answer.status not in _MADE:
                kind = f"a redirection to {goes_to[:_SHOWN]}"
            return answer.status, kind, answer.read()
        except (OSError, HTTPException) as error:
            raise self._silent(error, patience) from error
        finally:
            connection.close()

    def _begun(
        self,
        connection: HTTPConnection,
        method: str,
        address: str,
        body: bytes | IO[bytes] | None,
        headers: Mapping[str, str],
        patience: float,
    ) -> HTTPResponse:
        """The answer to a question that is sent now, before its body is read."""
        key = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        connection.connect()
        connection.sock.settimeout(patience)
        connection.request(
            method,
            self._path + address,
            body,
            {"Accept": f"{_JSON}, text/plain", **key, **headers},
            encode_chunked=body is not None and not isinstance(body, bytes),
        )
        return connection.getresponse()

    def _told(self, status: int, kind: str, body: bytes) -> Any:  # noqa: ANN401  JSON or text
        if status == _NO_CONTENT:
            return None
        if status // 100 == 2:  # noqa: PLR2004  the statuses of success begin with it
            if kind == "text/plain":
                return body.decode()
            if kind == _JSON:
                return self._read(kind, body)
        elif kind in {_JSON, _PROBLEM} and isinstance(found := self._read(kind, body), dict):
            raise _error(status, found)
        raise self._strange(status, kind, body)

    def _read(self, kind: str, body: bytes) -> Any:  # noqa: ANN401  whatever JSON can hold
        try:
            return json.loads(body)
        except ValueError as error:
            raise self._strange(200, f"broken {kind}", body) from error

    def _strange(self, status: int, kind: str, body: bytes) -> Unavailable:
        what = (kind or "something without a type") if body or "redirection" in kind else "nothing"
        return Unavailable(
            f"{self.name} answered with {what} (status {status}), which no vaultmeter does.",
            "Something else answers there, such as a proxy: check the URL, and what is between.",
        )

    def _silent(self, error: OSError | HTTPException, patience: float) -> Unavailable:
        """The error of a server that is not there, in words."""
        if isinstance(error, SSLCertVerificationError):
            return Unavailable(
                f"The certificate of {self.name} cannot be verified: {error.verify_message}.",
                "Name the certificates to trust, PEM, in VAULTMETER_CA_CERT or in the profile.",
            )
        if isinstance(error, SSLError):
            return Unavailable(
                f"{self.name} does not speak TLS: {error.reason or error}.", "Check the URL."
            )
        if isinstance(error, socket.gaierror):
            return Unavailable(f"There is no host of {self.name}.", "Check the URL.")
        if isinstance(error, ConnectionRefusedError):
            return Unavailable(f"Nothing listens at {self.name}.", "Start it, or check the URL.")
        if isinstance(error, TimeoutError):
            return Unavailable(
                f"{self.name} did not answer within {patience:.0f} seconds.",
                "Look at what it logs, and at what is between, then ask again.",
            )
        return Unavailable(f"{self.name} does not answer: {error}.", "Look at what it logs.")


class RunningServer(Server):
    """The server of this machine that has a data folder, over its socket file, as operator."""

    def __init__(self, path: Path) -> None:
        """Use a socket file."""
        super().__init__("The running server")
        self._socket = path

    def connection(self) -> HTTPConnection:
        """A connection over the socket file."""
        return _OverFile(self._socket)


class RemoteServer(Server):
    """A server at a URL. Redirections are not followed: they would take the key along."""

    def __init__(self, url: str, key: str | None, ca_cert: Path | None = None) -> None:
        """Use a URL, with a token or `access_id:access_key`; raises `Invalid` and `NotFound`."""
        self._url = _url(url)
        self._ca_cert = ca_cert
        if key is not None and not (key.isascii() and key.isprintable() and " " not in key):
            raise Invalid("The key has characters that no key has.", "Copy it once more.")
        where = f"{self._url.scheme}://{self._url.netloc}{self._url.path.rstrip('/')}"
        super().__init__(where, self._url.path.rstrip("/"), key)

    def connection(self) -> HTTPConnection:
        """A connection; a server's certificate is verified always."""
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme == "http":
            return HTTPConnection(host, port, timeout=_CONNECT)
        return HTTPSConnection(host, port, timeout=_CONNECT, context=self._trust())

    def _trust(self) -> SSLContext:
        if self._ca_cert is None:
            return create_default_context()
        try:
            return create_default_context(cafile=self._ca_cert)
        except FileNotFoundError as error:
            raise NotFound(f"There is no file {self._ca_cert}.", "Check the name.") from error
        except SSLError as error:
            raise Invalid(f"{self._ca_cert} holds no certificates.", "Name a PEM file.") from error


class _OverFile(HTTPConnection):
    """A connection over a socket file."""

    def __init__(self, path: Path) -> None:
        super().__init__("vaultmeter")
        self._file = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_CONNECT)
        self.sock.connect(str(self._file))


def running_server(data: Path) -> RunningServer | None:
    """The server that has a data folder open; `None` when there is none."""
    path = local_socket(data)
    if not path.is_socket():
        return None
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            # One that was killed leaves its socket behind.
            return None
    return RunningServer(path)


def _url(text: str) -> SplitResult:
    """The parts of a URL; raises `Invalid` for one that is not of a server."""
    try:
        url = urlsplit(text)
        is_good = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        is_good = False
    if not is_good or url.username is not None or url.query or url.fragment:
        raise Invalid(
            "The URL is not one of a server.",
            "Write https://HOST or https://HOST:PORT; the key is given beside it.",
        )
    return url


def _address(path: tuple[str, ...], narrowed: Mapping[str, Any]) -> str:
    query = {name: word for name, word in narrowed.items() if word is not None}
    told = urlencode({name: _in_query(word) for name, word in query.items()}, doseq=True)
    parts = "".join(f"/{quote(part, safe='')}" for part in path)
    return f"{_API}{parts}" + (f"?{told}" if told else "")


def _in_query(word: Any) -> Any:  # noqa: ANN401  a word or a list of them
    return str(word).lower() if isinstance(word, bool) else word


def _error(status: int, problem: dict[str, Any]) -> VaultmeterError:
    """The error that problem details (RFC 9457) tell of: the last part of `type` is its code."""
    code = str(problem.get("type", "")).rpartition(":")[2].rpartition("/")[2]
    other = {_NOT_FOUND: NotFound}.get(status, Invalid if status < _SERVER_ERROR else Unavailable)
    kind = {each.code: each for each in _kinds(VaultmeterError)}.get(code, other)
    words = problem.get("detail") or problem.get("title") or f"The server answered {status}."
    return kind(str(words), str(problem.get("hint") or ""))


def _kinds(of: type[VaultmeterError]) -> list[type[VaultmeterError]]:
    """Every kind of the tree that all surfaces share."""
    own = [each for each in of.__subclasses__() if each.__module__ == of.__module__]
    return [kind for each in own for kind in (each, *_kinds(each))]
