"""What was decided and holds for every answer: definitions, limits, groups of accounts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from vaultmeter.model.status import StatusDefinition

ALWAYS = date.min
"""The first month of a limit that always held."""
ORGANISATION = "*"
"""In place of an account: the whole organisation."""


@dataclass(frozen=True)
class Limit:
    """How many clients an account may have in a product, from a month on."""

    product: str
    account: str
    """Its name, which covers the accounts below it; `*` is the whole organisation."""
    month: date
    """The first day of the first month it holds for; `ALWAYS` where it always held."""
    clients: int | None
    """How many; `None` ends an earlier limit."""


@dataclass(frozen=True)
class Terms:
    """What holds for every answer."""

    status: StatusDefinition = field(default_factory=StatusDefinition)
    limits: tuple[Limit, ...] = ()
    """In order of product, account and month."""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Patterns of accounts by the name of their group."""

    def limit_of(self, product: str, account: str, month: date) -> int | None:
        """How many clients this very account may have in a month; `None` for any number.

        The limit with the latest first month holds, up to that of the next one.
        """
        held = [
            limit
            for limit in self.limits
            if (limit.product, limit.account) == (product, account) and limit.month <= month
        ]
        return max(held, key=lambda limit: limit.month).clients if held else None

    def limits_in(self, months: Iterable[date]) -> list[Limit]:
        """The limits that hold in each of these months, each as a limit of that month alone."""
        limited = dict.fromkeys((limit.product, limit.account) for limit in self.limits)
        found = [
            Limit(product, account, month, self.limit_of(product, account, month))
            for month in months
            for product, account in limited
        ]
        return [limit for limit in found if limit.clients is not None]
