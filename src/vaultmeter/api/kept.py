"""Answers that are kept until something they rest on changes.

A question is looked up without a thread and without the store; where it is not known, it is worked
out once, however many ask it at the same time. What is kept belongs to a viewer's grants, which
are part of the question: nobody is answered with what others may see.

Everything here is called within the event loop. The work is done in a few threads, with a queue
that has an end.
"""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from time import monotonic
from typing import TypeVar

from vaultmeter.api.problems import unavailable
from vaultmeter.app import App
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.as_of import as_of

Found = TypeVar("Found")
_THREADS = 3
_MOST_WAITING = 64
"""Questions that may be worked out or wait for it; more are refused for the moment."""
_PACKED_FROM = 2_000
"""Bytes from which packing pays."""
_LEVEL = 1
"""Of gzip: a tenth of the bytes, in a fraction of the time that working them out takes."""
_LARGEST = 1 / 8
"""The part of the memory that one answer may take."""


@dataclass(frozen=True)
class Answer:
    """An answer, ready to be sent. `as_of` is the state it rests on (`reports.as_of`)."""

    body: bytes
    media_type: str
    as_of: str
    headers: tuple[tuple[str, str], ...] = ()

    def etag(self) -> str:
        """What tells it from every other answer: a strong validator (RFC 9110, section 8.8.3)."""
        told = blake2b(self.body, digest_size=12)
        told.update(repr((self.media_type, self.headers)).encode())
        return f'"{told.hexdigest()}"'


@dataclass(frozen=True)
class Question:
    """What is asked, by whom: equal questions have equal answers as long as nothing changes."""

    viewer: Viewer
    words: Hashable | None
    """What is asked, with its format; `None` where each moment has another answer."""

    @property
    def key(self) -> Hashable:
        """What answers are kept under: the grants, not the name, of who asks."""
        return self.viewer.grants, self.words


Make = Callable[[], Answer]
"""Works an answer out, in a thread."""
_Moment = tuple[int, int, int]


@dataclass(frozen=True)
class _Flight:
    """What is being worked out, for everybody who asks for it meanwhile."""

    begun: float
    future: "asyncio.Future[Sent]"


@dataclass(frozen=True)
class Sent:
    """An answer with its entity tag, and packed with gzip where that is worth it."""

    answer: Answer
    etag: str
    packed: bytes | None = None

    @classmethod
    def of(cls, answer: Answer) -> "Sent":
        """Make an answer ready, once for all who are sent it."""
        is_large = len(answer.body) >= _PACKED_FROM
        packed = gzip.compress(answer.body, _LEVEL, mtime=0) if is_large else None
        return cls(answer, answer.etag(), packed)

    @property
    def size(self) -> int:
        """The bytes it takes, about."""
        return len(self.answer.body) + len(self.packed or b"") + 512

    def for_who_takes(self, encodings: str | None) -> tuple[bytes, str, dict[str, str]]:
        """Body, entity tag and headers, for the header Accept-Encoding of a request."""
        if self.packed is None or not takes_gzip(encodings or ""):
            return self.answer.body, self.etag, {}
        # Another representation has another tag (RFC 9110, section 8.8.3.3).
        return self.packed, f'{self.etag[:-1]}-gzip"', {"content-encoding": "gzip"}


class Kept:
    """The answers of an open folder that are kept, up to so many bytes."""

    def __init__(self, app: App, most: int) -> None:
        """Begin with none."""
        self._app, self._most, self._size = app, most, 0
        self._held: OrderedDict[Hashable, Sent] = OrderedDict()
        self._flights: dict[Hashable, _Flight] = {}
        self._reading: dict[_Moment, asyncio.Future[str]] = {}
        self._moment: _Moment | None = None
        self._state = ""
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="questions")
        self.apart = ThreadPoolExecutor(_THREADS, thread_name_prefix="reports")
        """Threads for what somebody in one of the others waits for, or leaves for later."""
        self._waiting = 0
        self.worked_out = 0
        """How many answers were not kept and had to be worked out."""

    async def answer(self, question: Question, make: Make) -> Sent:
        """The answer to a question; `make` works it out, in a thread, where it is not kept.

        Raises what `make` raises, `Unavailable` without a store, and `Refusal` when too much is
        asked at once.
        """
        if question.words is None:
            return await self._worked_out(make)
        key, asked = question.key, monotonic()
        while True:
            state = await self._current_state()
            known = self._held.get(key)
            if known is not None and known.answer.as_of == state:
                self._held.move_to_end(key)
                return known
            if (flight := self._flights.get(key)) is None:
                return await self._fly(key, make)
            sent = await asyncio.shield(flight.future)
            # What was begun before this was asked may rest on less than is there now.
            if sent.answer.as_of == state or flight.begun >= asked:
                return sent

    def close(self) -> None:
        """Let what is being worked out end, and drop what waits."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        # These last: the others may wait for them.
        self.apart.shutdown(wait=True, cancel_futures=True)

    async def _fly(self, key: Hashable, make: Make) -> Sent:
        work = asyncio.ensure_future(self._worked_out(make))
        self._flights[key] = _Flight(monotonic(), work)
        work.add_done_callback(partial(self._landed, key))
        # Shielded: others may wait for it when the first one goes away.
        return await asyncio.shield(work)

    def _landed(self, key: Hashable, done: "asyncio.Future[Sent]") -> None:
        self._flights.pop(key, None)
        if done.cancelled() or done.exception() is not None:
            return
        sent = done.result()
        if sent.size <= self._most * _LARGEST:
            self._drop(key)
            self._held[key] = sent
            self._size += sent.size
        while self._size > self._most:
            self._drop(next(iter(self._held)))

    def _drop(self, key: Hashable) -> None:
        if (old := self._held.pop(key, None)) is not None:
            self._size -= old.size

    async def _current_state(self) -> str:
        """The state of the folder now; the store is asked only when something has changed."""
        moment = self._app.moment()
        if moment == self._moment:
            return self._state
        reading = self._reading.get(moment)
        if reading is None:
            reading = asyncio.ensure_future(self.in_thread(self._read_state))
            self._reading[moment] = reading
            reading.add_done_callback(partial(self._read, moment))
        return await asyncio.shield(reading)

    def _read_state(self) -> str:
        with self._app.store.reader(self._app.settings.report_seconds) as store:
            return as_of(store, self._app.terms())

    def _read(self, moment: _Moment, done: "asyncio.Future[str]") -> None:
        self._reading.pop(moment, None)
        if not done.cancelled() and done.exception() is None:
            self._moment, self._state = moment, done.result()

    async def _worked_out(self, make: Make) -> Sent:
        self.worked_out += 1
        return await self.in_thread(lambda: Sent.of(make()))

    async def in_thread(self, act: Callable[[], Found]) -> Found:
        """Do something in one of the threads; raises `Refusal` when too much waits for them."""
        if self._waiting >= _MOST_WAITING:
            raise unavailable("Too many questions are being answered.", 2)
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, act)
        # Counted when it has ended, not when nobody waits for it any more.
        future.add_done_callback(self._ended)
        return await future

    def _ended(self, _: object) -> None:
        self._waiting -= 1


def takes_gzip(encodings: str) -> bool:
    """Whether the header Accept-Encoding of a request lets gzip through."""
    for part in encodings.lower().split(","):
        word, _, quality = part.partition(";")
        if word.strip() in {"gzip", "*"}:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
