"""Pushes: `POST /ingest/SOURCE` takes one record, or many as lines of JSON.

An answer of 2xx means that the lines are on disk, synced. Nothing here depends on the store. A
vault waits for the answer (measured: a receiver that hangs hangs the vault), so a push is answered
within a deadline or refused.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from hashlib import sha256
from typing import Protocol

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from vaultmeter.api.bodies import Gone, Memory, Share, coding_of, received, unpacked
from vaultmeter.api.keys import Headers, header, opened_door
from vaultmeter.api.metrics import PushCounts
from vaultmeter.api.pace import Pace
from vaultmeter.api.pool import Pool
from vaultmeter.api.problems import Refusal, problem, unavailable
from vaultmeter.api.told import Told, told
from vaultmeter.inbox.batches import Delivery, Receipt, Source
from vaultmeter.inbox.redaction import Redacted
from vaultmeter.model.errors import VaultmeterError
from vaultmeter.receive.door import Doors
from vaultmeter.settings import Settings

_STREAM = "push"
_SMALL_PACKED = 16 << 10
_SMALL = 128 << 10
"""Bodies up to these sizes are read within the event loop, in about a millisecond."""
_BURST = 1.0
"""Seconds' worth of records that a source may push at once."""
_UNKNOWN = ""
"""The source in the counts of pushes whose key was wrong."""


class Offers(Protocol):
    """The gate of the inbox, as far as pushes need it."""

    def offer(self, delivery: Delivery) -> Future[Receipt]:
        """Hand a delivery in without waiting; raises `Full` and `Unavailable`."""

    def redact(self, source: Source, content: bytes) -> Redacted:
        """Lines of a source as they may be kept."""


class Push:
    """A push that was read: whole lines, and what is told of them."""

    def __init__(
        self,
        content: bytes,
        idempotency_key: str,
        settings: Settings,
        redact: Callable[[bytes], Redacted],
    ) -> None:
        """Read a body; raises `Refusal` for an empty one, or one of too many lines."""
        if not content.strip():
            raise Refusal(422, "The body is empty.", "Send a record, or lines of records.")
        whole = content if content.endswith(b"\n") else content + b"\n"
        self.lines = whole.count(b"\n")
        if self.lines > settings.push_max_lines:
            most = settings.push_max_lines
            raise Refusal(413, f"There are more than {most} lines.", "Send them in several parts.")
        kept, self.redacted = redact(whole)
        self.content = bytes(kept)
        self.is_single = self.lines == 1
        # What a vault sends one by one is not looked at: the store tells what is wrong with it.
        self.records, self.told = (1, list[Told]()) if self.is_single else told(content, settings)
        self.key = self._key(idempotency_key)

    def _key(self, idempotency_key: str) -> bytes | None:
        """What the push is known by when it comes again.

        The content is part of it always: a sender that gives one key to two batches loses none.
        """
        if self.is_single and not idempotency_key:
            return None
        digest = sha256(idempotency_key.encode("latin-1") + b"\0")
        digest.update(self.content)
        return digest.digest()[:16]


class Ingest:
    """Answers pushes."""

    def __init__(self, doors: Doors, gate: Offers, settings: Settings, counts: PushCounts) -> None:
        """Begin; `doors` says which sources there are, at each push."""
        self._doors, self._gate, self._settings, self._counts = doors, gate, settings, counts
        self._pool = Pool()
        self._memory = Memory(settings.push_memory)
        self._paces: defaultdict[int, Pace] = defaultdict(lambda: Pace(settings.push_rate, _BURST))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a push."""
        source = _UNKNOWN
        try:
            door = opened_door(self._doors, scope["path_params"]["source"], scope["headers"])
            source = door.source.name
            response = await self._answer(door.source, scope, receive)
        except Gone:
            return
        except VaultmeterError as error:
            response = problem(error)
        self._counts.answered(source, response.status_code)
        await response(scope, receive, send)

    def close(self) -> None:
        """Let the threads that read large bodies end."""
        self._pool.close()

    async def _answer(self, source: Source, scope: Scope, receive: Receive) -> Response:
        headers = scope["headers"]
        if scope["query_string"]:
            raise Refusal(400, "A push has no parameters.", "Keys travel in headers alone.")
        coding = coding_of(header(headers, b"content-encoding"))
        if (seconds := self._paces[source.id].wait()) > 0:
            raise unavailable("The source pushes faster than it may.", seconds, status=429)
        with Share(self._memory) as share:
            most = self._settings.push_max_bytes
            packed = await received(receive, header(headers, b"content-length"), most, share)
            begun = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout_at(begun + self._settings.push_seconds):
                    push = await self._read(source, packed, coding, headers, share)
                    receipt = await self._accepted(source, push)
            except TimeoutError as error:
                # What was offered may still be accepted. A batch that is sent again is known by
                # its digest then, and a record by its own id.
                raise unavailable("It could not be made durable in time.") from error
            self._counts.answered_after(asyncio.get_running_loop().time() - begun)
            if not receipt.duplicate:
                self._count(source, push)
            return _acknowledgement(push, receipt)

    async def _read(
        self, source: Source, packed: bytes, coding: str, headers: Headers, share: Share
    ) -> Push:
        idempotency_key = header(headers, b"idempotency-key")
        if len(packed) <= (_SMALL_PACKED if coding else _SMALL):
            return self._unpacked(source, packed, coding, idempotency_key)
        push = await self._pool.run(self._unpacked, source, packed, coding, idempotency_key)
        share.take(len(push.content))
        return push

    def _unpacked(self, source: Source, packed: bytes, coding: str, idempotency_key: str) -> Push:
        content = unpacked(packed, coding, self._settings.push_max_bytes)
        redact = partial(self._gate.redact, source)
        return Push(content, idempotency_key, self._settings, redact)

    async def _accepted(self, source: Source, push: Push) -> Receipt:
        self._paces[source.id].spend(push.lines)
        offered = self._gate.offer(
            Delivery(source, _STREAM, push.content, push.lines, push.key, push.redacted)
        )
        # Shielded: what runs out of time here is not taken back from the gate.
        return await asyncio.shield(asyncio.wrap_future(offered))

    def _count(self, source: Source, push: Push) -> None:
        self._counts.accepted(source.name, push.lines)
        for line in push.told:
            self._counts.told(source.name, line["reason"])


def _acknowledgement(push: Push, receipt: Receipt) -> Response:
    if push.is_single:
        return Response(status_code=204)
    answer = {
        "batch_id": (push.key or b"").hex(),
        "accepted": push.records,
        "duplicate_batch": receipt.duplicate,
        "rejected": push.told,
    }
    return Response(orjson.dumps(answer), media_type="application/json")
