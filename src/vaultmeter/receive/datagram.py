"""Receives datagrams: OpenBao's and Vault's socket audit device over UDP or unixgram, and syslog.

One datagram holds one line or several. UDP is best effort: a sender never knows what arrived, and
what the system drops because we are too slow is counted, where it tells, and noted as a gap. Over
a unix socket nothing is dropped: a sender waits until there is room. When the inbox is full the
socket is closed, so that a vault finds nobody there and records on its other devices.
"""

import socket
import sys
from time import sleep

from vaultmeter.clock import Clock
from vaultmeter.failpoints import reach
from vaultmeter.inbox.batches import Source
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.life import Life
from vaultmeter.receive.address import Address
from vaultmeter.receive.binding import bound
from vaultmeter.receive.condition import Condition, Conditions, Say
from vaultmeter.receive.handover import MOST, Handover, Offer
from vaultmeter.receive.listening import BUSY, IDLE, Listening
from vaultmeter.receive.losses import Losses
from vaultmeter.receive.syslog import record_of

_LARGEST = 1 << 20
"""Bytes of a datagram that are read: UDP allows 65,507, a unix socket what its buffer holds."""
_AT_ONCE = 1000
"""Datagrams that are read before anything else is looked after."""
_DROPPED = 40
"""SO_RXQ_OVFL: datagrams that were dropped so far come with each one that is read (socket(7))."""
_COUNTER = 4
_ROOM = socket.CMSG_SPACE(_COUNTER)


class Datagrams:
    """Receives datagrams for one source; a worker."""

    def __init__(
        self, inbox: Inbox, offer: Offer, source: Source, address: Address, clock: Clock, say: Say
    ) -> None:
        """Listen at an address, and hand what arrives to a gate's `offer`."""
        self.name = f"listen {source.name}"
        self._address, self._say = address, say
        self._handover = Handover(offer, source, address.url)
        note = inbox.note_gap
        self._dropped = Losses(source.id, "datagrams", self._drops, clock, note)
        self._cut = Losses(source.id, "datagrams", self._cuts, clock, note)
        self._conditions = Conditions(self.name, clock, say, "It does not listen yet.")
        self._counted = 0
        self._buffer = memoryview(bytearray(_LARGEST))

    @property
    def condition(self) -> Condition:
        """How it is doing."""
        return self._conditions.present

    def run(self, life: Life) -> None:
        """Receive until the server ends; what was read by then is handed over."""
        losses = (self._dropped, self._cut)
        parts = Listening(self.name, self._handover, self._conditions, losses, self._say)
        parts.run(life, "Nothing is received", lambda: self._listen(life))

    def _listen(self, life: Life) -> None:
        with bound(self._address) as door:
            self._serve(door, life)

    def _serve(self, door: socket.socket, life: Life) -> None:
        """Receive as long as there is room, and then what has arrived."""
        if not self._address.is_local:
            door.setsockopt(socket.SOL_SOCKET, _DROPPED, 1)
        self._counted = 0
        self._conditions.well(f"Receiving datagrams at {self._address.url}.")
        while not (life.stopping or self._handover.trouble):
            life.beat()
            reach("datagrams-turn")
            door.settimeout(BUSY if self._handover.is_gathering else IDLE)
            self._receive(door)
            self._handover.tend()
            for losses in (self._dropped, self._cut):
                losses.tell()
            if self._handover.size > MOST:
                sleep(BUSY)
        self._receive(door)

    def _receive(self, door: socket.socket) -> None:
        """Wait for a datagram, and read those that are there."""
        try:
            for _ in range(_AT_ONCE):
                size, told, flags, _ = door.recvmsg_into([self._buffer], _ROOM)
                self._count_dropped(told)
                if flags & socket.MSG_TRUNC:
                    self._cut.add(1)
                self._take(bytes(self._buffer[:size]))
                door.settimeout(0)
        except (BlockingIOError, TimeoutError):
            return
        except OSError as error:
            self._conditions.trouble(f"{self._address.url} cannot be read: {error.strerror}.")
            sleep(BUSY)

    def _take(self, content: bytes) -> None:
        if self._address.is_syslog:
            content = record_of(content)
        if content:
            self._handover.add(content if content.endswith(b"\n") else content + b"\n")

    def _count_dropped(self, told: list[tuple[int, int, bytes]]) -> None:
        for level, kind, value in told:
            if (level, kind) == (socket.SOL_SOCKET, _DROPPED):
                dropped = int.from_bytes(value[:_COUNTER], sys.byteorder)
                if dropped > self._counted:
                    self._dropped.add(dropped - self._counted)
                self._counted = dropped

    def _drops(self, count: int) -> str:
        return f"{count} datagrams to {self._address.url} were dropped: they came too fast."

    def _cuts(self, count: int) -> str:
        return f"{count} datagrams to {self._address.url} were longer than {_LARGEST} bytes."
