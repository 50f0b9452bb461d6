"""Listens where vaults connect: OpenBao's and Vault's socket audit device, and syslog, in streams.

Nobody who sends is answered, so a vault cannot know what arrived. What it does know is that a
connection is closed: then it records on its other devices. So there is no moment in which a
connection is open and not read. When the inbox is full, or does not answer in time, what has
arrived is read to its end, every connection is closed and none is accepted until there is room.

A vault finds out that a connection is closed by writing into it, and what it writes then is lost
(with TCP; a unix socket tells at once). So a connection that did not end by the sender's own
closing is noted: one entry may be missing. The file device of the same vault has it.
"""

import socket
from dataclasses import dataclass
from enum import Enum, auto
from selectors import EVENT_READ, DefaultSelector
from time import sleep

from vaultmeter.clock import Clock
from vaultmeter.failpoints import reach
from vaultmeter.inbox.batches import Gap, Source
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.life import Life
from vaultmeter.model.errors import Unavailable
from vaultmeter.receive.address import Address
from vaultmeter.receive.binding import bound
from vaultmeter.receive.condition import Condition, Conditions, Say
from vaultmeter.receive.cutter import Cutter
from vaultmeter.receive.handover import MOST, Handover, Offer
from vaultmeter.receive.lines import Lines
from vaultmeter.receive.listening import BUSY, IDLE, Listening
from vaultmeter.receive.losses import Losses
from vaultmeter.receive.syslog import Messages
from vaultmeter.settings import Settings

CONNECTIONS = 64
"""How many senders may be connected at once."""
_PIECE = 1 << 16
_PIECES = 16
"""Pieces that are read of one connection before the others have their turn."""
_LAST_PIECES = 128
"""Pieces that are read of it before it is closed: 8 MiB, more than its buffers hold."""
_KEEPALIVE = ((socket.TCP_KEEPIDLE, 60), (socket.TCP_KEEPINTVL, 20), (socket.TCP_KEEPCNT, 3))
"""A sender that is gone without a word is noticed within two minutes."""


class End(Enum):
    """How a connection is after it was read."""

    NOT_YET = auto()
    BY_SENDER = auto()
    BROKEN = auto()


@dataclass
class _Connection:
    """One sender; `lines` splits what it sends."""

    socket: socket.socket
    lines: Lines | Messages


class Listener:
    """Receives streams of lines for one source; a worker."""

    def __init__(
        self,
        inbox: Inbox,
        offer: Offer,
        source: Source,
        address: Address,
        settings: Settings,
        *,
        clock: Clock,
        say: Say,
    ) -> None:
        """Listen at an address, and hand what arrives to a gate's `offer`."""
        self.name = f"listen {source.name}"
        self._inbox, self._source, self._address = inbox, source, address
        self._clock, self._say = clock, say
        self._cutter = Cutter(_PIECE, settings.max_line_bytes)
        self._handover = Handover(offer, source, address.url)
        self._losses = Losses(source.id, "reconnected", self._loss, clock, inbox.note_gap)
        self._conditions = Conditions(self.name, clock, say, "It does not listen yet.")
        self._connections: dict[int, _Connection] = {}
        self._was_away = inbox.files.has_stream(source, address.url)

    @property
    def condition(self) -> Condition:
        """How it is doing."""
        return self._conditions.present

    def run(self, life: Life) -> None:
        """Receive until the server ends; what was read by then is handed over."""
        losses = (self._losses,)
        parts = Listening(self.name, self._handover, self._conditions, losses, self._say)
        parts.run(life, "No sender may connect", lambda: self._serve(life))

    def _serve(self, life: Life) -> None:
        """Receive as long as there is room; then read what has arrived, and close everything."""
        with DefaultSelector() as selector:
            try:
                with bound(self._address) as door:
                    selector.register(door, EVENT_READ)
                    self._tell()
                    while not (life.stopping or self._handover.trouble):
                        life.beat()
                        reach("listener-turn")
                        self._turn(door, selector)
                    self._admit(door, selector)
                    selector.unregister(door)
            finally:
                # Whoever is hung up on connects again at once, and must find nobody.
                for connection in list(self._connections.values()):
                    end = self._read(connection, _LAST_PIECES)
                    self._hang_up(connection, selector)
                    # At an end of the server the next one notes that nobody listened.
                    if end is not End.BY_SENDER and not life.stopping:
                        self._lose()

    def _turn(self, door: socket.socket, selector: DefaultSelector) -> None:
        """Wait for something to read, and read some of it."""
        self._handover.tend()
        self._losses.tell()
        if self._handover.size > MOST:
            sleep(BUSY)
            return
        for key, _ in selector.select(BUSY if self._handover.is_gathering else IDLE):
            if key.fileobj is door:
                self._admit(door, selector)
                continue
            connection = self._connections[key.fd]
            end = self._read(connection)
            if end is not End.NOT_YET:
                self._hang_up(connection, selector)
                self._tell()
            if end is End.BROKEN:
                self._lose()

    def _admit(self, door: socket.socket, selector: DefaultSelector) -> None:
        """Let those in who want to connect."""
        count = len(self._connections)
        try:
            while True:
                sender, _ = door.accept()
                if count >= CONNECTIONS:
                    self._conditions.trouble(
                        f"{CONNECTIONS} senders are connected to {self._address.url}; another one"
                        " was turned away."
                    )
                    sender.close()
                    continue
                self._welcome(sender, selector)
                count = len(self._connections)
        except BlockingIOError:
            pass
        except OSError as error:
            self._conditions.trouble(f"Nobody can connect to {self._address.url}: {error}.")
            sleep(BUSY)
            return
        if count < CONNECTIONS:
            self._tell()

    def _tell(self) -> None:
        """It works, and so many senders are connected."""
        count = len(self._connections)
        self._conditions.well(f"Listening at {self._address.url}, {count} connected.")

    def _welcome(self, sender: socket.socket, selector: DefaultSelector) -> None:
        sender.settimeout(0)
        if self._address.transport == "tcp":
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for option, value in _KEEPALIVE:
                sender.setsockopt(socket.IPPROTO_TCP, option, value)
        lines = Messages(self._cutter) if self._address.is_syslog else Lines(self._cutter)
        self._connections[sender.fileno()] = _Connection(sender, lines)
        selector.register(sender, EVENT_READ)
        if self._was_away:
            self._return()

    def _read(self, connection: _Connection, pieces: int = _PIECES) -> End:
        """Read what a sender has written, up to so many pieces."""
        for _ in range(pieces):
            try:
                content = connection.socket.recv(_PIECE)
            except BlockingIOError:
                return End.NOT_YET
            except OSError:
                return End.BROKEN
            if not content:
                return End.BY_SENDER
            self._handover.add(connection.lines.feed(content))
        return End.NOT_YET

    def _hang_up(self, connection: _Connection, selector: DefaultSelector) -> None:
        self._handover.add(connection.lines.rest())
        del self._connections[connection.socket.fileno()]
        selector.unregister(connection.socket)
        connection.socket.close()

    def _lose(self) -> None:
        """A sender may write once more before it finds out."""
        if self._address.transport == "tcp":
            self._losses.add(1)

    def _loss(self, count: int) -> str:
        return (
            f"{count} connections to {self._address.url} ended without the sender's doing. Each may"
            " have lost the entry that was sent next."
        )

    def _return(self) -> None:
        """Somebody connects who may have been connected when the server ended."""
        words = (
            f"Nobody listened at {self._address.url} until now. What was sent to it meanwhile, and"
            " what was on its way when the server ended, may be missing."
        )
        gap = Gap(self._source.id, "reconnected", self._clock(), None, None, words)
        try:
            self._inbox.note_gap(gap)
        except Unavailable:
            return  # It is noted when the next one connects.
        self._was_away = False
