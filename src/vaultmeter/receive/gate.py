"""The gate of the inbox: makes what many senders bring durable, many deliveries with one sync.

A sync costs the same for one record as for a thousand. So the gate gathers what arrives within two
milliseconds, writes it in one transaction, and only then answers everybody.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from shutil import disk_usage
from threading import Lock
from time import monotonic

from vaultmeter.failpoints import reach
from vaultmeter.inbox.batches import Delivery, Receipt, Source
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.inbox.redaction import Redacted
from vaultmeter.life import Life
from vaultmeter.model.errors import Full, Unavailable
from vaultmeter.settings import Settings

_GATHER = 0.002
"""Seconds within which deliveries become durable together."""
_ENOUGH = 1 << 20
"""Bytes that are not made to wait for more."""
_LOOK_EVERY = 0.25
"""Seconds between two looks at the room that is left."""
_FULL = 1 << 26
"""Bytes of free space below which a disk is taken for full when it refuses to write."""
_IDLE = 0.5
"""Seconds between two signs of life of a gate that nobody comes to."""


@dataclass(frozen=True)
class _Offer:
    delivery: Delivery
    answer: Future[Receipt]


class Gate:
    """The one way into the inbox for records that are sent; a worker."""

    name = "gate"

    def __init__(
        self, inbox: Inbox, settings: Settings, pending_bytes: Callable[[], int] = lambda: 0
    ) -> None:
        """Guard an inbox; `pending_bytes` says how much of it is not in the store yet."""
        self._inbox, self._settings, self._pending_bytes = inbox, settings, pending_bytes
        self._offers: SimpleQueue[_Offer] = SimpleQueue()
        self._queued, self._counting = 0, Lock()
        self._closed: str | None = None
        self._looked = 0.0
        self._no_room = self._reason()

    def offer(self, delivery: Delivery) -> Future[Receipt]:
        """Hand a delivery in; its receipt comes once it is on disk. Never waits.

        Raises `Full`, with the reason, when there is no room, and `Unavailable` once the server
        ends.
        """
        if self._closed:
            raise Unavailable(self._closed, "Send it again later.")
        if reason := self.full():
            raise Full(reason, "Free some space on the disk of the data folder; send it again.")
        answer: Future[Receipt] = Future()
        self._count(len(delivery.content))
        self._offers.put(_Offer(delivery, answer))
        return answer

    def redact(self, source: Source, content: bytes) -> Redacted:
        """Lines of a source as they may be kept; for who has a thread to do it in."""
        return self._inbox.redact(source, content)

    def full(self) -> str:
        """Why nothing more is accepted; empty while there is room. Answers from memory."""
        if not self._no_room and self._queued > self._settings.gate_bytes:
            return "Records arrive faster than the disk takes them."
        return self._no_room

    def run(self, life: Life) -> None:
        """Accept what is offered, until the server ends; what is offered by then is accepted."""
        while not life.stopping:
            life.beat()
            reach("gate-turn")
            self._look()
            self._accept(self._gathered(_IDLE))
        self._closed = "The server is ending."
        while offers := self._gathered(0):
            self._accept(offers)

    def _gathered(self, patience: float) -> list[_Offer]:
        """The next offers: those that come within a moment of the first."""
        try:
            offers = [self._offers.get(timeout=patience) if patience else self._offers.get_nowait()]
        except Empty:
            return []
        size = len(offers[0].delivery.content)
        until = monotonic() + _GATHER
        while size < _ENOUGH and (left := until - monotonic()) > 0:
            try:
                offers.append(self._offers.get(timeout=left))
            except Empty:
                break
            size += len(offers[-1].delivery.content)
        return offers

    def _accept(self, offers: list[_Offer]) -> None:
        if not offers:
            return
        self._count(-sum(len(offer.delivery.content) for offer in offers))
        try:
            receipts = self._inbox.accept_all([offer.delivery for offer in offers])
        except Unavailable as error:
            refused = Full(error.message, "Free some space in the data folder; send it again.")
            for offer in offers:
                offer.answer.set_exception(refused)
            self._looked, self._no_room = monotonic(), error.message
            if self._has_room():
                # A disk that fails otherwise than by being full is not trusted any more.
                raise
            return
        for offer, receipt in zip(offers, receipts, strict=True):
            offer.answer.set_result(receipt)

    def _count(self, size: int) -> None:
        with self._counting:
            self._queued += size

    def _has_room(self) -> bool:
        return disk_usage(self._settings.data).free > _FULL

    def _look(self) -> None:
        if monotonic() - self._looked >= _LOOK_EVERY:
            self._looked, self._no_room = monotonic(), self._reason()

    def _reason(self) -> str:
        disk = disk_usage(self._settings.data)
        if disk.free < self._settings.reserve_bytes:
            return (
                f"The disk has {disk.free >> 20} MiB left, and {self._settings.reserve_bytes >> 20}"
                " MiB are kept free."
            )
        if (pending := self._pending_bytes()) > self._settings.spool_bytes:
            return f"{pending >> 20} MiB wait to be brought into the store, more than is allowed."
        return ""
