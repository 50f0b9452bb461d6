"""How the records of a source arrive, as it was set: plain data, and what is allowed of it."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from vaultmeter.model.errors import Invalid

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
EVERY_AT_LEAST = 60
"""Seconds between two polls: an inventory asks a server many times."""


@dataclass(frozen=True)
class Poll:
    """A vault that is asked for its inventory, again and again.

    The token is read from its file each time and is kept nowhere. `every` is in seconds.
    """

    address: str
    token_file: str
    every: int
    ca_cert: str | None = None
    namespace: str = ""


@dataclass(frozen=True)
class KeyMark:
    """What is kept of an ingest key: its SHA-256 in hexadecimal, its last characters, its age.

    `made` is aware and in UTC.
    """

    hash: str = field(repr=False)
    end: str
    made: datetime


@dataclass(frozen=True)
class SourceSettings:
    """The ways in which the records of a source arrive; `made` is aware and in UTC."""

    name: str
    connector: str
    account: str
    made: datetime
    paths: tuple[Path, ...] = ()
    socket: str | None = None
    poll: Poll | None = None
    key: KeyMark | None = None


def source_name(text: str) -> str:
    """A name that a source may be given: it stands in addresses, files and messages."""
    if not _NAME.fullmatch(text):
        raise Invalid(
            f"A source cannot be called {text!r}.",
            "Use small letters, digits, points, - and _: up to 64, the first a letter or digit.",
        )
    return text


def account_name(text: str) -> str:
    """The name of one account; raises `Invalid` for a pattern and for a group."""
    bare = text.strip("/")
    if not bare or "*" in bare or bare.startswith("@"):
        raise Invalid(
            f"{text!r} is not one account.", "Name an account, such as acme or acme/finance."
        )
    return bare


def seconds_named(text: str) -> int:
    """The seconds of a time such as 90s, 15m, 6h or 1d."""
    number, unit = text[:-1], text[-1:]
    if unit not in _SECONDS or not (number.isascii() and number.isdigit()) or not int(number):
        raise Invalid(f"{text!r} is no length of time.", "Write 15m, 6h or 1d.")
    return int(number) * _SECONDS[unit]


def in_words(seconds: int) -> str:
    """A length of time as it is written: the other way round."""
    for unit, size in reversed(_SECONDS.items()):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def poll_checked(poll: Poll) -> Poll:
    """A poll that can be done; raises `Invalid`."""
    address = urlsplit(poll.address)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise Invalid(
            f"{poll.address!r} is no address of a server.", "Write https://bao.example.org:8200."
        )
    if address.username or address.password:
        raise Invalid("An address with a password is kept nowhere.", "Give --token-file.")
    if poll.every < EVERY_AT_LEAST:
        raise Invalid(
            f"Every {in_words(poll.every)} is too often.", "Poll once a minute at the most."
        )
    for path in filter(None, (poll.token_file, poll.ca_cert)):
        absolute(Path(path))
    return poll


def absolute(path: Path) -> Path:
    """A path that means the same wherever a process runs; raises `Invalid` for another."""
    if not path.is_absolute() or "\0" in str(path):
        raise Invalid(f"{path} is no absolute path.", "Begin it with /.")
    return path
