"""The answer of the clients page in a few sentences, and the three numbers a bill may go by."""

import re
from datetime import date
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.client_curve import client_curve
from vaultmeter.console.pages.clients.month import (
    Chosen,
    account_title,
    at_month,
    chosen,
    door,
    month_of,
    product_title,
)

Facts = dict[str, Any]
_MONTH = re.compile(r"\d{4}-\d\d")


def sentence(asking: Asking) -> Facts:
    """Clients of the limit, how many are beyond it, and how the month will end."""
    found, month = chosen(asking), month_of(asking)
    facts: Facts = {"found": found, "month": asking.words.month(month.first)}
    if found is None:
        return {**facts, "nearest": _nearest(asking)}
    row, when = found.clients, month.when
    return {
        **facts,
        "is_running": month.is_running,
        "product": product_title(found.product),
        "where": "all accounts" if found.account == "*" else found.account,
        "total_door": door(asking, "clients", "total", found.key, when),
        "exceeded_door": door(asking, "clients", "exceeded", found.key, when),
        "reached": row["limit_reached"],
        "ends": _ends(asking, found),
        "passes": _passes(asking, found),
        "ends_door": door(asking, "forecast", "likely", found.key, when),
    }


def _nearest(asking: Asking) -> Facts | None:
    """The month with clients that is nearest to one without, of the years around it."""
    month = month_of(asking)
    periods = {r["period"] for r in asking.rows("client-periods", when=month.around)}
    firsts = [date.fromisoformat(f"{text}-01") for text in periods if _MONTH.fullmatch(text)]
    if not firsts:
        return None
    first = min(firsts, key=lambda each: (abs(each - month.first), each))
    return {"name": asking.words.month(first), "url": at_month(asking, first).url()}


def whose(found: Chosen) -> str:
    """Whose clients, at the beginning of a line: Secrets manager in acme/finance."""
    account = account_title(found.account)
    of = "in all accounts" if found.account == "*" else f"in {account}"
    return f"{product_title(found.product)} {of}"


def _ends(asking: Asking, found: Chosen) -> Facts | None:
    """What the running month ends with, always with its band."""
    row = found.forecast
    if row is None or row["likely"] is None or not found.month.is_running:
        return None
    number = asking.words.number
    low, likely, high = (number(row[name]) for name in ("low", "likely", "high"))
    return {"likely": likely, "band": "" if low == high else f"{low} to {high}"}


def _passes(asking: Asking, found: Chosen) -> str:
    """About when the limit is passed, where that is still to come."""
    row = found.forecast
    is_open = row is not None and found.month.is_running and not found.clients["exceeded"]
    if not is_open or row is None or row["passed"] is None:
        return ""
    return asking.words.day(row["passed"])


def curve(asking: Asking) -> Facts:
    """The month so far and how it goes on."""
    found, month = chosen(asking), month_of(asking)
    figure = None
    if found is not None:
        figure = client_curve(asking, found.product, found.account, month.first, month.when)
    return {"found": found, "figure": figure, "told": "" if found is None else whose(found)}


def three(asking: Asking) -> Facts:
    """By the vendor's rule, counted once over all vaults, and the peak month of the year."""
    found = chosen(asking)
    if found is None:
        return {"found": None}
    when = found.month.when
    rows = {row["per"]: row for row in _periods(asking, found)}
    month, year = rows["month"], rows["year"]
    peak = _peak(asking, found, year["peak_month"])
    return {
        "found": found,
        "by_account": month["clients_by_account"],
        "by_account_door": door(asking, "client-periods", "clients_by_account", _key(month), when),
        "once": month["clients"],
        "once_door": door(asking, "client-periods", "clients", _key(month), when),
        "peak": year["peak_clients"],
        "peak_month": asking.words.month(year["peak_month"]),
        "peak_door": peak,
        "year": year["period"],
    }


def _periods(asking: Asking, found: Chosen) -> list[Facts]:
    """The rows of the month and of its year."""
    text, year = found.month.text, f"{found.month.first:%Y}"
    return [
        row
        for row in asking.rows("client-periods", when=found.month.when)
        if (row["product"], row["account"]) == (found.product, found.account)
        and row["period"] in {text, year}
    ]


def _peak(asking: Asking, found: Chosen, month: date) -> str:
    """The evidence of the peak month: that of its own row."""
    key = {
        "per": "month",
        "period": f"{month:%Y-%m}",
        "product": found.product,
        "account": found.account,
    }
    return door(asking, "client-periods", "clients", key, found.month.when)


def _key(row: Facts) -> Facts:
    return {name: row[name] for name in ("per", "period", "product", "account")}
