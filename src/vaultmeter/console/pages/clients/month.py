"""The billing month of the clients page, and whose clients in it are looked at closely."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import Any

from vaultmeter.asked import When
from vaultmeter.console import titles
from vaultmeter.console.asking import Asking
from vaultmeter.console.client_curve import month_when
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.titles import plain_title
from vaultmeter.views.view import View

ZONE = "UTC"
"""The zone of billing months, as vendors bill."""
PRODUCTS = ("sm", "pm", "sra")
"""What clients are counted for, in the order of reports."""
_MONTHS = 12
Row = Mapping[str, Any]


@dataclass(frozen=True)
class BillingMonth:
    """A calendar month in the billing zone; `first` is its first day."""

    first: date
    now: date
    """The month it is."""

    @property
    def when(self) -> When:
        """The month, as reports are asked for it."""
        return month_when(self.first, ZONE)

    @property
    def is_running(self) -> bool:
        """Whether it is not over."""
        return self.first == self.now

    @property
    def text(self) -> str:
        """As the address has it: 2026-11."""
        return f"{self.first:%Y-%m}"

    @property
    def earlier(self) -> date:
        """The month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def later(self) -> date | None:
        """The month after; `None` for one that has not begun."""
        return None if self.is_running else _next(self.first)

    @property
    def year_back(self) -> date:
        """The first of the twelve months that end with this one."""
        return _back(self.first, _MONTHS - 1)

    @property
    def year_when(self) -> When:
        """The twelve months that end with this one, as reports are asked for them."""
        return replace(self.when, start=self.year_back.isoformat())

    @property
    def around(self) -> When:
        """A year before it up to now, as reports are asked for it."""
        return replace(month_when(self.now, ZONE), start=_back(self.first, _MONTHS).isoformat())


def month_of(asking: Asking) -> BillingMonth:
    """The month of the address; the running one where it names none that can be read."""
    now = asking.now.astimezone(UTC).date().replace(day=1)
    found = _read(asking.view.extra.get("month", ""))
    return BillingMonth(now if found is None or found > now else found, now)


def is_unread(asking: Asking) -> bool:
    """Whether the address names a month that is none, or has not begun."""
    named = asking.view.extra.get("month", "")
    return bool(named) and named != month_of(asking).text


def at_month(asking: Asking, first: date) -> View:
    """The page at another month."""
    now = asking.now.astimezone(UTC).date().replace(day=1)
    word = "" if first == now else f"{first:%Y-%m}"
    return asking.view.changed(evidence="").with_extra(month=word)


def months_offered(month: BillingMonth) -> list[date]:
    """The running month and the eleven before it, and the one that is shown."""
    usual = [_back(month.now, back) for back in range(_MONTHS)]
    return usual if month.first in usual else [*usual, month.first]


@dataclass(frozen=True)
class Chosen:
    """The product and account that are looked at closely, with their clients of the month."""

    month: BillingMonth
    clients: Row
    """The row of the report `clients`."""
    forecast: Row | None
    """That of `forecast`."""

    @property
    def product(self) -> str:
        """The code of the product."""
        return str(self.clients["product"])

    @property
    def account(self) -> str:
        """The account; `*` is the whole organisation."""
        return str(self.clients["account"])

    @property
    def key(self) -> dict[str, object]:
        """What names its row in reports about clients."""
        return {name: self.clients[name] for name in ("month", "product", "account")}

    @property
    def limit(self) -> int | None:
        """How many clients there may be."""
        limit: int | None = self.clients["limit"]
        return limit


def chosen(asking: Asking) -> Chosen | None:
    """Those that the address names, else the ones nearest to a limit, else the widest.

    `None` where the month has no clients.
    """
    month = month_of(asking)
    rows = standings(asking, month)
    if not rows:
        return None
    product, account = (asking.view.extra.get(word, "") for word in ("product", "of"))
    named = [row for row in rows if row["product"] == product] or rows
    exact = [row for row in named if row["account"] == account]
    if exact:
        found = exact[0]
    else:
        limited = [row for row in named if row["limit"] is not None]
        found = min(limited, key=_urgency) if limited else max(named, key=_width)
    outlooks = {(row["product"], row["account"]): row for row in outlook(asking, month)}
    return Chosen(month, found, outlooks.get((found["product"], found["account"])))


def standings(asking: Asking, month: BillingMonth) -> Sequence[Row]:
    """The clients of the month by product and account."""
    return asking.rows("clients", when=month.when)


def outlook(asking: Asking, month: BillingMonth) -> Sequence[Row]:
    """How the month ends, by product and account."""
    return asking.rows("forecast", when=month.when)


def door(asking: Asking, report: str, cell: str, row: Mapping[str, object], when: When) -> str:
    """The address with the evidence of a number that is about months of the billing zone."""
    return evidence_url(asking, report, cell, row, from_=when.start, to=when.end, tz=when.zone)


def widest(rows: Sequence[Row]) -> list[str]:
    """The accounts among some rows that no other one holds."""
    names = {row["account"] for row in rows}
    return sorted(name for name in names if not any(_holds(other, name) for other in names))


def account_title(name: str) -> str:
    """An account as the page names it."""
    return "All accounts" if name == "*" else name


def product_title(code: str) -> str:
    """A product as the page names it."""
    return plain_title(titles.product_title(code))


def _holds(outer: str, inner: str) -> bool:
    return outer != inner and (outer == "*" or inner.startswith(f"{outer}/"))


def _urgency(row: Row) -> tuple[float, str, str]:
    return (-row["total"] / (row["limit"] or 1), row["account"], row["product"])


def _width(row: Row) -> tuple[bool, int]:
    return (row["account"] == "*", row["total"])


def _read(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _back(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _next(first: date) -> date:
    return _back(first, -1)
