"""The sentence that the overview opens with."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import evidence_url
from vaultmeter.console.nothing import in_days, nothing
from vaultmeter.console.pages.overview.clients import Standing, in_full, standing

_IN = {
    "today": "today",
    "yesterday": "yesterday",
    "last-7-days": "in the last 7 days",
    "last-30-days": "in the last 30 days",
    "last-90-days": "in the last 90 days",
    "last-12-months": "in the last 12 months",
    "this-week": "this week so far",
    "last-week": "last week",
    "month-to-date": "this month so far",
    "last-month": "last month",
    "quarter-to-date": "this quarter so far",
    "last-quarter": "last quarter",
    "year-to-date": "this year so far",
    "all": "in all time",
}
"""Ranges as the end of a sentence's first part."""


def in_range(asking: Asking) -> str:
    """The range as a part of a sentence: in the last 30 days; in 3 Nov – 9 Nov; on 3 Nov."""
    return _IN.get(asking.view.range) or in_days(asking)


def measures(asking: Asking) -> dict[str, dict[str, Any]]:
    """The rows of the overview by measure."""
    return {row["measure"]: row for row in asking.rows("overview")}


def people(asking: Asking) -> dict[str, Any] | None:
    """How people stand, all accounts together; `None` without any."""
    rows = asking.rows("adoption", who="people")
    return next((row for row in rows if row["account"] == "*"), None)


def sentence_block(asking: Asking) -> dict[str, Any]:
    """Requests and their change, people of all people, and clients of their limit."""
    found, everybody = measures(asking), people(asking)
    requests, users = found["total_requests"], found["unique_users"]
    words = asking.words
    change = None
    if requests["compared"] is not None:
        change = words.change(requests["value"], requests["compared"], asking.compared_words)
    return {
        "requests": words.count(requests["value"], "request"),
        "requests_url": evidence_url(asking, "overview", "total_requests"),
        "range": in_range(asking),
        "change": change,
        "compared": f"{_in_or_on(asking)} {asking.compared_words}",
        "users": words.number(users["value"]),
        "of_users": words.count(everybody["users"], "person", "people") if everybody else "",
        "users_url": asking.view.at("/product-usage").url(),
        "clients": _clients(asking, standing(asking)),
        "nothing": None if requests["value"] else nothing(asking),
    }


def _in_or_on(asking: Asking) -> str:
    """How the range compared with follows: in a range, on a day."""
    span = asking.compared
    return "on" if span is not None and span.days() == 1 else "in"


def _clients(asking: Asking, found: Standing | None) -> dict[str, str] | None:
    """Where clients stand and what is to come: a lead, the number, and the rest of it."""
    if found is None:
        return None
    words = asking.words
    number = words.number(found.clients)
    told = {"url": evidence_url(asking, "forecast", "clients", found.key)}
    month = words.month(found.month)
    lead = f"Clients in {month} stand at" if not found.is_over else f"Clients in {month}:"
    if found.limit is None:
        return {**told, "lead": lead, "number": number, "rest": "", "date": ""}
    of_limit = f"{number} of {words.number(found.limit)}"
    rest = {"rest": "", "date": ""}
    if found.is_beyond and found.passed is not None:
        rest = {"rest": "the limit was passed on", "date": in_full(found.passed)}
    elif found.passed is not None:
        rest = {
            "rest": "at this pace the limit is passed",
            "date": f"about {in_full(found.passed)}",
        }
    return {**told, "lead": lead, "number": of_limit, **rest}
