"""What became of lines: plain numbers, so that whoever shows them loads nothing else."""

from dataclasses import dataclass


@dataclass
class Outcome:
    """Lines by what became of them, and events added.

    The ledger holds for each batch:
    lines = stored + duplicates + conflicts + rejected + filtered + expired.
    """

    lines: int = 0
    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    rejected: int = 0
    filtered: int = 0
    expired: int = 0
    unknown_kinds: int = 0

    def add(self, other: "Outcome") -> None:
        """Add what became of other lines."""
        for name, lines in vars(other).items():
            setattr(self, name, getattr(self, name) + lines)

    def buckets(self) -> dict[str, int]:
        """The lines by bucket of the ledger."""
        return {
            "stored": self.stored,
            "duplicates": self.duplicates,
            "conflicts": self.conflicts,
            "rejected": self.rejected,
            "filtered": self.filtered,
            "expired": self.expired,
        }
