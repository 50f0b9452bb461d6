"""Runs schedules while the server does: plans what is due, makes one run at a time, follows it."""

from collections.abc import Callable
from secrets import token_hex
from socket import gethostname
from threading import Event, Thread

from structlog.typing import FilteringBoundLogger

from vaultmeter.app import App
from vaultmeter.life import Life
from vaultmeter.model.errors import Unavailable
from vaultmeter.schedules.planning import plan_due
from vaultmeter.schedules.running import follow_deliveries, hold, run_next
from vaultmeter.schedules.sweeping import forget_old
from vaultmeter.state.schedules import release_runs

EVERY = 2.0
"""Seconds between two looks at what is due."""
_HOLD_EVERY = 5
"""Looks after which a lease is lengthened; it lasts several times as long."""
_SWEEP_EVERY = 1800
"""Looks after which old runs are forgotten: about once an hour."""
_END = 8.0
"""Seconds that a run has to be left when the server ends."""


class Scheduler:
    """Looks for due schedules again and again; a worker."""

    name = "scheduler"

    def __init__(self, app: App, log: FilteringBoundLogger) -> None:
        """Run the schedules of an open folder, whose store may not be open yet."""
        self._app, self._log = app, log
        self._node, self._stop = gethostname(), Event()
        self._holder = f"{self._node}/{token_hex(8)}"
        self._maker: Thread | None = None
        self._broken: BaseException | None = None
        self._trouble: dict[str, str] = {}

    def run(self, life: Life) -> None:
        """Plan and make until the server ends; what is being made then is left for the next."""
        looks = 0
        with self._app.state.changing(decides=False) as connection:
            # Whoever held these was a process of this folder, which one alone has open.
            release_runs(connection, self._node)
        while not life.wait(EVERY):
            self._trying("plan", self._look, looks)
            looks += 1
        self._stop.set()
        if self._maker is not None:
            self._maker.join(_END)

    def turn(self) -> int:
        """Plan what is due, make all of it here and now, follow it; answers how many runs."""
        plan_due(self._app)
        made = self._make()
        follow_deliveries(self._app)
        return made

    def _look(self, looks: int) -> None:
        if self._broken is not None:
            raise self._broken
        plan_due(self._app)
        follow_deliveries(self._app)
        if looks % _SWEEP_EVERY == 0:
            forget_old(self._app)
        if self._maker is None or not self._maker.is_alive():
            # A thread that ends with the process: what it makes may take longer than that waits.
            self._maker = Thread(target=self._make_aside, name="schedule", daemon=True)
            self._maker.start()
        elif looks % _HOLD_EVERY == 0:
            hold(self._app, self._holder)

    def _make(self) -> int:
        """Make what waits, one after the other; answers how many."""
        made = 0
        while not self._stop.is_set():
            run = run_next(self._app, self._holder, self._stop)
            if run is None:
                break
            made += 1
            self._log.info("a schedule ran", schedule=run.schedule, due=str(run.due))
        return made

    def _make_aside(self) -> None:
        """Do so in a thread of its own; what nobody expects is raised by the worker."""
        try:
            self._trying("make", self._make)
        except BaseException as error:  # noqa: BLE001  whatever it is, it ends the process
            self._broken = error

    def _trying(self, what: str, act: Callable[..., object], *given: object) -> None:
        """Do something, and tell once why it cannot be done at the moment."""
        try:
            act(*given)
        except Unavailable as error:
            if error.message != self._trouble.get(what):
                self._log.error("schedules cannot run", reason=error.message)
            self._trouble[what] = error.message
        else:
            self._trouble.pop(what, None)
