"""Who asks, and which accounts they may see."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """Somebody who asks for reports.

    `accounts` are the names of the accounts whose rows may be seen, each with the accounts below
    it (`acme` covers `acme/finance`); `None` means all of them.
    """

    name: str
    accounts: tuple[str, ...] | None = None

    @classmethod
    def operator(cls) -> "Viewer":
        """The person at the machine that holds the data: sees everything."""
        return cls("operator")
