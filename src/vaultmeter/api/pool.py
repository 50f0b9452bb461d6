"""A few threads for work that would hold up the event loop, with a queue that has an end."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from vaultmeter.api.problems import unavailable

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Pool:
    """Threads that do one thing at a time each."""

    def __init__(self, threads: int = 2, most: int = 32) -> None:
        """Begin; `most` is how many calls may run or wait."""
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="bodies")
        self._most, self._begun = most, 0

    async def run(
        self, act: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs
    ) -> Answer:
        """Do it in a thread; raises `Refusal` at once when too much waits already."""
        if self._begun >= self._most:
            raise unavailable("Too many large bodies wait to be read.")
        self._begun += 1
        loop = asyncio.get_running_loop()
        future = self._threads.submit(act, *given, **named)
        # Counted when it has ended, not when nobody waits for it any more.
        future.add_done_callback(lambda _: _call_in(loop, self._ended))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let what runs end, and drop what waits."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _ended(self) -> None:
        self._begun -= 1


def _call_in(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(act)
