"""Numbers, dates, durations and changes as the console says them (the reader's own separators)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

NBSP = "\u00a0"
_JOINED = "\u2060"
"""A line may end after a dash, whatever follows; not before this."""
_SMALL_SHARE = 0.1
_HUNDRED = 100
_ABSOLUTE_BELOW = 1_000
"""Changes of what was less than this are told as numbers, not as percentages."""


@dataclass(frozen=True)
class Change:
    """A change in words: the part that stands out, and what it is compared with."""

    strong: str
    rest: str = ""
    direction: int = 0
    """1 for more, -1 for less, 0 for the same."""


@dataclass(frozen=True)
class Instant:
    """An instant in words, as programs read it, and in full."""

    text: str
    iso: str
    full: str


def locale_of(accepted: str, chosen: str = "") -> Locale:
    """The reader's locale: as chosen, else as the browser asks (`Accept-Language`)."""
    wanted = [chosen, *(part.partition(";")[0] for part in accepted.split(","))]
    for word in (each.strip() for each in wanted):
        if word and word != "*":
            try:
                return Locale.parse(word.replace("_", "-"), sep="-")
            except (ValueError, UnknownLocaleError):
                continue
    return Locale("en", "GB")


@dataclass(frozen=True)
class Words:
    """Says numbers and instants to one reader, in a time zone, now (an aware instant)."""

    zone: ZoneInfo
    now: datetime
    locale: Locale

    def number(self, value: float) -> str:
        """A number with separators: 1,284,906."""
        return str(format_decimal(value, "#,##0.#", locale=self.locale))

    def percent(self, share: float) -> str:
        """A share (0 to 1) in percent: one decimal under 100, none above."""
        percent = share * _HUNDRED
        if 0 < percent < _SMALL_SHARE:
            return f"<{NBSP}{self.decimal(_SMALL_SHARE)}%"
        return f"{self.decimal(percent)}%"

    def decimal(self, percent: float) -> str:
        """A number of percent, without its sign: one decimal under 100, none above."""
        pattern = "#,##0.0" if abs(percent) < _HUNDRED else "#,##0"
        return str(format_decimal(percent, pattern, locale=self.locale))

    def share(self, part: float, whole: float) -> str:
        """What part of a whole something is; a dash where there is no whole."""
        return self.percent(part / whole) if whole else "–"

    def change(self, value: float, before: float, named: str = "") -> Change:
        """How a value differs from the one before; `named` is when that was, in words."""
        difference = value - before
        if not difference:
            return Change("the same", "as before")
        if not before:
            return Change("new", f"nothing in {named}" if named else "nothing before", 1)
        word, sign = ("more", 1) if difference > 0 else ("less", -1)
        if before < _ABSOLUTE_BELOW:
            amount = self.number(abs(difference))
        else:
            amount = f"{self.decimal(abs(difference) / before * _HUNDRED)}%"
        if before < _ABSOLUTE_BELOW and word == "less":
            word = "fewer"
        return Change(f"{amount}{NBSP}{word}", f"than {self.number(before)}", sign)

    def signed(self, value: float, before: float) -> str:
        """A change where the line above names the comparison: +4.2%, or a dash."""
        if not before:
            return "new" if value else "–"
        percent = (value - before) / before * _HUNDRED
        return f"{'+' if percent > 0 else '−' if percent < 0 else ''}{self.decimal(abs(percent))}%"

    def day(self, day: date) -> str:
        """A day: 20 Nov, with the year when it is not this one."""
        text = f"{day.day}{NBSP}{day:%b}"
        return text if day.year == self.today.year else f"{text}{NBSP}{day.year}"

    def weekday(self, day: date) -> str:
        """A day with its weekday and year: Thu 12 Nov 2026."""
        return f"{day:%a}{NBSP}{day.day}{NBSP}{day:%b}{NBSP}{day.year}"

    def month(self, day: date) -> str:
        """A month by its name, with the year when it is not this one."""
        return f"{day:%B}" if day.year == self.today.year else f"{day:%B}{NBSP}{day.year}"

    def days(self, first: date, last: date) -> str:
        """A range of days, both included: 22 Oct – 20 Nov."""
        if first == last:
            return self.day(first)
        return f"{self.day(first)}{NBSP}–{_JOINED}{NBSP}{self.day(last)}"

    @property
    def today(self) -> date:
        """The day it is in the reader's zone."""
        return self.now.astimezone(self.zone).date()

    def instant(self, at: datetime) -> Instant:
        """An instant: today, 14:31; yesterday, 18:03; then 18 Nov, 16:30."""
        local = at.astimezone(self.zone)
        days = (self.today - local.date()).days
        named = {0: "today", 1: "yesterday"}.get(days) or self.day(local.date())
        return Instant(
            f"{named}, {local:%H:%M}",
            at.isoformat(),
            f"{self.weekday(local.date())}, {local:%H:%M:%S} {local:%Z}",
        )

    def duration(self, span: timedelta) -> str:
        """A duration: 9 h 43 min, or < 1 min."""
        minutes = int(span.total_seconds() // 60)
        if minutes < 1:
            return f"<{NBSP}1{NBSP}min"
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        parts = ((days, "d"), (hours, "h"), (minutes, "min"))
        return " ".join(f"{count}{NBSP}{unit}" for count, unit in parts if count)

    def count(self, number: int, one: str, many: str = "") -> str:
        """A number with its noun: 1 person, 486 people."""
        return f"{self.number(number)} {one if number == 1 else many or one + 's'}"
