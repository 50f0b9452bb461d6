"""What needs attention: at most five things, worst first, each with the one way on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.pages._overview_clients import Standing, standings
from vaultmeter.console.pages._overview_sentence import people
from vaultmeter.model.period import Period

_MOST = 5
_LOOK_BACK = 60
"""Days in which the usual silences of a source are looked for."""
_UNUSED_DAYS = 90


@dataclass(frozen=True)
class Concern:
    """One thing to look after: an icon, its tone, what is the matter, and where to go."""

    icon: str
    tone: str
    title: str
    text: str
    link: str
    url: str


def attention_block(asking: Asking) -> dict[str, Any]:
    """The concerns, worst first."""
    found = [concern for find in _FINDERS for concern in find(asking)]
    order = {"bad": 0, "warn": 1, "idle": 2}
    # Sorting keeps the order of the finders among those of one tone.
    return {"concerns": sorted(found, key=lambda each: order[each.tone])[:_MOST]}


def _silent(asking: Asking) -> Iterable[Concern]:
    """Sources that have been silent for more whole days than ever in the weeks before."""
    zone = asking.period.zone
    span = Period(asking.now - timedelta(days=_LOOK_BACK), asking.now, zone)
    rows = asking.rows("coverage-days", filters={}, **asking.between(span))
    for source in dict.fromkeys(row["source"] for row in rows):
        days = [(row["day"], row["state"]) for row in rows if row["source"] == source]
        now, usual = _silences([state for _, state in days])
        if now > max(1, usual):
            yield _silence(asking, source, days[-1 - now][0], now, usual)


def _silences(states: list[str]) -> tuple[int, int]:
    """How many days the silence at the end has lasted, and the longest one before it."""
    runs, longest, current = [], 0, 0
    for state in states:
        current = current + 1 if state == "silent" else 0
        runs.append(current)
    now = current
    longest = max(runs[: len(runs) - now], default=0)
    return now, longest


def _silence(asking: Asking, source: str, last: date, now: int, usual: int) -> Concern:
    words = asking.words
    told = asking.report("coverage").complete_to.get(source)
    since = words.instant(told).text if isinstance(told, datetime) else words.day(last)
    before = f"the longest before was {words.count(usual, 'day')}" if usual else "never before"
    return Concern(
        "stop",
        "bad",
        f"{source} has been silent since {since}",
        f"{words.count(now, 'day')} without a record; {before}.",
        "Check the source",
        asking.view.at("/sources").url(),
    )


def _limits(asking: Asking) -> Iterable[Concern]:
    """Limits that are passed, will be, or are nearly used up."""
    for found in standings(asking):
        if found.is_tight and not found.is_over:
            yield _limit(asking, found)


def _limit(asking: Asking, found: Standing) -> Concern:
    words = asking.words
    limit, month = words.number(found.limit or 0), words.month(found.month)
    of_limit = f"{words.number(found.clients)} of {limit} ({found.whose})"
    url = asking.view.at("/clients").url()
    if found.is_beyond:
        day = "" if found.passed is None else f" on {words.day(found.passed)}"
        title = f"Client limit passed{day}"
        return Concern("stop", "bad", title, f"{month}: {of_limit}.", "See who is new", url)
    if found.passed is not None and found.likely is not None:
        title = f"Client limit about {words.day(found.passed)}"
        text = f"At this pace {month} ends near {words.number(found.likely)} of {limit}."
        return Concern("alert", "warn", title, text, "See who is new", url)
    title = f"{words.share(found.clients, found.limit or 1)} of the client limit used"
    return Concern("alert", "warn", title, f"{month}: {of_limit}.", "See the month", url)


def _inactive(asking: Asking) -> Iterable[Concern]:
    """People who did nothing."""
    found = people(asking)
    if not found or not found["inactive"]:
        return
    words = asking.words
    days = asking.app.terms().status.window_days or asking.period.days()
    named = (("never_used", "never"), ("lapsed", "lapsed"), ("dormant", "dormant"))
    parts = [f"{words.number(found[name])} {word}" for name, word in named if found[name]]
    view = asking.view.at("/product-usage").with_table(status="inactive")
    yield Concern(
        "idle",
        "idle",
        f"{words.count(found['inactive'], 'person', 'people')} did nothing for "
        f"{words.count(days, 'day')}",
        f"{', '.join(parts)}.",
        "List them",
        view.url(),
    )


def _unused(asking: Asking) -> Iterable[Concern]:
    """Secrets and keys that nobody has used for 90 days, or ever."""
    rows = asking.rows("unused-by-type", days=_UNUSED_DAYS)
    own = [row for row in rows if row["product"] != "pm"]
    unused, never = (sum(row[name] for row in own) for name in ("unused", "never_used"))
    if not unused + never:
        return
    words = asking.words
    view = asking.view.at("/items").with_table(status="unused")
    never_told = f"{words.number(never)} of them were never used." if never else "All were before."
    yield Concern(
        "idle",
        "idle",
        f"{words.count(unused + never, 'secret or key', 'secrets and keys')} unused for "
        f"{_UNUSED_DAYS} days",
        never_told,
        "List them",
        view.url(),
    )


def _rejects(asking: Asking) -> Iterable[Concern]:
    """Lines that no source's connector could read; told to who may know of whole sources."""
    rows = [row for row in asking.rows("coverage", filters={}) if row["rejected"]]
    if not rows:
        return
    names = ", ".join(row["source"] for row in rows)
    lines = sum(row["rejected"] for row in rows)
    yield Concern(
        "alert",
        "warn",
        f"{asking.words.count(lines, 'record was', 'records were')} rejected",
        f"{names}. They are kept and in no number.",
        "Read the lines",
        asking.view.at("/sources").url(),
    )


_FINDERS: tuple[Callable[[Asking], Iterable[Concern]], ...] = (
    _silent,
    _limits,
    _inactive,
    _unused,
    _rejects,
)
