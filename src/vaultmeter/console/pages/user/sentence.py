"""The sentence of a user's page: what they did, against before and against their peers."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.named import User, user_of
from vaultmeter.console.pages.user.measures import OF_MACHINES, OF_PEOPLE, Feature
from vaultmeter.console.pages.user.peers import Peers, peers_of
from vaultmeter.console.pages.user.row import Row, before_of, door, row_of

_MAIN = (OF_PEOPLE[1], OF_PEOPLE[3], OF_MACHINES[0])
"""What a sentence about a person is about: the first of which there is any."""


def sentence_block(asking: Asking) -> dict[str, Any]:
    """The parts of the sentence."""
    user = user_of(asking)
    row = row_of(asking, user)
    if row is None or not row["requests"]:
        return {"user": user, "row": row, "main": None, "is_seen": _is_seen(row)}
    main = _main(user, row)
    before, value = before_of(asking, user), row[main.name]
    days = asking.rows("activity", per="day", filters=user.filters)
    known = [each for each in days if each["start"] <= asking.now]
    return {
        "user": user,
        "row": row,
        "is_seen": True,
        "main": asking.words.count(value, main.noun, main.nouns),
        "url": door(asking, user, main.name),
        "sessions": row["login_sessions"] if user.kind == "person" else 0,
        "sessions_url": door(asking, user, "login_sessions"),
        "active_days": sum(each["requests"] > 0 for each in known),
        "days": len(known),
        "change": None
        if before is None or not asking.compared
        else asking.words.change(value, before[main.name], asking.compared_words),
        "compared": asking.compared_words,
        "peers": _against(asking, peers_of(asking, user), main, value),
    }


def _is_seen(row: Row | None) -> bool:
    return row is not None and row["status"] != "no_evidence"


def _main(user: User, row: Row) -> Feature:
    """What they do above all."""
    if user.kind != "person":
        return OF_MACHINES[0]
    return next((each for each in _MAIN if row[each.name]), OF_MACHINES[0])


def _against(asking: Asking, peers: Peers | None, main: Feature, value: int) -> str:
    """How a number compares with the middle of their peers': 2.3 times the median of acme."""
    if peers is None:
        return ""
    median = peers.medians[main.name]
    if not median:
        return f"where the median of {peers.account} is 0"
    times = asking.words.number(round(value / median, 1))
    if value == median:
        return f"as many as the median of {peers.account}"
    return f"{times} times the median of {peers.account}"
