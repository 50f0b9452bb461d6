"""The way on from a notice: the page where what it tells of can be looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.events.tabs import FORWARDERS
from vaultmeter.console.pages.sources.known import known_sources
from vaultmeter.model.errors import VaultmeterError

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Way:
    """What it is called, and its address."""

    title: str
    url: str


def way_of(asking: Asking, row: Row) -> Way | None:
    """Where to look after a notice; `None` where no page is about it."""
    find = _WAYS.get(row["type"])
    return None if find is None else find(asking, row)


def _month(asking: Asking, row: Row) -> Way:
    month = str(row["payload"].get("period", ""))
    return Way("See the month", asking.view.at("/clients").with_extra(month=month).url())


def _source(asking: Asking, row: Row) -> Way:
    name = row["payload"].get("source", "")
    try:
        paths = [each.path for each in known_sources(asking) if each.name == name]
    except VaultmeterError:
        # The notice stands, whether or not the store can be asked at the moment.
        paths = []
    path = paths[0] if paths else "/sources"
    return Way("See the source" if paths else "See the sources", asking.view.at(path).url())


def _schedules(asking: Asking, _: Row) -> Way:
    return Way("See the schedules", asking.view.at("/schedules").url())


def _forwarders(asking: Asking, _: Row) -> Way:
    return Way("See the forwarders", asking.view.at(FORWARDERS).url())


def _unused(asking: Asking, _: Row) -> Way:
    view = asking.view.at("/items").with_table(status="unused")
    return Way("List the unused items", view.url())


def _inactive(asking: Asking, _: Row) -> Way:
    view = asking.view.at("/product-usage").with_table(status="inactive")
    return Way("List the inactive people", view.url())


_WAYS: Mapping[str, Callable[[Asking, Row], Way]] = {
    "usage-report": _month,
    "source-silent": _source,
    "rejects": _source,
    "schedule-failed": _schedules,
    "delivery-failed": _forwarders,
    "unused-items": _unused,
    "inactive-people": _inactive,
}
"""Ways by the type of a notice."""
