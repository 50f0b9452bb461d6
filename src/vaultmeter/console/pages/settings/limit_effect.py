"""What a client limit would mean: which months would be over it, held against the limit of now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from vaultmeter.asked import When
from vaultmeter.console.asking import Asking
from vaultmeter.model.errors import Invalid
from vaultmeter.model.terms import ORGANISATION
from vaultmeter.views.view import View

FIELDS = ("product", "account", "clients", "from")
"""Every field of the form, as the address has it."""
_RANGE = "last-12-months"


@dataclass(frozen=True)
class Wanted:
    """A limit as it is typed: of any number of clients where `clients` is `None`."""

    product: str
    account: str | None
    clients: int | None
    first: str | None
    """The first month it holds for, such as 2026-11; `None` where it always held."""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> "Wanted":
        """Read a form; raises `Invalid`."""
        text = fields.get("clients", "").replace(",", "")
        try:
            clients = int(text) if text else None
        except ValueError:
            raise Invalid(
                f"{text[:40]!r} is no number of clients.", "Write 500, or nothing for any number."
            ) from None
        account = fields.get("account", "").strip() or None
        return cls(fields.get("product", ""), account, clients, fields.get("from") or None)


@dataclass(frozen=True)
class Month:
    """A month under two limits: how many clients it has, and how many are exceeded."""

    first: date
    clients: int
    limit: int | None
    exceeded: int
    then_limit: int | None
    then_exceeded: int

    @property
    def is_other(self) -> bool:
        """Whether the wanted limit makes a difference in it."""
        return (self.limit, self.exceeded) != (self.then_limit, self.then_exceeded)


def months_under(asking: Asking, wanted: Wanted) -> list[Month]:
    """The months of a year, the newest first, without and with the wanted limit.

    Clients are those the reader may see. Raises what reports raise.
    """
    account = wanted.account or ORGANISATION
    rows = asking.rows(
        "clients",
        view=View(asking.view.path),
        when=When(_RANGE),
        filters={"product": [wanted.product]},
    )
    found = [row for row in rows if row["account"] == account]
    return [_month(row, wanted) for row in reversed(found)]


def _month(row: Mapping[str, object], wanted: Wanted) -> Month:
    first, total, limit, exceeded = (row[name] for name in ("month", "total", "limit", "exceeded"))
    day = first if isinstance(first, date) else date.fromisoformat(str(first)[:10])
    clients, over = int(str(total)), int(str(exceeded or 0))
    held = None if limit is None else int(str(limit))
    if wanted.first is not None and f"{day:%Y-%m}" < wanted.first:
        return Month(day, clients, held, over, held, over)
    then = 0 if wanted.clients is None else max(0, clients - wanted.clients)
    return Month(day, clients, held, over, wanted.clients, then)
