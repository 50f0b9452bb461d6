"""Which requests leave a line in the log: refused ones and slow ones, as many as can be read."""

from time import monotonic

import structlog
from starlette.types import Scope

REQUEST = "vaultmeter.request"
"""Where the scope of a request has its id."""
_SLOW = 1.0
"""Seconds from which an answer is worth a line."""
_FIRST_ERROR = 400
_MOST = 100
_WITHIN = 10.0
"""So many lines within so many seconds; the others are counted, and told with the next line."""

log = structlog.get_logger("vaultmeter.http")


class Noted:
    """The requests of an application that were noted."""

    def __init__(self) -> None:
        """Begin with none."""
        self._since, self._lines, self._left_out = monotonic(), 0, 0

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """Write a line, where one is due; a status of 0 is a sender that went away."""
        if not status or (status < _FIRST_ERROR and seconds < _SLOW):
            return
        now = monotonic()
        if now - self._since > _WITHIN:
            self._since, self._lines = now, 0
        self._lines += 1
        if self._lines > _MOST:
            self._left_out += 1
            return
        left_out, self._left_out = self._left_out, 0
        client = scope.get("client")
        log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            seconds=round(seconds, 3),
            address=client[0] if client else "local",
            request=scope.get(REQUEST, ""),
            **({"left_out": left_out} if left_out else {}),
        )
