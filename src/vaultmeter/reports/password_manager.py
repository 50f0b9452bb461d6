"""The password manager report in the layout of Akeyless's `PasswordManagerReport.json`.

Its console writes this file as "Export as JSON". `time` is Unix milliseconds, and keys are in
camel case, unlike those of the API; `secretByTypes` has its one `secret`. Month labels are not
documented there; ours are `YYYY-MM`. What is no series is of the last calendar month of the range,
since limits hold by month: clients by method add up to that month's clients, items by type to that
month's items.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

from vaultmeter.model.kinds import Product
from vaultmeter.reports.analytics_data import method_code
from vaultmeter.reports.head import part_named, report_named
from vaultmeter.reports.ranges import last_month
from vaultmeter.reports.run import Ask, answer
from vaultmeter.store import Store

FILE = "PasswordManagerReport.json"
"""What the original calls the file."""
_ALL = "*"


def akeyless(store: Store, ask: Ask, now: datetime) -> dict[str, Any]:
    """The document for a range, computed at `now`; `total` of a method includes the exceeded."""
    whole = replace(ask, limit=None, offset=0, sort=None)
    rows = answer(store, report_named("password-manager"), whole).dicts()
    months = [row for row in rows if row["auth_method"] == _ALL]
    latest = replace(whole, period=last_month(ask.period))
    types = answer(store, part_named("_passwords_by_type"), latest).dicts()
    return {
        "time": int(now.timestamp() * 1000),
        "clientsByMonth": {f"{row['month']:%Y-%m}": row["clients"] for row in months},
        "clientsByAuthMethods": _by_method(store, latest),
        "secretsByMonth": {f"{row['month']:%Y-%m}": row["stored_passwords"] for row in months},
        "secretByTypes": {row["type"]: row["items"] for row in types},
    }


def _by_method(store: Store, latest: Ask) -> dict[str, dict[str, int]]:
    """Clients of a month within the limit and in all, by the code of their sign-in method."""
    clients = _of_product(store, "_clients_by_product", latest)
    exceeded = {row["identity"] for row in _of_product(store, "_exceeded_clients", latest)}
    total = Counter(method_code(client["auth_method"]) for client in clients)
    beyond = Counter(
        method_code(client["auth_method"]) for client in clients if client["identity"] in exceeded
    )
    return {
        method: {"actual": count - beyond[method], "total": count}
        for method, count in sorted(total.items(), key=lambda one: (-one[1], one[0]))
    }


def _of_product(store: Store, part: str, ask: Ask) -> list[dict[str, Any]]:
    rows = answer(store, part_named(part), ask).dicts()
    return [row for row in rows if row["product"] == Product.PM]
