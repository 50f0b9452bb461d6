"""Errors over HTTP: problem details (RFC 9457), with what to do about them.

No stack, no path of the machine and no text of a database leaves the server.
"""

from collections.abc import Sequence

import orjson
import structlog
from starlette.responses import Response

from vaultmeter.model.access import Object, Principal
from vaultmeter.model.errors import (
    Busy,
    Exists,
    Forbidden,
    Full,
    Invalid,
    NotFound,
    TookTooLong,
    TooMany,
    Unauthenticated,
    Unavailable,
    VaultmeterError,
)

_STATUS: tuple[tuple[type[VaultmeterError], int], ...] = (
    (Exists, 409),
    (Invalid, 422),
    (NotFound, 404),
    (Unauthenticated, 401),
    (Forbidden, 403),
    (TooMany, 429),
    (Busy, 409),
    (Full, 507),
    (TookTooLong, 504),
    (Unavailable, 503),
)
"""The status of each kind of error; the first that fits."""
_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Invalid",
    429: "Too fast",
    500: "Server error",
    503: "Unavailable",
    504: "Took too long",
    507: "Full",
}
log = structlog.get_logger("vaultmeter.http")
RETRY_SECONDS = 5
"""When a sender may try again, unless something better is known."""


class Refusal(VaultmeterError):
    """A request that is not served: its status, why, and what to do."""

    code = "refused"

    def __init__(
        self, status: int, message: str, hint: str = "", headers: dict[str, str] | None = None
    ) -> None:
        """Keep them; `headers` are sent besides."""
        super().__init__(message, hint)
        self.status, self.headers = status, headers or {}


def unavailable(message: str, seconds: float = RETRY_SECONDS, status: int = 503) -> Refusal:
    """A refusal for the moment, with the time to come back."""
    after = {"Retry-After": str(max(1, round(seconds)))}
    return Refusal(status, message, "Send it again later.", after)


class Wrong(Invalid):
    """What was sent does not fit: `fields` says what is wrong with each."""

    def __init__(self, message: str, hint: str, fields: Sequence[Object]) -> None:
        """Keep them: `field` and `words` of each."""
        super().__init__(message, hint)
        self.fields = fields


def outside(error: VaultmeterError, request: str, who: Principal | None) -> VaultmeterError:
    """An error as somebody may be told it: what it says of the inside goes into the log alone."""
    if not error.inside or (who is not None and who.kind == "operator"):
        return error
    log.error("a request failed", error=request, reason=error.message, hint=error.hint)
    return type(error)(f"It cannot be answered; why is logged as {request}.", "Tell the operator.")


def problem(error: VaultmeterError, request: str = "") -> Response:
    """The answer that tells an error, of the request by that id."""
    status = status_of(error)
    told: Object = {
        "type": f"urn:vaultmeter:error:{error.code}",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": error.message,
    }
    if error.hint:
        told["hint"] = error.hint
    if request:
        told["instance"] = f"urn:vaultmeter:request:{request}"
    if isinstance(error, Wrong):
        told["fields"] = list(error.fields)
    return _answer(told, headers_of(error, status))


def status_of(error: VaultmeterError) -> int:
    """The status by which an error is told."""
    if isinstance(error, Refusal):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def server_error(number: str) -> Response:
    """The answer to what is our own fault; the number is in the log beside the cause."""
    return _answer(
        {
            "type": "urn:vaultmeter:error:internal",
            "title": _TITLES[500],
            "status": 500,
            "detail": f"Something went wrong here; it is logged as {number}.",
            "instance": f"urn:vaultmeter:request:{number}",
        },
        {},
    )


def headers_of(error: VaultmeterError, status: int) -> dict[str, str]:
    """The headers that go with an error: when to come back, how to sign in."""
    if isinstance(error, Refusal):
        return error.headers
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooMany):
        return {"Retry-After": str(max(1, round(error.seconds)))}
    return {"Retry-After": str(RETRY_SECONDS)} if status in {503, 507} else {}


def _answer(told: Object, headers: dict[str, str]) -> Response:
    body = orjson.dumps(told)
    return Response(body, told["status"], headers, media_type="application/problem+json")
