"""What an inventory of a vault tells: facts at an instant, and what could not be read.

Connectors make these, `ingest/inventory.py` applies them. Times are texts as the vault wrote
them, RFC 3339 with an offset.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

INVENTORY = "inventory"
"""The connector of facts, and what their source is called below the name of the vault's own."""


@dataclass(frozen=True)
class Access:
    """How to reach a vault. The token is used in requests and shown nowhere."""

    address: str
    token: str = field(repr=False)
    ca_cert: str | None = None
    namespace: str = ""
    timeout: float = 30.0
    """Seconds to wait for one answer."""
    asking: Callable[[], None] = lambda: None
    """Called before each request; what it raises ends the inventory."""


@dataclass(frozen=True)
class Item:
    """An item that was listed, or that is known to be deleted; `account` lies below the source's.

    `certain` is false where its name is listed but its value may be deleted all the same.
    """

    item: str
    type: str
    account: str = ""
    created: str | None = None
    deleted: str | None = None
    certain: bool = True


@dataclass(frozen=True)
class Identity:
    """Somebody or something that may sign in; the first key is the one that was listed."""

    keys: tuple[str, ...]
    name: str
    kind: Literal["person", "machine", "agent", "system"]
    rank: int
    account: str = ""
    method: str | None = None
    created: str | None = None
    disabled: bool | None = None
    listed: bool = True
    """False for one that is known and has nothing left to sign in with."""
    certain: bool = True
    """False where that cannot be told; its listing then shows nothing."""


@dataclass(frozen=True)
class Listed:
    """A part of the vault, by the start of names or keys, and whether all of it was listed."""

    of: Literal["items", "identities"]
    part: str
    complete: bool
    account: str = ""
    everywhere: bool = False
    """For the source's account and all below it."""
    limited: bool = False
    """Says nothing of what neither this vault's records nor its inventories told of."""


@dataclass(frozen=True)
class Unread:
    """Something that could not be listed or read, why, and the line of a policy that allows it."""

    account: str
    path: str
    why: str
    policy: str | None = None


@dataclass
class Snapshot:
    """Everything that one inventory told. `taken` is aware, by the clock of the vault."""

    vault: str
    taken: datetime
    cluster: str | None = None
    version: str | None = None
    namespaces: int = 0
    mounts: int = 0
    auth_methods: int = 0
    requests: int = 0
    items: list[Item] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    def lines(self) -> Iterator[bytes]:
        """The facts, one a line; what was listed to the end comes last."""
        taken = self.taken.astimezone(UTC).isoformat(timespec="microseconds")
        own = {"vault": self.vault, "cluster": self.cluster}
        yield _line("snapshot", taken, own)
        for fact, told in (("item", self.items), ("identity", self.identities)):
            for each in told:
                yield _line(fact, taken, vars(each))
        for part in self.listed:
            yield _line("listed", taken, {"vault": self.vault, **vars(part)})


def _line(fact: str, taken: str, fields: dict[str, Any]) -> bytes:
    said = {name: value for name, value in fields.items() if value not in (None, "")}
    if "part" in fields:
        said["part"] = fields["part"]
    text = json.dumps({"fact": fact, "taken": taken, **said}, ensure_ascii=False)
    return text.encode("utf-8", "replace") + b"\n"
