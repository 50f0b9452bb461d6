"""The tables of the clients page: the month by product and account, its parts, and its year."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.bars import Bar, topped
from vaultmeter.console.pages.clients.month import (
    PRODUCTS,
    Chosen,
    account_title,
    at_month,
    chosen,
    door,
    month_of,
    outlook,
    product_title,
    standings,
    widest,
)
from vaultmeter.console.pages.clients.sentence import whose
from vaultmeter.console.titles import method_title
from vaultmeter.views.view import Filter

Facts = dict[str, Any]
_NUMBERS = ("total", "actual", "exceeded")
_KINDS = (("people", "People"), ("machines", "Machines"), ("agents", "Agents"))


def by_account(asking: Asking) -> Facts:
    """Total, actual and exceeded clients by product, or by product and account."""
    month = month_of(asking)
    rows = standings(asking, month)
    outer, expected = widest(rows), _expected(asking)
    is_whole = asking.view.extra.get("rows", "") == "organisation"
    groups = []
    for product in PRODUCTS:
        own = [row for row in rows if row["product"] == product]
        inner = [] if is_whole else [row for row in own if row["account"] not in outer]
        totals = [row for row in own if row["account"] in outer]
        if own:
            lines = [_line(asking, row, expected) for row in inner]
            groups.append({"lines": lines, "totals": [_line(asking, r, expected) for r in totals]})
    return {
        "groups": groups,
        "is_whole": is_whole,
        "month": asking.words.month(month.first),
        "accounts_url": asking.view.with_extra(rows="").url(),
        "whole_url": asking.view.with_extra(rows="organisation").url(),
        "is_running": month.is_running,
    }


def _line(asking: Asking, row: Mapping[str, Any], expected: Mapping[Any, Any]) -> Facts:
    """A row of the table, with a door behind each number."""
    month = month_of(asking)
    key = {name: row[name] for name in ("month", "product", "account")}
    ends = expected.get((row["product"], row["account"]))
    of = asking.view.changed().with_extra(product=row["product"], of=row["account"])
    return {
        **row,
        "product": product_title(row["product"]),
        "account": account_title(row["account"]),
        "url": of.url(),
        "doors": {name: door(asking, "clients", name, key, month.when) for name in _NUMBERS},
        "likely": None if ends is None else ends["likely"],
        "low": None if ends is None else ends["low"],
        "high": None if ends is None else ends["high"],
        "likely_door": door(asking, "forecast", "likely", key, month.when),
    }


def _expected(asking: Asking) -> dict[tuple[str, str], Mapping[str, Any]]:
    rows = outlook(asking, month_of(asking))
    return {(row["product"], row["account"]): row for row in rows}


def methods(asking: Asking) -> Facts:
    """How the clients of the month sign in."""
    found = chosen(asking)
    if found is None:
        return {"bars": [], "whole": 0, "told": "", "caption": "", "first": ""}
    rows = [
        row
        for row in asking.rows("clients-by-method", when=found.month.when)
        if all(row[name] == value for name, value in found.key.items())
    ]
    bars = [_method(asking, found, row) for row in rows]
    return {
        "bars": topped(bars),
        "whole": found.clients["total"],
        "told": _told(asking, found),
        "caption": "Clients by authentication method",
        "first": "Method",
    }


def _method(asking: Asking, found: Chosen, row: Facts) -> Bar:
    method, view = row["auth_method"], asking.view
    others = (each for each in view.filters if each.dimension != "auth_method")
    narrowed = view.changed(filters=(*others, Filter("auth_method", "is", (method,))))
    key = {**found.key, "auth_method": method}
    evidence = door(asking, "clients-by-method", "clients", key, found.month.when)
    url = "" if method == "unknown" else narrowed.url()
    return Bar(method_title(method), row["clients"], url, evidence)


def kinds(asking: Asking) -> Facts:
    """How many of the clients are people, machines and agents."""
    found = chosen(asking)
    if found is None:
        return {"bars": [], "whole": 0, "told": "", "caption": "", "first": ""}
    bars = [
        Bar(
            title,
            found.clients[name],
            "",
            door(asking, "clients", name, found.key, found.month.when),
        )
        for name, title in _KINDS
    ]
    return {
        "bars": topped(bars),
        "whole": found.clients["total"],
        "told": _told(asking, found),
        "caption": "Clients by kind",
        "first": "Kind",
    }


def _told(asking: Asking, found: Chosen) -> str:
    count = asking.words.count(found.clients["total"], "client")
    return f"{asking.words.month(found.month.first)}, {whose(found)}, {count}"


def year(asking: Asking) -> Facts:
    """The twelve months that end with the one that is shown, each counted anew."""
    found = chosen(asking)
    if found is None:
        return {"rows": [], "told": ""}
    month = found.month
    first, last = f"{month.year_back:%Y-%m}", month.text
    rows = [
        row
        for row in asking.rows("client-periods", when=month.year_when)
        if (row["product"], row["account"]) == (found.product, found.account)
    ]
    months = [row for row in rows if row["per"] == "month" and first <= row["period"] <= last]
    most = max((row["clients"] for row in months), default=1)
    return {
        "rows": [_month(asking, found, row, most) for row in reversed(months)],
        "years": [_year(asking, found, row) for row in rows if row["per"] == "year"],
        "told": whose(found),
    }


def _month(asking: Asking, found: Chosen, row: Facts, most: int) -> Facts:
    first = date.fromisoformat(f"{row['period']}-01")
    return {
        "name": asking.words.month(first),
        "url": at_month(asking, first).url(),
        "is_shown": first == found.month.first,
        "width": f"{100 * row['clients'] / most:.1f}",
        **_counts(asking, found, row),
    }


def _year(asking: Asking, found: Chosen, row: Facts) -> Facts:
    return {"name": row["period"], **_counts(asking, found, row)}


def _counts(asking: Asking, found: Chosen, row: Facts) -> Facts:
    names = ("clients", "clients_by_account", "client_months")
    key = {name: row[name] for name in ("per", "period", "product", "account")}
    when = found.month.year_when
    return {
        name: {"value": row[name], "door": door(asking, "client-periods", name, key, when)}
        for name in names
    }
