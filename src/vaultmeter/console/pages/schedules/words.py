"""Schedules in words: what leaves, when, in which zone, and how a run stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.exports.files import instant
from vaultmeter.console.saved import views_of
from vaultmeter.console.words import NBSP, Words
from vaultmeter.reports.head import report_named
from vaultmeter.schedules.span import days_of

Row = Mapping[str, Any]
EVERY: Mapping[str, str] = {
    "hourly": "Every hour",
    "daily": "Every day",
    "weekdays": "Monday to Friday",
    "weekly": "Every week",
    "monthly": "Every month",
    "quarterly": "Every quarter",
    "yearly": "Every year",
    "cron": "By a cron line",
}
"""How often, in the order it is offered."""
WEEKDAYS: Mapping[str, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
CATCH_UP: Mapping[str, str] = {
    "latest": "Make the latest one",
    "all": "Make all of them",
    "none": "Make none of them",
}
"""What happens to runs that were missed, in the order it is offered."""
STATES: Mapping[str, tuple[str, str, str]] = {
    "planned": ("Planned", "inactive", "clock"),
    "making": ("Being made", "passive", "clock"),
    "delivering": ("Being delivered", "passive", "send"),
    "done": ("Done", "active", "check"),
    "failed": ("Failed", "bad", "alert"),
    "skipped": ("Skipped", "inactive", "right"),
}
"""How a run stands: its word, the tone of its chip, and its shape."""
WAYS: Mapping[str, str] = {"manual": "by hand", "test": "test"}
DELIVERY: Mapping[str, str] = {
    "waiting": "waiting",
    "sending": "being sent",
    "delivered": "delivered",
    "dead": "given up",
    "cancelled": "cancelled",
}
"""How a delivery stands."""


def when_words(row: Row) -> str:
    """When a schedule is due: Every Monday at 07:00."""
    every, at, on = row["every"], row["at"], row["on"]
    if every == "cron":
        return f"Cron {row['cron']}"
    if every == "hourly":
        return f"Every hour at :{at[-2:]}"
    if every == "weekly":
        return f"Every {WEEKDAYS[on]} at {at}"
    if every in {"monthly", "quarterly"}:
        day = "the last day" if on == "last" else f"day {on}"
        return f"{EVERY[every]}, {day}, at {at}"
    if every == "yearly":
        return f"Every year on {_day_of_year(on)} at {at}"
    return f"{EVERY[every]} at {at}"


def _day_of_year(on: str) -> str:
    # A year that has a 29 February.
    day = datetime.fromisoformat(f"2024-{on}")
    return f"{day.day}{NBSP}{day:%B}"


def what_words(asking: Asking, row: Row) -> tuple[str, str]:
    """What a schedule sends, and where that is looked at; no address where it cannot be."""
    if row["report"] is not None:
        return f"Report “{report_named(row['report']['report']).title}”", ""
    for entry in views_of(asking):
        if entry.view.id == row["view"]:
            return entry.view.name, entry.url
    return f"A saved view of {row['owner']}", ""


def due_words(text: str, zone: str, words: Words) -> dict[str, str]:
    """A due time on the clock of its schedule: Mon 23 Nov 2026, 07:00."""
    at = instant(text).astimezone(ZoneInfo(zone))
    return {
        "text": f"{words.weekday(at.date())}, {at:%H:%M}",
        "iso": at.isoformat(),
        "full": f"{words.weekday(at.date())}, {at:%H:%M:%S} {at:%Z}",
    }


def span_words(span: Row | None, words: Words) -> str:
    """The period of a run: 16 Nov – 22 Nov."""
    if span is None:
        return "all there is"
    zone = ZoneInfo(span["time_zone"])
    return period_words((instant(span["from"]), instant(span["to"])), zone, words)


def period_words(span: tuple[datetime, datetime], zone: ZoneInfo, words: Words) -> str:
    """The same of two instants: whole days by their dates, others by the clock as well."""
    days = days_of(span, zone)
    if days is not None:
        first, last = (datetime.fromisoformat(day).date() for day in days)
        return words.days(first, last)
    return " – ".join(replace(words, zone=zone).instant(each).text for each in span)
