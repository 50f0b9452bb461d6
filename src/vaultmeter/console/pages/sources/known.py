"""The sources that a reader may know of: those whose events they see, and those they manage."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from vaultmeter.asked import When
from vaultmeter.console.asking import Asking
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import NotFound
from vaultmeter.model.filters import FILTERS
from vaultmeter.model.table import Table
from vaultmeter.views.view import View

REPORT = "coverage"
_APPLY = ("account", "source")
IGNORES: Mapping[str, str] = {
    name: "Coverage is about whole sources." for name in FILTERS if name not in _APPLY
}
"""Filters that do not apply to what sources can show, each with the reason."""


@dataclass(frozen=True)
class Known:
    """A source as a reader may know it."""

    id: int
    name: str
    connector: str
    account: str
    is_managed: bool
    """Whether the reader manages it: adds, changes and removes it, and sees its settings."""

    @property
    def path(self) -> str:
        """Its page: by its number, for names change and may hold slashes."""
        return f"/sources/{self.id}"


def narrowed(asking: Asking) -> View:
    """The view with those filters alone that apply to sources."""
    applying = tuple(each for each in asking.view.filters if each.dimension in _APPLY)
    return replace(asking.view, filters=applying)


def coverage(asking: Asking) -> Table:
    """What each source can show, in the range and with the filters that apply."""
    return asking.report(REPORT, narrowed(asking))


def known_sources(asking: Asking) -> list[Known]:
    """Every source that the reader may know of, whatever the filters, in order of their names."""
    seen = _seen(asking)
    viewer = asking.who.viewer(Permission.SOURCES) if asking.may(Permission.SOURCES) else None
    found = [
        Known(
            source.id,
            source.name,
            source.connector,
            source.account,
            viewer is not None and viewer.covers(source.account),
        )
        for source in asking.app.inbox.sources()
    ]
    return sorted(
        (each for each in found if each.is_managed or each.name in seen),
        key=lambda each: each.name,
    )


def source_of(asking: Asking) -> Known:
    """The source of the number in the address.

    Raises `NotFound` where there is none that the reader may know of, whether or not there is one.
    """
    text = asking.parameters.get("id", "")
    found = {str(each.id): each for each in known_sources(asking)}
    if text not in found:
        raise NotFound("There is no such source that you can see.", "The address may be of old.")
    return found[text]


def last_events(asking: Asking) -> Mapping[str, datetime]:
    """When the last event of each source happened, of those that have told any."""
    return _whole(asking).complete_to


def _seen(asking: Asking) -> set[str]:
    if not asking.may(Permission.REPORTS):
        return set()
    return {str(row["source"]) for row in _whole(asking).dicts()}


def _whole(asking: Asking) -> Table:
    """What every source can show, whatever the page is filtered by."""
    return asking.report(REPORT, replace(asking.view, filters=(), account=()))


def today_events(asking: Asking) -> dict[str, int]:
    """The events of each source on the reader's day that it is."""
    when = When("today", zone=asking.view.zone)
    rows = asking.rows(REPORT, view=narrowed(asking), when=when)
    return {row["source"]: row["events"] for row in rows if row["measure"] == "events"}
