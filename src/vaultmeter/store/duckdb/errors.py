"""The engine's errors, told as ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from vaultmeter.model.errors import (
    Busy,
    Invalid,
    StoreDamaged,
    TookTooLong,
    Unavailable,
    VaultmeterError,
)

_DAMAGE = (
    duckdb.IOException,
    duckdb.SerializationException,
    duckdb.FatalException,
    duckdb.InternalException,
)

_TOLD: tuple[tuple[type[duckdb.Error], type[VaultmeterError], str | None, str], ...] = (
    (
        duckdb.InterruptException,
        TookTooLong,
        "The question takes longer than it may.",
        "Ask for a shorter range, or raise VAULTMETER_REPORT_SECONDS.",
    ),
    (
        duckdb.ConnectionException,
        Unavailable,
        "The store is being opened.",
        "Ask again in a moment.",
    ),
    (
        duckdb.ResourceInUseException,
        Unavailable,
        "The store is in use.",
        "Ask again in a moment.",
    ),
    (
        duckdb.OutOfMemoryException,
        Unavailable,
        None,
        "Raise VAULTMETER_MEMORY_LIMIT, or ask for a shorter range.",
    ),
)
"""Errors of the engine with their kind here, sentence and hint; its own words without one."""


@contextmanager
def translating() -> Iterator[None]:
    """Tell errors of the engine as ours, also those that come with the rows."""
    try:
        yield
    except duckdb.Error as error:
        raise translated(error) from error


def translated(error: duckdb.Error) -> VaultmeterError:
    """The error of ours that says what one of the engine does."""
    text = str(error)
    if "No space left" in text or "could not write" in text.lower():
        return Unavailable(
            f"The store cannot write: {text}",
            "Free some space in the data folder and try again.",
            inside=True,
        )
    for kind, told, words, hint in _TOLD:
        if isinstance(error, kind):
            return told(words or text, hint, inside=words is None)
    if "Could not set lock" in text:
        message = f"Another program has the store open: {text}"
        return Busy(message, "Close it and try again.", inside=True)
    # A checksum that does not fit, in the file or its log, raises the bare class.
    if isinstance(error, _DAMAGE) or type(error) is duckdb.Error:
        return StoreDamaged(text, "Run 'vaultmeter rebuild'.", inside=True)
    return Invalid(text, inside=True)
