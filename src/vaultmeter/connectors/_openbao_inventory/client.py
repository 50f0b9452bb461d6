"""Talks to a server: reads and lists, pages, refusals. It never writes.

OpenBao pages some lists by `after` and `limit`; servers and lists without pages ignore both.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Self
from urllib.parse import quote

import httpx

from vaultmeter.model.errors import Invalid, Unavailable
from vaultmeter.model.inventory import Access

_PAGE = 1000
_FORBIDDEN, _NOT_FOUND, _TOO_MANY = 403, 404, 429
_FIRST_REDIRECT, _FIRST_ERROR = 300, 400
AT_ONCE = 8
"""Requests under way at the same time, at most."""


@dataclass(frozen=True)
class Health:
    """What a server says of itself to everyone."""

    cluster: str | None
    version: str | None
    time: datetime | None


@dataclass(frozen=True)
class Answer:
    """What a read or a list came to: `data`, or `why` there is none.

    An empty list is data. `denied` is set where a policy refused.
    """

    data: dict[str, Any] | None
    why: str = ""
    denied: bool = False
    unsupported: bool = False

    @property
    def keys(self) -> list[str]:
        """The names of a list."""
        return [] if self.data is None else list(self.data.get("keys") or [])

    @property
    def info(self) -> dict[str, Any]:
        """What a list says of each of its names, where it does."""
        return {} if self.data is None else dict(self.data.get("key_info") or {})


class Client:
    """A connection to one server with one token."""

    def __init__(self, access: Access) -> None:
        """Prepare it; raises `Invalid` for an address, a token or certificates of no use."""
        self.address = access.address.rstrip("/")
        self.requests, self.allowed = 0, 0
        self._asking = access.asking
        self._counting = Lock()
        if not self.address.startswith(("https://", "http://")):
            raise Invalid(
                f"{access.address!r} is no address of a server.", "Write https://HOST:8200."
            )
        if not access.token.isascii() or not access.token.isprintable() or not access.token:
            raise Invalid("The token is empty or holds what no token holds.", "Check its file.")
        self._http = httpx.Client(
            verify=_certificates(access.ca_cert),
            timeout=access.timeout,
            headers={"X-Vault-Token": access.token, "X-Vault-Request": "true"},
            limits=httpx.Limits(max_connections=AT_ONCE),
        )

    def __enter__(self) -> Self:
        """Use it within a block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._http.close()

    def health(self) -> Health:
        """What the server says of itself; it answers this to everyone."""
        answer = self._get("sys/health", "", {"standbyok": "true", "perfstandbyok": "true"})
        said = _json(answer)
        time = said.get("server_time_utc")
        return Health(
            said.get("cluster_id") or None,
            said.get("version") or None,
            datetime.fromtimestamp(time, UTC) if isinstance(time, int) else None,
        )

    def read(self, namespace: str, path: str) -> Answer:
        """Read one path."""
        return self._answer(self._get(path, namespace, {}))

    def list(self, namespace: str, path: str) -> Answer:
        """List one path to its end, page by page."""
        keys: list[str] = []
        info: dict[str, Any] = {}
        known: set[str] = set()
        after = ""
        while True:
            page = {"list": "true", "limit": str(_PAGE)} | ({"after": after} if after else {})
            answer = self._answer(self._get(path, namespace, page), is_list=True)
            if answer.data is None:
                return answer
            fresh = [key for key in answer.keys if key not in known]
            keys += fresh
            known.update(fresh)
            info |= answer.info
            if len(answer.keys) != _PAGE or not fresh:
                return Answer({"keys": keys, "key_info": info})
            after = fresh[-1]

    def _answer(self, got: httpx.Response, *, is_list: bool = False) -> Answer:
        if got.status_code < _FIRST_REDIRECT:
            with self._counting:
                self.allowed += 1
            return Answer(_json(got).get("data") or {})
        body = _json(got)
        if got.status_code == _NOT_FOUND and is_list and body.get("errors") == []:
            with self._counting:
                self.allowed += 1
            return Answer({})
        if got.status_code == _FORBIDDEN:
            return Answer(None, "permission denied", denied=True)
        return Answer(
            None, f"answered {got.status_code}", unsupported=got.status_code == _NOT_FOUND
        )

    def _get(self, path: str, namespace: str, parameters: dict[str, str]) -> httpx.Response:
        self._asking()
        headers = {"X-Vault-Namespace": namespace} if namespace else {}
        url = f"{self.address}/v1/{quote(path, safe='/')}"
        with self._counting:
            self.requests += 1
        try:
            got = self._http.get(url, params=parameters, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable(
                f"{self.address} does not answer: {error}.",
                "Check address, network and certificates (--ca-cert). Nothing was taken in.",
            ) from error
        if _FIRST_REDIRECT <= got.status_code < _FIRST_ERROR:
            raise Unavailable(
                f"{self.address} points to another server.",
                "Give the address of the active one: a token is sent to no other address.",
            )
        if got.status_code == _TOO_MANY and path != "sys/health":
            raise Unavailable(
                f"{self.address} refuses so many requests.", "Raise its quota and try again."
            )
        return got


def _certificates(file: str | None) -> Any:  # noqa: ANN401  the library's type
    if file is None:
        return True
    from ssl import SSLError, create_default_context  # noqa: PLC0415  seldom needed

    if not Path(file).is_file():
        raise Invalid(f"There is no file {file}.", "Check --ca-cert.")
    try:
        return create_default_context(cafile=file)
    except SSLError as error:
        raise Invalid(f"{file} holds no certificates.", "Give a file in PEM form.") from error


def _json(got: httpx.Response) -> dict[str, Any]:
    try:
        body = got.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
