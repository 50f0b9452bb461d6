"""Where messages go. One file, one kind of destination; each declares `FORWARDER`.

A kind is told everything it needs with each attempt, and answers what came of it. What it sends to
addresses that people typed goes through the client it is given, which leads nowhere but where
requests may go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.message import Message
from vaultmeter.model.tls import Tls
from vaultmeter.plugins import modules_in


class Ending(Enum):
    """What came of an attempt."""

    DELIVERED = "delivered"
    """The receiver has it."""
    FAILED = "failed"
    """It is to be tried again."""
    REFUSED = "refused"
    """The receiver will never take this message: it is given up at once."""
    GONE = "gone"
    """The receiver takes nothing any more: its forwarder is switched off."""


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt, in words that hold no secret."""

    ending: Ending
    detail: str = ""
    retry_after: float | None = None
    """Seconds for which the receiver asked to be left alone."""
    is_down: bool = False
    """Whether the receiver as a whole did not work, and not this message alone."""
    done: tuple[str, ...] = ()
    """The addresses that have taken it, where there are several."""


@dataclass(frozen=True)
class Envelope:
    """A message on its way."""

    id: str
    """The same over every attempt, so that receivers can drop what comes twice."""
    message: Message
    now: datetime
    """When the attempt is made, UTC."""
    done: frozenset[str] = frozenset()
    """The addresses that have taken it already."""


class Reply(Protocol):
    """What a receiver answered; header names are in lower case."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by name in lower case."""

    @property
    def body(self) -> bytes:
        """The beginning of the body."""


class Client(Protocol):
    """Sends requests to where they may go, and follows no redirect."""

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        *,
        tls: Tls | None = None,
    ) -> Reply:
        """Send one request; raises `Invalid` for no address, and `Unavailable`."""


@dataclass(frozen=True)
class MailServer:
    """The mail server of the settings, and who mail is from."""

    host: str
    port: int
    security: str
    """tls (from the first byte), starttls (required), or none."""
    user: str
    password: str = field(repr=False)
    sender: str
    """The address that mail is from."""
    domains: tuple[str, ...]
    """The domains that may be written to; empty for all."""
    trusted: Path | None
    """PEM file of the authorities that the server is known by; `None` for those of the machine."""
    seconds: float = 30.0
    """An attempt that takes longer has failed."""


@dataclass(frozen=True)
class Means:
    """What a kind sends with."""

    client: Client
    mail: MailServer | None
    """`None` where no mail server is set."""


@dataclass(frozen=True)
class Setting:
    """Something a kind needs to be told."""

    name: str
    help: str
    secret: bool = False
    """Whether it is sealed, and never told again."""
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""
    make: Callable[[], str] | None = None
    """Makes one that is not given; it is told once, and can be changed for a new one."""
    is_own: bool = False
    """Whether it is kept here beside what people set, and never taken from them."""


Values = Mapping[str, str]
"""Settings of a forwarder by name, secrets among them; what is not set is the default."""


def unchecked(_: Values) -> None:
    """Find nothing wrong."""


@dataclass(frozen=True)
class Kind:
    """A kind of destination."""

    title: str
    settings: tuple[Setting, ...]
    deliver: Callable[[Envelope, Values, Means], Outcome]
    """Try once to deliver; what it raises counts as a failure that is tried again."""
    check: Callable[[Values], None] = unchecked
    """Raises `Invalid` for settings that cannot work together."""
    endpoint: str = ""
    """The setting that says where it goes, where that is no secret."""

    @property
    def secrets(self) -> frozenset[str]:
        """The names of the settings that are secret."""
        return frozenset(each.name for each in self.settings if each.secret)


@cache
def kinds() -> dict[str, Kind]:
    """Every kind there is, by name."""
    return {name: module.FORWARDER for name, module in modules_in("vaultmeter.forwarders")}


def kind_named(name: str) -> Kind:
    """The kind of that name; raises `NotFound`."""
    known = kinds()
    if name not in known:
        raise NotFound(f"There is no kind of forwarder {name!r}.", did_you_mean(name, known))
    return known[name]


def checked(kind: Kind, values: Mapping[str, Any]) -> dict[str, str]:
    """The settings of a forwarder as they are kept, with defaults; raises `Invalid`."""
    known = {each.name: each for each in kind.settings}
    if wrong := sorted(values.keys() - known.keys()):
        raise Invalid(f"There is no setting {wrong[0]!r} here.", did_you_mean(wrong[0], known))
    for name, value in values.items():
        if not isinstance(value, str):
            raise Invalid(f"The setting {name!r} is no text.", "Write it as text.")
    kept = {name: str(values.get(name) or each.default) for name, each in known.items()}
    for name, each in known.items():
        if each.required and not kept[name]:
            raise Invalid(f"The setting {name!r} is missing.", each.help)
        if each.choices and kept[name] not in each.choices:
            raise Invalid(f"{name} is {kept[name]!r}.", did_you_mean(kept[name], each.choices))
    kind.check(kept)
    return kept
