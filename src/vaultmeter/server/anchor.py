"""Tells the log, every hour, up to where the trail was whole, and that it is not any more.

Against such an anchor, kept where nobody who can write the database comes, a trail that was cut or
written anew is seen: `vaultmeter trail verify --anchor SEQ:LINK`.
"""

from contextlib import suppress

from structlog.typing import FilteringBoundLogger

from vaultmeter.access.access import Access
from vaultmeter.access.trail import Pulse
from vaultmeter.life import Life
from vaultmeter.model.errors import Unavailable

EVERY = 3600.0
"""Seconds between two anchors."""


class Anchor:
    """Verifies the trail and logs its anchor again and again; a worker."""

    name = "anchor"

    def __init__(self, access: Access, log: FilteringBoundLogger, every: float = EVERY) -> None:
        """Tell of the trail of an open folder."""
        self._access, self._log, self._every = access, log, every

    def run(self, life: Life) -> None:
        """Tell at the start, every hour, and at the end."""
        while True:
            # A disk that cannot be read is told of by who needs it first; this one tries again.
            with suppress(Unavailable):
                self.tell(life.beat)
            if life.stopping or life.wait(self._every):
                break
        with suppress(Unavailable), self._access.state.reading() as connection:
            anchor = self._access.trail.anchor(connection)
            self._log.info("trail anchor", anchor=anchor, at="the end")

    def tell(self, pulse: Pulse = lambda: None) -> None:
        """Verify and tell once; `pulse` is called now and then meanwhile."""
        verdict = self._access.trail.verify(self._access.state, pulse=pulse)
        if verdict.broken_at is None:
            self._log.info("trail anchor", anchor=verdict.anchor, rows=verdict.rows)
            return
        self._log.error(
            "the trail is not whole",
            reason=verdict.words,
            broken_at=verdict.broken_at,
            anchor=verdict.anchor,
        )
