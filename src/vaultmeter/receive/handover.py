"""Hands to the gate what was read from senders that cannot be answered.

They get no receipt, so what was read is ours: it is gathered for a moment, offered, and when it is
refused it is offered again until there is room. Meanwhile nothing more may be read.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic, sleep

from vaultmeter.inbox.batches import Delivery, Receipt, Source
from vaultmeter.model.errors import VaultmeterError

Offer = Callable[[Delivery], "Future[Receipt]"]
"""What a gate does with a delivery."""

GATHER = 0.2
"""Seconds for which lines are gathered."""
ENOUGH = 256 << 10
"""Bytes that are not made to wait for more."""
PATIENCE = 2.0
"""Seconds within which the gate has to answer: as long as a vault waits to write, by default."""
MOST = 16 << 20
"""Bytes on their way from which on nothing more is read, for no longer than the patience."""
_AGAIN = 0.5
"""Seconds until what was refused is offered again."""


@dataclass
class _Offered:
    delivery: Delivery
    since: float
    answer: "Future[Receipt]"


class Handover:
    """What one listener has read and the inbox has not accepted yet."""

    def __init__(self, offer: Offer, source: Source, stream: str) -> None:
        """Offer lines of a source as those of one stream."""
        self._offer, self._source, self._stream = offer, source, stream
        self._gathered: list[bytes] = []
        self._size, self._since = 0, 0.0
        self._offered: deque[_Offered] = deque()
        self._refused: deque[Delivery] = deque()
        self._again = 0.0
        self.trouble = ""
        """Why nothing more may be read; empty when all is well."""

    @property
    def size(self) -> int:
        """Bytes that were read and are not accepted."""
        waiting = [offered.delivery for offered in self._offered] + list(self._refused)
        return self._size + sum(len(delivery.content) for delivery in waiting)

    @property
    def lines(self) -> int:
        """Lines that were read and are not accepted."""
        waiting = [offered.delivery for offered in self._offered] + list(self._refused)
        gathered = sum(part.count(b"\n") for part in self._gathered)
        return gathered + sum(delivery.lines for delivery in waiting)

    @property
    def is_gathering(self) -> bool:
        """Whether something waits that must be looked after soon."""
        return bool(self._gathered or self._offered or self._refused)

    def add(self, content: bytes) -> None:
        """Take whole lines, each with its newline."""
        if not content:
            return
        if not self._gathered:
            self._since = monotonic()
        self._gathered.append(content)
        self._size += len(content)
        if self._size >= ENOUGH and not self.trouble:
            self._send()

    def tend(self, *, at_once: bool = False) -> None:
        """Look at the answers, and offer what is due."""
        now = monotonic()
        self._collect(now)
        if self._refused and now >= self._again:
            self._again = now + _AGAIN
            for delivery in [self._refused.popleft() for _ in range(len(self._refused))]:
                self._hand(delivery)
        if self._refused or not self._gathered:
            return
        if at_once or self._size >= ENOUGH or now - self._since >= GATHER:
            self._send()

    def finish(self, patience: float, pulse: Callable[[], None]) -> int:
        """Offer everything and wait for the answers; answers how many lines were not accepted."""
        until = monotonic() + patience
        while self.is_gathering and monotonic() < until:
            self.tend(at_once=True)
            pulse()
            sleep(0.01)
        return self.lines

    def _send(self) -> None:
        content = b"".join(self._gathered)
        self._gathered, self._size = [], 0
        self._hand(Delivery(self._source, self._stream, content, content.count(b"\n")))

    def _hand(self, delivery: Delivery) -> None:
        try:
            answer = self._offer(delivery)
        except VaultmeterError as error:
            self._refuse(delivery, error)
        else:
            self._offered.append(_Offered(delivery, monotonic(), answer))

    def _refuse(self, delivery: Delivery, error: VaultmeterError) -> None:
        self._refused.append(delivery)
        self.trouble = f"{error.message} {error.hint}".strip()

    def _collect(self, now: float) -> None:
        while self._offered and self._offered[0].answer.done():
            offered = self._offered.popleft()
            try:
                offered.answer.result()
            except VaultmeterError as error:
                self._again = now + _AGAIN
                self._refuse(offered.delivery, error)
        if self._offered and now - self._offered[0].since > PATIENCE:
            self.trouble = f"The inbox did not answer within {PATIENCE:g} seconds."
        elif not self._offered and not self._refused:
            self.trouble = ""
