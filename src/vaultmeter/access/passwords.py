"""Passwords: which are taken, what is kept of them, and random ones.

They are kept as argon2id (RFC 9106), and hashed a few at a time, for each hash fills some memory.
Before, they are brought into Unicode's form NFC (RFC 8265, OpaqueString): the same word typed on
two machines may be other bytes. Nothing is cut off, and no kinds of characters are asked for
(NIST SP 800-63B).
"""

import gzip
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from secrets import choice
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, TypeVar
from unicodedata import normalize

from vaultmeter.model.errors import Invalid, TooMany

if TYPE_CHECKING:
    from argon2 import PasswordHasher

Answer = TypeVar("Answer")

SHORTEST, LONGEST = 12, 1024
"""Characters (code points) of a password."""
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Of random passwords: none that is taken for another when it is copied by hand."""
_PARTS, _PART = 5, 5
"""Parts of a random password, and letters of each: 125 bits."""
_LEAST_WORD = 4
"""Letters that a word of the person's own has at least to be looked for."""
_LEAST_BESIDE = 8
"""Characters that a password needs besides the words that are easily guessed."""
_ADDED = 4
"""A common password with so many characters more is as common."""
_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
"""Rows of keys and letters that are walked along."""


@dataclass(frozen=True)
class Cost:
    """What a hash costs; raises `ValueError` below the least that OWASP recommends."""

    kibibytes: int = 64 << 10
    passes: int = 3
    lanes: int = 4

    def __post_init__(self) -> None:
        """Check it against OWASP ASVS 5.0, 11.4.2: 19 MiB and two passes."""
        least, passes = 19 << 10, 2
        if self.kibibytes < least or self.passes < passes or self.lanes < 1:
            raise ValueError(f"{self} is too cheap")


class Passwords:
    """Hashes and compares passwords; several threads may use it."""

    def __init__(self, cost: Cost | None = None, at_once: int = 2, waiting: int = 24) -> None:
        """Hash at most `at_once` together; more than `waiting` besides are turned away."""
        self._cost = cost or Cost()
        self._at_once = BoundedSemaphore(at_once)
        self._most, self._begun, self._counting = at_once + waiting, 0, Lock()

    def hashed(self, password: str) -> str:
        """What is kept of a password: argon2id with its cost and salt; raises `TooMany`."""
        return self._in_turn(lambda: self._hasher.hash(_normal(password)))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Whether a password is the one of which that is kept; raises `TooMany`.

        Takes as long where nothing is kept: the answer does not tell who is known.
        """
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415  as below

        try:
            return self._in_turn(
                lambda: self._hasher.verify(kept or self._nothing, _normal(password))
            )
        except (InvalidHashError, VerificationError, UnicodeEncodeError):
            return False

    def is_outdated(self, kept: str) -> bool:
        """Whether a password is to be hashed again, for the cost is another one now."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        # Most commands ask for no password.
        from argon2 import PasswordHasher  # noqa: PLC0415

        return PasswordHasher(self._cost.passes, self._cost.kibibytes, self._cost.lanes)

    @cached_property
    def _nothing(self) -> str:
        """A hash of the same cost that no password has."""
        cost = f"m={self._cost.kibibytes},t={self._cost.passes},p={self._cost.lanes}"
        return f"$argon2id$v=19${cost}${'A' * 22}${'A' * 43}"

    def _in_turn(self, act: Callable[[], Answer]) -> Answer:
        with self._counted(), self._at_once:
            return act()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._counting:
            if self._begun >= self._most:
                raise TooMany("Too many people sign in at this moment.", "Try again in a second.")
            self._begun += 1
        try:
            yield
        finally:
            with self._counting:
                self._begun -= 1


def new_password() -> str:
    """A random password that can be read aloud and typed: 125 bits."""
    return "-".join("".join(choice(_LETTERS) for _ in range(_PART)) for _ in range(_PARTS))


def checked_password(password: str, own: Iterable[str] = ()) -> str:
    """The password; raises `Invalid` for one that is too short, too long or easily guessed.

    `own` are words of the person's: the name, the address of e-mail.
    """
    try:
        text = _normal(password).decode()
    except UnicodeEncodeError as error:
        raise Invalid("The password is no text.", "Use characters of any script.") from error
    if not SHORTEST <= len(text) <= LONGEST:
        raise Invalid(
            f"The password has {len(text)} characters.", f"Use {SHORTEST} to {LONGEST} of any kind."
        )
    if is_common(text) or _is_about(text, ["vaultmeter", *own]):
        raise Invalid(
            "The password is among those that are tried first.",
            "Use several words that have nothing to do with you, or leave it out for a random one.",
        )
    return password


def is_common(text: str) -> bool:
    """Whether a password is common, or two common ones or a few characters besides one."""
    known, text = common_passwords(), text.casefold()
    if text in (text + text)[1:-1] or any(_walks(text, row) for row in _ROWS):
        return True
    size = len(text)
    return any(
        text[front : size - back] in known
        for front in range(_ADDED + 1)
        for back in range(_ADDED + 1 - front)
    ) or any(text[:cut] in known and text[cut:] in known for cut in range(1, size))


@cache
def common_passwords() -> frozenset[str]:
    """The 30,000 most common passwords, in lower case."""
    packed = files("vaultmeter.access").joinpath("common_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n"))


def _is_about(text: str, words: Iterable[str]) -> bool:
    """Whether little is left of a password without the words that anybody would try."""
    left = text.casefold()
    for word in sorted(_parts(words), key=len, reverse=True):
        left = left.replace(word, "")
    return len(left) < min(_LEAST_BESIDE, len(text))


def _parts(words: Iterable[str]) -> set[str]:
    """Words, and what stands in them between dots, dashes and the like."""
    whole = {normalize("NFC", word).casefold() for word in words}
    folded = whole | {word.partition("@")[0] for word in whole}
    parts = {
        part
        for word in folded
        for part in "".join(each if each.isalnum() else " " for each in word).split()
    }
    return {word for word in folded | parts if len(word) >= _LEAST_WORD}


def _walks(text: str, row: str) -> bool:
    """Whether a password goes along a row, there or back, starting over at its end."""
    rounds = row * (len(text) // len(row) + 2)
    return text in rounds or text in rounds[::-1]


def _normal(password: str) -> bytes:
    return normalize("NFC", password).encode()
