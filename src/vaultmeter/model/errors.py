"""Every error a caller can see: one tree, each with a stable code, a sentence and a hint.

Surfaces translate this tree once: the command line to an exit code and a line on standard error.
Exit codes: 2 invalid, 3 not found, 4 busy, 5 damaged or unavailable, 6 not allowed.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class VaultmeterError(Exception):
    """Something a user can act on.

    `hint` says what to do; `retry` says whether the same call may succeed later.
    """

    code = "error"
    exit_code = 1
    retry = False

    def __init__(self, message: str, hint: str = "", *, inside: bool = False) -> None:
        """Keep the sentence and what to do about it.

        One that tells of the `inside`, such as a path or what a database said, is for whoever is
        at the machine.
        """
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.inside = inside


class Invalid(VaultmeterError):
    """What was asked cannot be understood or is not allowed."""

    code = "invalid"
    exit_code = 2


class NotFound(VaultmeterError):
    """What was asked for does not exist, or may not be seen."""

    code = "not_found"
    exit_code = 3


class Exists(Invalid):
    """What was to be made is there already."""

    code = "exists"


class Unauthenticated(VaultmeterError):
    """Nobody is known by what was brought to sign in."""

    code = "unauthenticated"
    exit_code = 6


class CodeNeeded(Unauthenticated):
    """The password is right, and the code of the second factor is missing."""

    code = "code_needed"


class Forbidden(VaultmeterError):
    """Whoever asks is known, and may not do this."""

    code = "forbidden"
    exit_code = 6


class TooMany(VaultmeterError):
    """It was tried too often; `seconds` says when it may be tried again."""

    code = "too_many"
    exit_code = 6
    retry = True

    def __init__(self, message: str, hint: str = "", seconds: float = 1.0) -> None:
        """Keep when to come back."""
        super().__init__(message, hint)
        self.seconds = seconds


class Busy(VaultmeterError):
    """Another process has the data directory."""

    code = "busy"
    exit_code = 4
    retry = True


class Unavailable(VaultmeterError):
    """The data cannot be read or written at the moment."""

    code = "unavailable"
    exit_code = 5


class TookTooLong(Unavailable):
    """The question takes longer than it may."""

    code = "took_too_long"


class Full(Unavailable):
    """There is no room for more, so that nothing new is accepted."""

    code = "full"
    retry = True


class StoreDamaged(Unavailable):
    """The analytics database is damaged; it can be rebuilt from inbox and archive."""

    code = "store_damaged"
    retry = True


class ArchiveDamaged(Unavailable):
    """A record of the archive cannot be read back as it was written."""

    code = "archive_damaged"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint for a mistyped word: the nearest known one, else the whole list."""
    choices = sorted(map(str, known))
    near = get_close_matches(word.lower(), choices, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return "Choose one of: " + ", ".join(choices) + "." if choices else ""
