"""Days as people type them."""

import re
from datetime import date, timedelta

from vaultmeter.model.errors import Invalid

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_DOTS = re.compile(r"(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})?")
_NAMED = re.compile(r"(?P<day>\d{1,2})\.?\s+(?P<name>[a-z]{3,9})\.?(?:\s+(?P<year>\d{4}))?")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


def day_typed(text: str, today: date) -> date:
    """The day that is meant: 22 Oct 2026, 22 Oct, 22.10.2026, 2026-10-22, today or yesterday.

    A day without a year is the last one up to today. Raises `Invalid`, also for days with
    slashes: half of the world reads the month in them first.
    """
    word = " ".join(text.replace("\u00a0", " ").lower().replace(",", " ").split())
    if word in {"today", "yesterday"}:
        return today - timedelta(days=word == "yesterday")
    for pattern in (_ISO, _DOTS, _NAMED):
        if found := pattern.fullmatch(word):
            parts = found.groupdict()
            month = _month(parts["name"]) if "name" in parts else int(parts["month"])
            year = int(parts["year"]) if parts["year"] else None
            if (day := _day(year, month, int(parts["day"]), today)) is not None:
                return day
    raise Invalid(f"“{text}” is no day.", "Write 22 Oct 2026 or 2026-10-22.")


def _month(name: str) -> int:
    """The number of a month by its name or the beginning of it; 0 for none."""
    return next((n for n, month in enumerate(_MONTHS, 1) if month.startswith(name)), 0)


def _day(year: int | None, month: int, day: int, today: date) -> date | None:
    """The day of these numbers, `None` where there is none."""
    years = (year,) if year is not None else (today.year, today.year - 1)
    for each in years:
        try:
            found = date(each, month, day)
        except ValueError:
            continue
        if year is not None or found <= today:
            return found
    return None
