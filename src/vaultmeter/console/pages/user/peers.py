"""Whom a user may be compared with: those of their kind in their account, if they are enough."""

from collections.abc import Mapping
from dataclasses import dataclass

from vaultmeter.console.asking import Asking
from vaultmeter.console.named import User

FEWEST = 5
"""Of fewer people a middle value would tell what single ones do."""


@dataclass(frozen=True)
class Peers:
    """Those of one kind in one account, and the middle value of each of their numbers."""

    account: str
    kind: str
    users: int
    medians: Mapping[str, float]


def peers_of(asking: Asking, user: User) -> Peers | None:
    """The peers of a user; `None` where they are fewer than five."""
    everybody = {"user": ["*"], "account": [user.account]}
    for row in asking.rows("peers", who="everyone", filters=everybody):
        is_theirs = (row["account"], row["kind"]) == (user.account, user.kind)
        if is_theirs and row["users"] >= FEWEST:
            medians = {name: value for name, value in row.items() if isinstance(value, float)}
            return Peers(user.account, user.kind, row["users"], medians)
    return None
