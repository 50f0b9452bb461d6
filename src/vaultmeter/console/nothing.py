"""Nothing matches: which filters leave nothing, how to drop each, and where there is something."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from vaultmeter.asked import When
from vaultmeter.console.asking import Asking
from vaultmeter.console.bar.filters import DIMENSIONS, value_title
from vaultmeter.views.view import Filter, View

_REPORT = "requests-by-kind"


@dataclass(frozen=True)
class Way:
    """A way out: what it is called, and its address."""

    title: str
    url: str


@dataclass(frozen=True)
class Nothing:
    """What `templates/parts/nothing.html` shows."""

    title: str
    text: str
    removals: tuple[Way, ...]
    """One for each filter."""
    remove_all: str
    """The address without any filter, where there are several; else nothing."""
    nearest: Way | None
    """The nearest month that has something with the same filters."""


def nothing(asking: Asking, noun: str = "requests") -> Nothing:
    """What to show where a range and filters leave nothing; raises what reports raise."""
    view, removals = asking.view, _removals(asking.view)
    nearest = _nearest(asking)
    matching = " with these filters" if removals else ""
    text = f"There are none at any time{matching}."
    if nearest is not None:
        text = f"There are some in {nearest.title}."
    return Nothing(
        f"No {noun} {in_days(asking)}{matching}",
        text,
        removals,
        view.changed(filters=(), account=()).url() if len(removals) > 1 else "",
        nearest,
    )


def in_days(asking: Asking) -> str:
    """The days of the range as a part of a sentence: in 3 Nov – 9 Nov, on 3 Nov."""
    days = asking.words.days(asking.first_day, asking.last_day)
    return f"on {days}" if asking.first_day == asking.last_day else f"in {days}"


def _removals(view: View) -> tuple[Way, ...]:
    """Each filter, with the address without it."""
    found = [
        Way(
            _words(each),
            view.changed(filters=tuple(other for other in view.filters if other != each)).url(),
        )
        for each in view.filters
    ]
    if view.account:
        title = f"Account {' or '.join(view.account)}"
        found.append(Way(title, view.changed(account=()).url()))
    return tuple(found)


def _words(each: Filter) -> str:
    """A filter as its chip says it, with its operator."""
    values = " or ".join(value_title(each.dimension, value) for value in each.values)
    return f"{DIMENSIONS.get(each.dimension, each.dimension)} {each.operator} {values}"


def _nearest(asking: Asking) -> Way | None:
    """The month nearest to the range in which the same filters leave something."""
    when = When("all", zone=asking.view.zone)
    rows = asking.rows(_REPORT, per="month", when=when)
    zone = asking.period.zone
    months = [row["start"].astimezone(zone).date() for row in rows if row["requests"]]
    if not months:
        return None
    month = min(months, key=lambda day: (_distance(asking, day), day))
    last = _last_day(month)
    view = replace(asking.view.changed(), range=f"{month.isoformat()}..{last.isoformat()}")
    return Way(asking.words.month(month), view.url())


def _distance(asking: Asking, month: date) -> int:
    """Days between the range and a month."""
    before, after = asking.first_day - _last_day(month), month - asking.last_day
    return max(before.days, after.days, 0)


def _last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
