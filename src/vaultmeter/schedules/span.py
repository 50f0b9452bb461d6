"""The period of a run: fixed by its due time when it is planned, however late it is made.

"Last month" is the month before the due time in the zone of the schedule. What is asked in the
end names the days of it, so that nothing that comes later can move them.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from zoneinfo import ZoneInfo

from vaultmeter.asked import ReportAsked, When
from vaultmeter.model.errors import Invalid
from vaultmeter.model.period import DAYS, Period, period_of
from vaultmeter.schedules.plan import asked_of
from vaultmeter.views.pages import page_named
from vaultmeter.views.questions import month_in

_USUAL = "last-30-days"
_OWN = {"range", "tz", "view", "evidence"}
"""Words of an address that a run has its own of, or none."""
_UTC = ZoneInfo("UTC")
_SAFE = "/:,*@.-_"
_OF_MONTHS, _MONTH = page_named("clients").path, "month"
"""The page that has billing months in place of a range, and its word for one."""


def span_of_report(report: Mapping[str, Any], zone: ZoneInfo, due: datetime) -> Period | None:
    """The period of a report at a due time; `None` where it is all there is. Raises `Invalid`."""
    return _span(asked_of(report, zone.key).when, zone, due)


def span_of_query(query: str, zone: ZoneInfo, due: datetime, path: str = "") -> Period | None:
    """The period of a saved view at a due time, likewise.

    On a page of billing months it is the month that the view names, else the one in which its
    range ends: a month of UTC, as all of them are.
    """
    words = dict(parse_qsl(query))
    word = words.get("range", _USUAL)
    first, dots, last = word.partition(DAYS)
    when = When("all", first, last, zone.key) if dots else When(word, zone=zone.key)
    found = _span(when, zone, due)
    if path != _OF_MONTHS:
        return found
    end = due if found is None else found.end - timedelta(microseconds=1)
    month = words.get(_MONTH, f"{end.astimezone(zone):%Y-%m}")
    return _span(month_in(month, due), _UTC, due)


def asked_at(
    report: Mapping[str, Any], zone: ZoneInfo, span: tuple[datetime, datetime] | None
) -> ReportAsked:
    """The question of a report over the period of a run."""
    asked = asked_of(report, zone.key)
    if span is None:
        return asked
    start, end = days_of(span, zone) or tuple(map(datetime.isoformat, span))
    return replace(asked, when=When("all", start, end, zone.key))


def query_at(
    query: str, zone: ZoneInfo, span: tuple[datetime, datetime] | None, path: str = ""
) -> str:
    """The address of a saved view over the period of a run, in the zone of the schedule."""
    days = None if span is None else days_of(span, zone)
    rest = [pair for pair in parse_qsl(query) if pair[0] not in _OWN]
    told = {"range": DAYS.join(days) if days else "all", "tz": zone.key}
    if path == _OF_MONTHS and span is not None:
        told[_MONTH] = f"{span[0].astimezone(UTC):%Y-%m}"
        rest = [pair for pair in rest if pair[0] != _MONTH]
    return urlencode([*told.items(), *rest], safe=_SAFE, quote_via=quote)


def days_of(span: tuple[datetime, datetime], zone: ZoneInfo) -> tuple[str, str] | None:
    """The first and the last day of a period; `None` where it is not of whole days."""
    start, end = span
    first = start.astimezone(zone).date()
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    if last < first:
        return None
    days = first.isoformat(), last.isoformat()
    whole = period_of("all", zone, end, *days)
    return days if (whole.start, whole.end) == span else None


def words_of(span: tuple[datetime, datetime] | None, zone: ZoneInfo) -> str:
    """The period as mails say it: its days and its zone, which of a billing month is UTC."""
    if span is None:
        return f"all there is ({zone.key})"
    for each in (zone, _UTC):
        if days := days_of(span, each):
            first, last = days
            return f"{first} ({each.key})" if first == last else f"{first} to {last} ({each.key})"
    start, end = (each.astimezone(zone) for each in span)
    return f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} ({zone.key})"


def part_of_name(span: tuple[datetime, datetime] | None, zone: ZoneInfo, due: datetime) -> str:
    """The period as names of files have it."""
    if span is None:
        return f"all-{due.astimezone(zone):%Y-%m-%d}"
    days = days_of(span, zone) or days_of(span, _UTC)
    if days is None:
        return "-to-".join(f"{each.astimezone(zone):%Y-%m-%dT%H%M}" for each in span)
    first, last = days
    return first if first == last else f"{first}-to-{last}"


def _span(when: When, zone: ZoneInfo, due: datetime) -> Period | None:
    if when.needs_bounds:
        return None
    found = period_of(when.range, zone, due, when.start, when.end)
    if found.end <= found.start:
        raise Invalid(
            f"There is nothing between {when.start} and {when.end}.", "Choose another range."
        )
    return Period(found.start.astimezone(UTC), found.end.astimezone(UTC), zone)
