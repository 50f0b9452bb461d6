"""Errors over HTTP: problem details (RFC 9457), with what to do about them.

No stack, no path of the machine and no text of a database leaves the server.
"""

import orjson
from starlette.responses import Response

from vaultmeter.model.errors import Busy, Full, Invalid, NotFound, Unavailable, VaultmeterError

_STATUS: tuple[tuple[type[VaultmeterError], int], ...] = (
    (Invalid, 422),
    (NotFound, 404),
    (Busy, 409),
    (Full, 507),
    (Unavailable, 503),
)
"""The status of each kind of error; the first that fits."""
_TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Busy",
    413: "Too large",
    415: "Unsupported encoding",
    422: "Invalid",
    429: "Too fast",
    500: "Server error",
    503: "Unavailable",
    507: "Full",
}
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


def problem(error: VaultmeterError) -> Response:
    """The answer that tells an error."""
    if isinstance(error, Refusal):
        return _answer(error.status, error.code, error.message, error.hint, error.headers)
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    headers = {"Retry-After": str(RETRY_SECONDS)} if status in {503, 507} else {}
    return _answer(status, error.code, error.message, error.hint, headers)


def server_error(number: str) -> Response:
    """The answer to what is our own fault; the number is in the log beside the cause."""
    return _answer(500, "internal", f"Something went wrong here; it is logged as {number}.", "", {})


def _answer(status: int, code: str, detail: str, hint: str, headers: dict[str, str]) -> Response:
    told = {
        "type": f"urn:vaultmeter:error:{code}",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        **({"hint": hint} if hint else {}),
    }
    body = orjson.dumps(told)
    return Response(body, status, headers, media_type="application/problem+json")
