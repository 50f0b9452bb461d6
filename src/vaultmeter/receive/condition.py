"""How a receiver is doing: shown with its source, and part of whether the server is ready."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from vaultmeter.clock import Clock

Say = Callable[[str], None]
"""Told, in a sentence, what an operator should know."""


@dataclass(frozen=True)
class Condition:
    """Whether a receiver can do its work, in words, and since when (UTC)."""

    ok: bool
    words: str
    since: datetime


class Conditions:
    """The present condition of one receiver; a change is told once."""

    def __init__(self, name: str, clock: Clock, say: Say, words: str) -> None:
        """Begin well, with words for what the receiver is about to do."""
        self._name, self._clock, self._say = name, clock, say
        self.present = Condition(ok=True, words=words, since=clock())

    def well(self, words: str) -> None:
        """It works; `words` say what it does."""
        self._change(words, ok=True)

    def trouble(self, words: str) -> None:
        """It cannot do its work, or not all of it; `words` say what, where and what to do."""
        self._change(words, ok=False)

    def _change(self, words: str, *, ok: bool) -> None:
        before = self.present
        if (ok, words) == (before.ok, before.words):
            return
        since = before.since if ok == before.ok else self._clock()
        self.present = Condition(ok, words, since)
        if not (ok and before.ok):
            self._say(f"{self._name}: {words}")
