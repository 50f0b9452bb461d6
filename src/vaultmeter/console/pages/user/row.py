"""What is known of the user of a page: their row in the report of users, and doors to it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.named import User, user_of
from vaultmeter.model.period import Period
from vaultmeter.views.view import Filter, View

Row = Mapping[str, Any]


def row_of(asking: Asking, user: User, span: Period | None = None) -> Row | None:
    """Their row over the range of the page, or another span; `None` where they have none."""
    when = asking.between(span) if span else {}
    rows = asking.rows("users", who="everyone", filters=user.filters, **when)
    return next((row for row in rows if user.is_in(row)), None)


def before_of(asking: Asking, user: User) -> Row | None:
    """Their row over the range compared with; `None` where nothing is compared.

    Somebody who was not there yet did nothing.
    """
    if asking.compared is None:
        return None
    return row_of(asking, user, asking.compared) or defaultdict(int)


def door(asking: Asking, user: User, cell: str) -> str:
    """The evidence of one of their numbers."""
    row = {"user": user.name, "account": user.account}
    return own_door(asking, user, "users", cell, row, who="everyone")


def own_door(asking: Asking, user: User, report: str, cell: str, row: Row, **asked: object) -> str:
    """The evidence of a number in a report that is narrowed to them."""
    filters = {name: words[0] for name, words in user.filters.items()}
    return evidence_url(asking, report, cell, row, **asked, **filters)


def narrowed(asking: Asking, user: User, path: str) -> View:
    """Another page, with the range of this one, narrowed to them."""
    others = tuple(each for each in asking.view.filters if each.dimension != "user")
    view = asking.view.at(path)
    account = (user.account,) if user.namesakes > 1 else view.account
    return replace(view, account=account, filters=(*others, Filter("user", "is", (user.name,))))


def user_and_row(asking: Asking) -> tuple[User, Row | None]:
    """The user of the page, and their row."""
    user = user_of(asking)
    return user, row_of(asking, user)
