"""Who a user is, as far as vaults tell, and what they use most."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.named import User, item_urls, namesakes_of, user_of
from vaultmeter.console.pages.user.row import narrowed, own_door, row_of
from vaultmeter.console.titles import method_title, type_title

_KINDS = {
    "person": "Person",
    "machine": "Machine",
    "agent": "Agent",
    "system": "The vault itself",
    "unknown": "Not told: only refused sign-ins",
}
_MOST_ITEMS = 5


def about_block(asking: Asking) -> dict[str, Any]:
    """Sources that know them, how they sign in, and how we know."""
    user = user_of(asking)
    row = row_of(asking, user)
    sources = [
        each for each in asking.rows("user-sources", filters=user.filters) if user.is_in(each)
    ]
    others = namesakes_of(asking, user)
    whole = sum(each["requests"] for each in sources)
    return {
        "user": user,
        "row": row,
        "kind": _KINDS.get(user.kind, user.kind),
        "sources": sources,
        "namesakes": [(each.account, asking.view.at(f"/users/{each.id}").url()) for each in others],
        "sign_ins": _sign_ins(asking, user.filters),
        "failed": row["failed_logins"] if row else 0,
        "failed_url": own_door(asking, user, "users", "failed_logins", _key(user), who="everyone"),
        "first_seen": row["first_seen"] if row else _first(sources),
        "whole": whole,
        "told": [
            (words, count)
            for words, name in (
                ("by a server", "from_server"),
                ("by a program of theirs", "from_client"),
                ("inferred", "inferred"),
            )
            if (count := sum(each[name] for each in sources))
        ],
    }


def _key(user: User) -> dict[str, str]:
    return {"user": user.name, "account": user.account}


def _first(sources: Sequence[Mapping[str, Any]]) -> datetime | None:
    return min((each["first_seen"] for each in sources), default=None)


def _sign_ins(asking: Asking, filters: dict[str, list[str]]) -> list[str]:
    """How they signed in, and how often: OIDC 23."""
    rows = asking.rows("auth-methods", filters=filters)
    return [
        f"{method_title(row['auth_method'])} {asking.words.number(row['sign_ins'])}"
        for row in sorted(rows, key=lambda row: -row["sign_ins"])
        if row["sign_ins"]
    ]


def used_block(asking: Asking) -> dict[str, Any]:
    """The items they use most."""
    user = user_of(asking)
    found = asking.report("items", filters=user.filters, limit=_MOST_ITEMS, sort="-uses")
    rows = found.dicts()
    urls = item_urls(asking, [(row["item"], row["account"]) for row in rows])
    filters = {name: words[0] for name, words in user.filters.items()}
    return {
        "user": user,
        "total": found.total,
        "items": [
            {
                **row,
                "title": type_title(row["type"]),
                "url": urls.get((row["item"], row["account"]), ""),
                "door": evidence_url(
                    asking,
                    "items",
                    "uses",
                    {"item": row["item"], "account": row["account"]},
                    **filters,
                ),
            }
            for row in rows
        ],
        "all_url": narrowed(asking, user, "/items").with_table(status="used").url(),
    }
