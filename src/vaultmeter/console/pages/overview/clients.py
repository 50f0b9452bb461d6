"""The clients of the month in which the range ends: against their limit, and how they sign in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.bars import Bar, topped
from vaultmeter.console.client_curve import client_curve
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.pages.overview.bars import filtered
from vaultmeter.console.titles import account_title, method_title, product_title
from vaultmeter.console.words import NBSP
from vaultmeter.model.access import Permission

TIGHT = 0.8
"""From which part of a limit on it is in sight."""


@dataclass(frozen=True)
class Standing:
    """How many clients a product and account have in a month, and how it will end."""

    month: date
    product: str
    account: str
    clients: int
    limit: int | None
    low: int | None
    likely: int | None
    high: int | None
    passed: date | None
    """The day on which the limit is, or probably is, passed."""
    until: datetime
    is_over: bool

    @property
    def part(self) -> float:
        """Of the limit; a limit of none is used up from the beginning."""
        if self.limit is None:
            return 0.0
        return self.clients / self.limit if self.limit else float(self.clients + 1)

    @property
    def is_beyond(self) -> bool:
        """Whether there are more than the limit already."""
        return self.limit is not None and self.clients > self.limit

    @property
    def is_tight(self) -> bool:
        """Whether the limit is passed this month, or nearly."""
        return self.limit is not None and (self.passed is not None or self.part >= TIGHT)

    @property
    def key(self) -> dict[str, object]:
        """What names its row in reports about clients."""
        return {"month": self.month, "product": self.product, "account": self.account}

    @property
    def whose(self) -> str:
        """Whose clients, in words."""
        return f"{product_title(self.product)}, {account_title(self.account)}"


def standings(asking: Asking) -> list[Standing]:
    """Those that matter, most urgent first: limited ones, else the widest accounts."""
    found = [_standing(row) for row in asking.rows("forecast")]
    limited = [each for each in found if each.limit is not None]
    if limited:
        return sorted(limited, key=_urgency)
    return sorted(found, key=lambda each: (-each.clients, each.account, each.product))


def standing(asking: Asking) -> Standing | None:
    """The one that the overview is about; `None` where nobody was a client."""
    return next(iter(standings(asking)), None)


def _urgency(each: Standing) -> tuple[float, str, str]:
    expected = each.clients if each.likely is None else each.likely
    return (-(expected / (each.limit or 1)), each.account, each.product)


def _standing(row: Mapping[str, Any]) -> Standing:
    return Standing(
        row["month"],
        row["product"],
        row["account"],
        row["clients"],
        row["limit"],
        row["low"],
        row["likely"],
        row["high"],
        row["passed"],
        row["until"],
        row["basis"] == "the month is over",
    )


def in_full(day: date) -> str:
    """A day of this year with its month in full: 27 November."""
    return f"{day.day}{NBSP}{day:%B}"


def month_words(asking: Asking, found: Standing) -> str:
    """The month as a subtitle begins: "November so far", "October"."""
    name = asking.words.month(found.month)
    return name if found.is_over else f"{name} so far"


def limit_block(asking: Asking) -> dict[str, Any]:
    """Clients against the limit, with the curve of the month."""
    found = standing(asking)
    if found is None:
        return {"standing": None, "month": asking.words.month(asking.last_day)}
    figure = client_curve(asking, found.product, found.account, found.month)
    told = f"{month_words(asking, found)}, {found.whose}"
    return {
        "standing": found,
        "figure": figure,
        "told": told,
        "may_limit": asking.may(Permission.LIMITS),
        "billing": asking.view.at("/clients").url(),
        "door": evidence_url(asking, "forecast", "clients", found.key),
        "ends": None if found.is_over else _ends(asking, found),
    }


def _ends(asking: Asking, found: Standing) -> str:
    """How the month ends, in words, always with its band."""
    words = asking.words
    if found.likely is None or found.low is None or found.high is None:
        return ""
    month = words.month(found.month)
    if found.low == found.high:
        return f"At this pace {month} ends with {words.number(found.likely)}."
    band = f"{words.number(found.low)} to {words.number(found.high)}"
    return f"At this pace {month} ends with about {words.number(found.likely)} ({band})."


def methods_block(asking: Asking) -> dict[str, Any]:
    """How the same clients sign in."""
    found = standing(asking)
    rows = [] if found is None else _methods(asking, found)
    bars = [
        Bar(
            method_title(row["auth_method"]),
            row["clients"],
            filtered(asking, "auth_method", row["auth_method"]),
            evidence_url(
                asking,
                "clients-by-method",
                "clients",
                {**found.key, "auth_method": row["auth_method"]} if found else {},
            ),
        )
        for row in rows
    ]
    whole = sum(bar.value for bar in bars)
    told = ""
    if found is not None:
        count = asking.words.count(whole, "client")
        told = f"{month_words(asking, found)}, {count}, {found.whose}"
    return {"bars": topped(bars), "whole": whole, "told": told, "unit": "Clients"}


def _methods(asking: Asking, found: Standing) -> list[dict[str, Any]]:
    """The rows of that month, product and account."""
    return [
        row
        for row in asking.rows("clients-by-method")
        if all(row[name] == value for name, value in found.key.items())
    ]
