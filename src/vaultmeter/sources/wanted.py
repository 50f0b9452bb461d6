"""A source as somebody asks for it, before it is added."""

from dataclasses import dataclass
from pathlib import Path

from vaultmeter.app import connector_named
from vaultmeter.connectors import inventory_of
from vaultmeter.inbox.batches import Source
from vaultmeter.model.collecting import Poll, absolute, account_name, poll_checked, source_name
from vaultmeter.model.errors import Invalid
from vaultmeter.receive.address import address_of


@dataclass(frozen=True)
class Wanted:
    """A source as it is asked for. Paths are absolute."""

    name: str
    connector: str
    account: str | None = None
    paths: tuple[Path, ...] = ()
    socket: str | None = None
    poll: Poll | None = None

    def checked(self) -> "Wanted":
        """The same, tidied; raises `Invalid` and `NotFound` naming what is wrong."""
        connector_named(self.connector)
        if self.poll is not None:
            inventory_of(self.connector)
        return Wanted(
            source_name(self.name),
            self.connector,
            None if self.account is None else account_name(self.account),
            tuple(dict.fromkeys(map(absolute, self.paths))),
            None if self.socket is None else address_of(self.socket).url,
            None if self.poll is None else poll_checked(self.poll),
        )


def check_same(source: Source, wanted: Wanted) -> None:
    """Refuse to read a source that was taken in by hand in another way; raises `Invalid`."""
    for what, is_, asked in (
        ("connector", source.connector, wanted.connector),
        ("account", source.account, wanted.account),
    ):
        if asked is not None and is_ != asked:
            raise Invalid(
                f"Source {source.name!r} is there already, and its {what} is {is_!r}.",
                f"Choose another name, or give --{what} {is_}.",
            )
