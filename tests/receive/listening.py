"""A receiver that runs in a thread, with the real gate before a real inbox."""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from tests.receive.following import open_inbox, taken

from vaultmeter.clock import system_clock
from vaultmeter.inbox.batches import Delivery, Gap, Receipt, Source
from vaultmeter.inbox.inbox import Inbox
from vaultmeter.life import Life, Worker
from vaultmeter.model.errors import Full
from vaultmeter.receive.address import Address, address_of
from vaultmeter.receive.condition import Condition
from vaultmeter.receive.datagram import Datagrams
from vaultmeter.receive.gate import Gate
from vaultmeter.receive.socket import Listener
from vaultmeter.settings import Settings

PATIENCE = 60.0


@dataclass
class Door:
    """What stands between a receiver and the gate: a test may make it full, or deaf."""

    gate: Gate
    full: str = ""
    is_deaf: bool = False

    def offer(self, delivery: Delivery) -> Future[Receipt]:
        """Offer a delivery to the gate, unless it is full or does not answer."""
        if self.full:
            raise Full(self.full)
        return Future() if self.is_deaf else self.gate.offer(delivery)


@dataclass
class Listening:
    """A running receiver, and what it said."""

    inbox: Inbox
    source: Source
    address: Address
    receiver: Listener | Datagrams
    door: Door
    said: list[str]

    def until_taken(self, count: int) -> list[bytes]:
        """Wait until at least so many lines are in the inbox; answers them."""
        self.until(lambda: self.count >= count)
        return taken(self.inbox)

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something is so; fails after a while."""
        deadline = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < deadline, (self.condition, self.said, self.count)
            time.sleep(0.02)

    @property
    def count(self) -> int:
        """How many lines were taken."""
        return sum(batch.lines for batch in self.inbox.each_batch())

    @property
    def condition(self) -> Condition:
        """How the receiver is doing."""
        return self.receiver.condition

    @property
    def gaps(self) -> list[Gap]:
        """What may be missing."""
        return self.inbox.gaps(self.source)

    def connect(self) -> socket.socket:
        """Connect to it, as soon as it listens."""
        deadline = time.monotonic() + PATIENCE
        while True:
            made = sender(self.address)
            try:
                made.connect(place(self.address))
            except OSError:
                made.close()
                assert time.monotonic() < deadline, self.condition
                time.sleep(0.02)
            else:
                return made

    def send(self, content: bytes) -> None:
        """Send content over a connection of its own, and hang up."""
        with self.connect() as connection:
            connection.sendall(content)


def sender(address: Address) -> socket.socket:
    """Make a socket that can send to an address."""
    family = socket.AF_UNIX if address.is_local else socket.AF_INET
    return socket.socket(family, socket.SOCK_STREAM if address.is_stream else socket.SOCK_DGRAM)


def place(address: Address) -> str | tuple[str, int]:
    """Spell an address as sockets want it."""
    return str(address.path) if address.is_local else (address.host, address.port)


def free_port() -> int:
    """Find a port that nobody uses now."""
    with socket.socket() as taken_for_now:
        taken_for_now.bind(("127.0.0.1", 0))
        return int(taken_for_now.getsockname()[1])


def url_of(transport: str, folder: Path) -> str:
    """Make an address of a transport that nobody uses."""
    if "unix" in transport:
        return f"{transport}://{folder}/bao.sock"
    return f"{transport}://127.0.0.1:{free_port()}"


@contextmanager
def running(worker: Worker, life: Life) -> Iterator[None]:
    """Run a worker in a thread, and end it; what it raises fails the test."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            worker.run(life)
        except BaseException as error:  # noqa: BLE001  it is raised again by the test
            raised.append(error)

    thread = Thread(target=run, name=worker.name)
    thread.start()
    try:
        yield
    finally:
        life.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()
    if raised:
        raise raised[0]


@contextmanager
def listening(data: Path, url: str, **values: int) -> Iterator[Listening]:
    """Listen at an address with the data folder of a test; `values` are settings."""
    with ExitStack() as stack:
        inbox = open_inbox(data)
        stack.callback(inbox.close)
        source, address = inbox.source("vault", "events", None), address_of(url)
        settings = Settings(data=data, **values)  # type: ignore[arg-type]  # numbers all of them
        said: list[str] = []
        door = Door(Gate(inbox, settings))
        receiver: Listener | Datagrams
        if address.is_stream:
            receiver = Listener(
                inbox, door.offer, source, address, settings, clock=system_clock, say=said.append
            )
        else:
            receiver = Datagrams(inbox, door.offer, source, address, system_clock, said.append)
        stack.enter_context(running(door.gate, Life()))
        stack.enter_context(running(receiver, Life()))
        made = Listening(inbox, source, address, receiver, door, said)
        made.until(
            lambda: made.condition.words != "It does not listen yet." or not made.condition.ok
        )
        yield made
