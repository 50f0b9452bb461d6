"""The analytics document: clients and items by product, in the layout of `get-analytics-data`.

The layout is the one the official Akeyless SDKs 4.2 to 5.0 parse: integers are JSON integers,
cells of `analytics_data` are strings, `usage_reports.*.time` is Unix seconds and
`clients_usage_reports.*.time` an RFC 3339 string. `usage_reports.sm` and
`clients_usage_reports.sm.clients` are always there.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from vaultmeter.model.errors import NotFound
from vaultmeter.model.filters import Filters
from vaultmeter.model.instants import text_of
from vaultmeter.model.kinds import Product
from vaultmeter.model.period import Period
from vaultmeter.model.terms import Terms
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.breakdown import account_names
from vaultmeter.reports.head import part_named
from vaultmeter.reports.run import Ask, rows_of
from vaultmeter.reports.unmatched import unmatched
from vaultmeter.store import Store
from vaultmeter.store.question import Question

_METHOD_CODES = {
    "kubernetes": "k8s",
    "aws": "aws_iam",
    "azure": "azure_ad",
    "saml": "saml2",
}
"""Our names of sign-in methods that Akeyless has another word for; others stay as they are."""

NO_ACCOUNT = "default"
"""The account that is named where there is none."""
_TYPE_LABELS = {
    "static_secret": "Static Secrets",
    "dynamic_secret": "Dynamic Secrets",
    "rotated_secret": "Rotated Secrets",
    "classic_key": "Classic Keys",
    "password": "Passwords",
    "pki_cert_issuer": "PKI Cert Issuers",
    "ssh_cert_issuer": "SSH Cert Issuers",
    "target": "Targets",
}


def analytics_data(
    store: Store,
    viewer: Viewer,
    period: Period,
    now: datetime,
    terms: Terms | None = None,
    filters: Filters | None = None,
) -> dict[str, Any]:
    """The document for what a viewer may see in a period, computed at `now`.

    `filters` narrow it as they do reports; the account it names is the first that is left.
    A client is exceeded when it was beyond a limit in a calendar month that the period touches.
    Raises `NotFound` for a word in the filters that matches nothing.
    """
    ask = Ask(viewer, period, filters or Filters(), terms=terms or Terms())
    check_known(store, ask)
    return in_order(tables_part(store, ask) | usage_part(store, ask, now), now)


def check_known(store: Store, ask: Ask) -> None:
    """Raise `NotFound` for a word in the filters matching nothing: the document has no notes."""
    question = Question(ask.viewer, ask.period, ask.filters, terms=ask.terms)
    for found in unmatched(store.query, question):
        raise NotFound(found.sentence(), found.hint())


def in_order(parts: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The document of parts: their keys in order, and when they were computed."""
    document = parts | {"date_updated": int(now.timestamp())}
    return {key: document[key] for key in sorted(document)}


def tables_part(store: Store, ask: Ask, *, own: bool = False) -> dict[str, Any]:
    """What `--analytics-access` is about: the tables, and the counts of certificates.

    With `own` only items are counted that were used in the period, by whom `ask` narrows it to.
    """
    items = _rows(store, "_used_items_by_type" if own else "_items_by_type", ask)
    return {
        "analytics_data": {"all_items": _all_items(items)},
        "certificates_expiry_data": {
            "account_id": account_of(store, ask),
            "ca_counts": {},
            "risk_counts": {},
        },
    }


def usage_part(store: Store, ask: Ask, now: datetime) -> dict[str, Any]:
    """What `--usage-reports-access` is about: clients and items, counted and by name.

    A limit of the organisation, or of an account that is not asked about, makes clients exceeded
    in those that are: a filter on accounts takes none of the limits away.
    """
    clients = _rows(store, "_clients_by_product", ask)
    beyond = _rows(store, "_exceeded_clients", replace(ask, filters=ask.filters.without("account")))
    exceeded = {(row["product"], row["identity"]) for row in beyond}
    for client in clients:
        client["exceeded"] = int((client["product"], client["identity"]) in exceeded)
    items = _rows(store, "_items_by_type", ask)
    account = account_of(store, ask)
    return {
        "clients_usage_reports": {
            product.value: _clients_report(
                product,
                [client for client in clients if client["product"] == product],
                account,
                now,
            )
            for product in Product
        },
        "usage_reports": {
            product.value: _summary(
                product,
                [client for client in clients if client["product"] == product],
                {row["type"]: row["items"] for row in items if row["product"] == product},
                now,
            )
            for product in Product
        },
    }


def _rows(store: Store, name: str, ask: Ask) -> list[dict[str, Any]]:
    """The rows of a part, by column; the document tells nothing of what they rest on."""
    part = part_named(name)
    rows, _ = rows_of(store, part, ask)
    names = [column.name for column in part.columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _summary(
    product: Product, clients: list[dict[str, Any]], items: dict[str, int], now: datetime
) -> dict[str, Any]:
    """Headline numbers; clients by method and items by type add up to their totals."""
    return {
        "product": product,
        "time": int(now.timestamp()),
        "total_clients": len(clients),
        "actual_clients": sum(not client["exceeded"] for client in clients),
        "exceeded_clients": sum(client["exceeded"] for client in clients),
        "clients_by_auth_method_types": dict(
            Counter(_method(client) for client in clients).most_common()
        ),
        "ai_clients": sum(client["kind"] == "agent" for client in clients),
        "total_secrets": sum(items.values()),
        "secrets_by_types": items,
    }


def _clients_report(
    product: Product, clients: list[dict[str, Any]], account: str, now: datetime
) -> dict[str, Any]:
    return {
        "account_id": account,
        "product": product,
        "time": text_of(now.astimezone(UTC).replace(microsecond=0)),
        "total_clients": len(clients),
        "clients": [
            {
                "access_id": _access_id(path := _method_path(client)),
                "access_type": _method(client),
                "auth_method_name": path,
                "client_unique_id": client["user"],
                "exceeded_clients": client["exceeded"],
            }
            for client in clients
        ],
    }


def method_code(method: str) -> str:
    """The word that Akeyless has for a sign-in method."""
    return _METHOD_CODES.get(method, method)


def _method(client: dict[str, Any]) -> str:
    return method_code(client["auth_method"])


def _method_path(client: dict[str, Any]) -> str:
    return f"/{client['account']}/{client['auth_method']}"


@lru_cache(maxsize=1024)
def _access_id(method_path: str) -> str:
    """An id of an authentication method, in the form of the original's."""
    return "p-" + sha256(method_path.encode()).hexdigest()[:14]


def _all_items(items: list[dict[str, Any]]) -> list[list[str]]:
    by_type: Counter[str] = Counter()
    for row in items:
        by_type[row["type"]] += row["items"]
    rows = [[_TYPE_LABELS.get(kind, kind), str(count)] for kind, count in sorted(by_type.items())]
    return [["Item Type", "Count"], *rows]


def account_of(store: Store, ask: Ask) -> str:
    """The account that was known first, of those that are asked about."""
    asked = set(account_names(store, ask))
    known = (name for (name,) in store.query("select name from account order by id"))
    return next((name for name in known if name in asked), NO_ACCOUNT)
