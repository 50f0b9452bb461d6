"""Delivers what is in the outbox: several destinations at a time, each in its own order."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from secrets import token_hex
from socket import gethostname
from threading import Event

from structlog.typing import FilteringBoundLogger

from vaultmeter import notices, outbox
from vaultmeter.app import App
from vaultmeter.failpoints import reach
from vaultmeter.forwarders import Ending, Means
from vaultmeter.forwarding.attempt import attempt
from vaultmeter.forwarding.means import means_of
from vaultmeter.life import Life
from vaultmeter.model.errors import Unavailable
from vaultmeter.state.outbox import DEAD, OPEN, counted, forget_finished

AT_ONCE = 8
"""Destinations that are delivered to at the same time."""
KEPT_FOR = timedelta(days=90)
"""For how long what was delivered or given up can be looked at."""
_STEP = 0.5
"""Seconds between two looks at an outbox in which nothing is due."""
_FORGET_EVERY = timedelta(hours=1)


class Deliverer:
    """Takes what is due, tries it, and keeps what came of it; a worker."""

    name = "deliverer"

    def __init__(
        self, app: App, log: FilteringBoundLogger, means: Means | None = None, step: float = _STEP
    ) -> None:
        """Deliver from the outbox of an open folder, looking into it every `step` seconds.

        Raises `Invalid` where the settings of the mail server are none.
        """
        self._app, self._log, self._step = app, log, step
        self._means = means or means_of(app)
        self._node = gethostname()
        self._holder = f"{self._node}/{token_hex(8)}"
        self._running: set[Future[None]] = set()
        self._done = Event()
        self._forgotten: datetime | None = None
        self._trouble = ""

    def run(self, life: Life) -> None:
        """Deliver until the server ends; what is under way then is waited for."""
        with self._app.state.changing(decides=False) as connection:
            # Whoever held these was a process of this folder, which can be open only once.
            outbox.release(connection, self._node)
        with ThreadPoolExecutor(AT_ONCE, self.name) as pool:
            while not life.stopping:
                life.beat()
                reach("deliverer-turn")
                self._trying(pool)
                self._done.wait(self._step)
                self._done.clear()
            while self._collect():
                life.beat()
                self._done.wait(self._step)
                self._done.clear()

    def _trying(self, pool: ThreadPoolExecutor) -> None:
        """Take a turn, and tell once why there can be none at the moment: a full disk, say."""
        try:
            self.turn(pool)
        except Unavailable as error:
            if error.message != self._trouble:
                self._log.error("nothing can be delivered", reason=error.message)
            self._trouble = error.message
        else:
            self._trouble = ""

    def turn(self, pool: ThreadPoolExecutor) -> int:
        """Begin what is due, as far as there is room; answers how many deliveries."""
        free = AT_ONCE - self._collect()
        now = self._app.clock()
        self._forget(now)
        if free <= 0 or not self._is_anything_due(now):
            return 0
        with self._app.state.changing(decides=False) as connection:
            outbox.close_windows(connection, now)
            claimed = outbox.claim(connection, now, self._holder, free)
        reach("delivery-claimed")
        for each in claimed:
            future = pool.submit(self._deliver, each)
            self._running.add(future)
            future.add_done_callback(lambda _: self._done.set())
        return len(claimed)

    def _collect(self) -> int:
        """Forget what is done, raising what should never have been; answers what is under way."""
        for future in [each for each in self._running if each.done()]:
            self._running.discard(future)
            future.result()
        return len(self._running)

    def _is_anything_due(self, now: datetime) -> bool:
        with self._app.state.reading() as connection:
            return outbox.has_due(connection, now) or outbox.has_ended_window(connection, now)

    def _deliver(self, claimed: outbox.Claimed) -> None:
        outcome = attempt(self._app, self._means, claimed)
        reach("delivery-sent")
        told = self._log.bind(
            delivery=claimed.delivery.id,
            destination=claimed.delivery.destination,
            attempt=claimed.delivery.attempts,
            detail=outcome.detail,
        )
        try:
            with self._app.state.changing(decides=False) as connection:
                now = self._app.clock()
                kept = outbox.record(connection, claimed, outcome, now)
                if kept:
                    number, url = claimed.delivery.id, notices.page_url(self._app)
                    notices.tell_if_given_up(connection, number, now, url=url)
        except Unavailable as error:
            # The lease ends, and it is sent again under the same id.
            told.error("what came of a delivery could not be kept", reason=error.message)
            return
        reach("delivery-recorded")
        if not kept:
            told.warning("somebody else has taken a delivery over")
        elif outcome.ending is Ending.DELIVERED:
            told.info("delivered")
        elif outcome.ending is Ending.FAILED:
            told.warning("a delivery failed")
        else:
            told.error("a delivery was given up", ending=outcome.ending.value)

    def _forget(self, now: datetime) -> None:
        """Forget what was decided long ago, every hour."""
        if self._forgotten is None or now - self._forgotten >= _FORGET_EVERY:
            with self._app.state.changing(decides=False) as connection:
                forget_finished(connection, now - KEPT_FOR)
            self._forgotten = now


def waiting_and_dead(app: App) -> dict[str, int]:
    """How many deliveries are not decided, and how many were given up."""
    with app.state.reading() as connection:
        held = counted(connection)
    return {"waiting": sum(held.get(state, 0) for state in OPEN), DEAD: held.get(DEAD, 0)}
