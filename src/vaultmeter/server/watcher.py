"""Evaluates the rules that raise notices, while the server runs: as data comes, and time goes."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from structlog.typing import FilteringBoundLogger

from vaultmeter.app import App
from vaultmeter.life import Life
from vaultmeter.model.errors import Unavailable
from vaultmeter.notices.evaluating import Failure, evaluate, settings_of, type_of
from vaultmeter.state.notice_rules import Rule

_LOOK = 5.0
"""Seconds between two looks at whether anything has changed."""
EVERY = 60.0
"""Seconds between two evaluations, whatever changes meanwhile."""


@dataclass(frozen=True)
class _Seen:
    """When a rule was evaluated, as which version, and on which state of the data."""

    at: datetime
    version: int
    state: Hashable


class Watcher:
    """Evaluates rules again and again; a worker."""

    name = "watcher"

    def __init__(self, app: App, log: FilteringBoundLogger, every: float = EVERY) -> None:
        """Watch an open folder, whose store may not be open yet."""
        self._app, self._log, self._every = app, log, every
        self._seen: dict[int, _Seen] = {}
        self._looked: Hashable = None
        self._trouble = ""

    def run(self, life: Life) -> None:
        """Watch until the server ends."""
        evaluated = monotonic() - self._every
        while not life.wait(min(_LOOK, self._every)):
            if monotonic() - evaluated < self._every:
                continue
            if self.look(life):
                evaluated = monotonic()

    def look(self, life: Life | None = None) -> bool:
        """Evaluate the rules that are due, once; answers whether there is a store to look at."""
        try:
            self._looked = self._state()
            raised = evaluate(
                self._app,
                is_due=self._is_due,
                failed=self._told,
                pulse=life.beat if life else lambda: None,
            )
        except Unavailable as error:
            self._wait_for(error)
            return False
        self._trouble = ""
        for notice in raised:
            self._log.info("a notice was raised", notice=notice.id, type=notice.type)
        return True

    def _wait_for(self, error: Unavailable) -> None:
        """Have everything evaluated once it can be; why it cannot is logged when it is new."""
        self._seen.clear()
        # While the store is made ready, the flusher says why.
        if self._app.is_whole and error.message != self._trouble:
            self._log.warning("no rule can be evaluated", reason=error.message, hint=error.hint)
        self._trouble = error.message

    def _is_due(self, rule: Rule) -> bool:
        """Whether a rule is to be evaluated now: it is new, the data is, or its time has come."""
        now, seen = self._app.clock(), self._seen.get(rule.id)
        is_due = (
            seen is None
            or seen.version != rule.version
            or (type_of(rule).on_change and seen.state != self._looked)
            # A clock that was set back must not keep a rule waiting for it.
            or not seen.at <= now < seen.at + type_of(rule).interval(settings_of(rule))
        )
        if is_due:
            self._seen[rule.id] = _Seen(now, rule.version, self._looked)
        return is_due

    def _state(self) -> Hashable:
        """Another one after each flush, and after each change of limits, definitions or groups."""
        opened, flushed, _ = self._app.moment()
        return opened, flushed, str(self._app.terms())

    def _told(self, failure: Failure) -> None:
        """Log why a rule came to nothing, once."""
        if failure.is_new:
            self._log.warning(
                "a rule cannot be evaluated",
                rule=failure.rule.name,
                reason=str(failure.error),
                exc_info=failure.error if failure.is_unexpected else None,
            )
