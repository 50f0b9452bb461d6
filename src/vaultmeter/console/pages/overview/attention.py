"""What needs attention: at most five things, worst first, each with the one way on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from vaultmeter import forwarding, notices
from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.overview.clients import Standing, in_full, standings
from vaultmeter.console.pages.overview.kept import UNUSED_DAYS, unused_and_never
from vaultmeter.console.pages.overview.sentence import people
from vaultmeter.console.pages.sources.health import Health, health_of
from vaultmeter.console.pages.sources.known import Known, coverage, known_sources, last_events
from vaultmeter.model.access import Permission
from vaultmeter.views.view import View

_MOST = 5
_OWN = ("account", "product", "source")
"""Filters that what needs attention follows."""
_LEAST_DAYS = 30
"""Whoever did nothing for fewer days may be on leave."""
_LETTERS = 20
"""Messages that are counted; of more it is told that there are more."""
_CHECK = "Check the source"


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
    """The concerns, worst first, whatever people and actions the page is narrowed to."""
    whole = replace(asking, view=_widened(asking.view))
    found = [concern for find in _FINDERS for concern in find(whole)]
    order = {"bad": 0, "warn": 1, "idle": 2}
    # Sorting keeps the order of the finders among those of one tone.
    concerns = sorted(found, key=lambda each: order[each.tone])[:_MOST]
    return {"concerns": concerns, "is_whole": whole.view.filters != asking.view.filters}


def _widened(view: View) -> View:
    """The view with those filters alone that say whose vaults are meant."""
    keep = tuple(each for each in view.filters if each.dimension in _OWN)
    return replace(view, filters=keep)


def _sources(asking: Asking) -> Iterable[Concern]:
    """Sources that are silent, not well, or have told nothing so far: by the lamp's own rule."""
    last = last_events(asking)
    for source in known_sources(asking):
        at = last.get(source.name)
        health = health_of(asking, source, at)
        if health.state != "well":
            yield _source(asking, source, health, at)


def _source(asking: Asking, source: Known, health: Health, at: datetime | None) -> Concern:
    url = asking.view.at(source.path).url()
    if at is None and health.state == "nothing":
        return Concern(
            "ring",
            "warn",
            f"{source.name} has told nothing yet",
            "It is connected, and no event has come.",
            _CHECK,
            url,
        )
    if at is not None and health.state == "silent":
        silence = asking.words.duration(asking.now - at)
        title = f"{source.name} has been silent {health.why}"
        return Concern("stop", "bad", title, f"{silence} without a record.", _CHECK, url)
    return Concern("stop", "bad", f"{source.name} is not well", health.why, _CHECK, url)


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
        day = "" if found.passed is None else f" on {in_full(found.passed)}"
        title = f"Client limit passed{day}"
        return Concern("stop", "bad", title, f"{month}: {of_limit}.", "See who is new", url)
    if found.passed is not None and found.likely is not None:
        title = f"Client limit about {in_full(found.passed)}"
        text = f"At this pace {month} ends near {words.number(found.likely)} of {limit}."
        return Concern("alert", "warn", title, text, "See who is new", url)
    title = f"{words.share(found.clients, found.limit or 1)} of the client limit used"
    return Concern("alert", "warn", title, f"{month}: {of_limit}.", "See the month", url)


def _inactive(asking: Asking) -> Iterable[Concern]:
    """People who did nothing in the range, or in 30 days where it is shorter."""
    asking = _over_30_days(asking)
    found = people(asking)
    if not found or not found["inactive"]:
        return
    words = asking.words
    days = asking.app.terms().status.window_days or asking.period.days()
    named = (("never_used", "never"), ("lapsed", "lapsed"), ("dormant", "dormant"))
    parts = [f"{words.number(found[name])} {word}" for name, word in named if found[name]]
    count = words.count(found["inactive"], "person", "people")
    title = f"{count} did nothing for {words.count(days, 'day')}"
    url = asking.view.at("/product-usage").with_table(status="inactive").url()
    yield Concern("idle", "idle", title, f"{', '.join(parts)}.", "List them", url)


def _over_30_days(asking: Asking) -> Asking:
    """The same reader looking at 30 days up to the range's end, where it is shorter."""
    if asking.period.days() >= _LEAST_DAYS:
        return asking
    first = asking.last_day - timedelta(days=_LEAST_DAYS - 1)
    range_ = f"{first.isoformat()}..{asking.last_day.isoformat()}"
    if asking.last_day == asking.words.today:
        range_ = f"last-{_LEAST_DAYS}-days"
    return replace(asking, view=replace(asking.view, range=range_))


def _unused(asking: Asking) -> Iterable[Concern]:
    """Secrets and keys that nobody has used for 90 days, or ever."""
    unused, never = unused_and_never(asking)
    if not unused + never:
        return
    words = asking.words
    view = asking.view.at("/items").with_table(status="unused")
    never_told = f"{words.number(never)} of them were never used." if never else "All were before."
    yield Concern(
        "idle",
        "idle",
        f"{words.count(unused + never, 'secret or key', 'secrets and keys')} unused for "
        f"{UNUSED_DAYS} days",
        never_told,
        "List them",
        view.url(),
    )


def _rejects(asking: Asking) -> Iterable[Concern]:
    """Lines that no source's connector could read; told to who may know of whole sources."""
    rows = [row for row in coverage(asking).dicts() if row["rejected"]]
    if not rows:
        return
    names = [row["source"] for row in rows]
    lines = sum(row["rejected"] for row in rows)
    paths = [each.path for each in known_sources(asking) if each.name in names]
    yield Concern(
        "alert",
        "warn",
        f"{asking.words.count(lines, 'record was', 'records were')} rejected",
        f"{', '.join(names)}. They are kept, and in no number.",
        "Read the lines",
        asking.view.at(paths[0] if len(paths) == 1 else "/sources").url(),
    )


def _given_up(asking: Asking) -> Iterable[Concern]:
    """Messages that could not be delivered; told to who says where they go."""
    if not asking.may(Permission.FORWARDERS):
        return
    found = forwarding.deliveries(asking.app, asking.who, state="dead", limit=_LETTERS)
    if not found["rows"]:
        return
    places = dict.fromkeys(row["forwarder"] or row["address"] for row in found["rows"])
    count = asking.words.count(len(found["rows"]), "message")
    title = f"{count}{' or more' if found['next'] else ''} could not be delivered"
    url = f"{asking.view.at('/events/forwarders').url()}#dead"
    yield Concern("stop", "bad", title, f"To {', '.join(places)}: given up.", "See why", url)


def _notices(asking: Asking) -> Iterable[Concern]:
    """Notices that nobody has acknowledged, the newest one in its own words."""
    count = asking.open_notices
    if not count:
        return
    newest = notices.listed(asking.app, asking.who, limit=1)["rows"]
    title = f"{asking.words.count(count, 'notice is', 'notices are')} open"
    text = newest[0]["text"] if newest else ""
    link = "See to it" if count == 1 else "See to them"
    yield Concern("bell", "warn", title, text, link, asking.view.at("/events").url())


_FINDERS: tuple[Callable[[Asking], Iterable[Concern]], ...] = (
    _sources,
    _limits,
    _inactive,
    _unused,
    _rejects,
    _given_up,
    _notices,
)
