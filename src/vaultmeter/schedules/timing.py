"""When a schedule is due: presets and cron lines on the wall clock of a zone, as instants in UTC.

A schedule names times of a wall clock, and a wall clock skips some and shows others twice:

- A time that does not exist (02:30 when clocks go forward from 02:00 to 03:00, or a whole day at a
  date line) is due at the first instant after the gap. Several of one gap are due once.
- A time that exists twice is due at its first occurrence alone.
- What is due every hour follows the hours that pass: whenever the clock shows its minutes, and so
  in both of two equal hours, and not at all in an hour that is skipped.
- A day that a month does not have (the 31st, 29 February) is the last day of that month. A cron
  line, which names days itself, waits for a month that has it.

Nothing here reads a clock: all that is known of the present is what is given.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.period import EPOCH, zone_named

EVERY = ("hourly", "daily", "weekdays", "weekly", "monthly", "quarterly", "yearly", "cron")
"""How often a schedule is due."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST = "last"
"""The word for the last day of a month."""
_WORKDAYS = 5
_CRON_FIELDS = 5
_FOLD = timedelta(hours=6)
"""No clock of these days goes back further at once."""
_LATEST_YEAR = 2200
_ON_FOR = {"weekly", "monthly", "quarterly", "yearly"}


@dataclass(frozen=True)
class Timing:
    """When a schedule is due, as it was said; made by `timing_of`, which checks it.

    `at` is a time of the wall clock; of it, an hourly one has the minutes. `on` is a day: of the
    week (`mon`), of the month (`1` to `31`, `last`), or of the year (`02-29`).
    """

    every: str
    zone: str = "UTC"
    at: str = "07:00"
    on: str = ""
    cron: str = ""

    def text(self) -> str:
        """The timing in words."""
        if self.every == "cron":
            return f"cron {self.cron} ({self.zone})"
        if self.every == "hourly":
            return f"hourly at :{self.at[-2:]} ({self.zone})"
        on = f" on {self.on}" if self.on else ""
        return f"{self.every}{on} at {self.at} ({self.zone})"


def timing_of(every: str, zone: str = "UTC", at: str = "", on: str = "", cron: str = "") -> Timing:
    """The timing that words mean, in the one form it is kept in; raises `Invalid`."""
    if every not in EVERY:
        raise Invalid(f"Unknown schedule {every!r}.", did_you_mean(every, EVERY))
    key = zone_named(zone).key
    if every == "cron":
        if at or on:
            raise Invalid("A cron line says itself when it is due.", "Leave --at and --on out.")
        return Timing(every, key, "", "", _cron(cron))
    if cron:
        raise Invalid(f"A cron line is given, and {every!r}.", "Write --every cron, or no line.")
    if on and every not in _ON_FOR:
        raise Invalid(f"{every!r} has no day.", "Leave --on out, or choose weekly or monthly.")
    return Timing(every, key, _at(at or "07:00"), _on(every, on))


def next_due(timing: Timing, after: datetime) -> datetime:
    """The first instant, in UTC, at which a schedule is due after another one.

    Raises `Invalid` where it is never due again.
    """
    zone = ZoneInfo(timing.zone)
    wall = after.astimezone(zone).replace(tzinfo=None)
    # Instants beyond these years are no dates any more once a zone is applied.
    if wall.year >= _LATEST_YEAR:
        raise _never(timing)
    due = _next_passing if _is_passing(timing) else _next_named
    return due(timing, zone, wall, after.astimezone(UTC))


def next_runs(timing: Timing, after: datetime, n: int = 5) -> list[datetime]:
    """The next so many instants, in UTC, or fewer where there are no more."""
    found: list[datetime] = []
    with suppress(Invalid):
        while len(found) < n:
            found.append(next_due(timing, found[-1] if found else after))
    return found


def dues(timing: Timing, after: datetime, until: datetime, most: int) -> list[datetime]:
    """The instants, in UTC, after one and up to another one, as many as there are or are wanted."""
    found: list[datetime] = []
    with suppress(Invalid):
        while len(found) < most and (due := next_due(timing, after)) <= until:
            found.append(due)
            after = due
    return found


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, of a time on the wall clock: its first, or the first after its gap."""
    aware = wall.replace(tzinfo=zone, fold=0)
    instant = aware.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return instant
    return _end_of_gap(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between two at which the clock goes forward, to the second."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def _is_passing(timing: Timing) -> bool:
    """Whether it is due in every hour, and so follows the hours that pass."""
    if timing.every != "cron":
        return timing.every == "hourly"
    return CronSim(timing.cron, EPOCH).hours == set(range(24))


def _next_named(timing: Timing, zone: ZoneInfo, wall: datetime, after: datetime) -> datetime:
    # Later times of the wall clock are never earlier instants, as each has one.
    for each in _walls(timing, wall):
        if (due := instant_of(each, zone)) > after:
            return due
    raise _never(timing)


def _next_passing(timing: Timing, zone: ZoneInfo, wall: datetime, after: datetime) -> datetime:
    first = next(_walls(timing, wall), None)
    if first is not None and _is_steady(zone, after, first.replace(tzinfo=zone)):
        return first.replace(tzinfo=zone).astimezone(UTC)
    found: datetime | None = None
    end = datetime.max  # noqa: DTZ901  of a wall clock
    for each in _walls(timing, wall - _FOLD):
        if each > end:
            break
        for due in _showing(each, zone):
            if due > after and (found is None or due < found):
                found, end = due, each + _FOLD
    if found is None:
        raise _never(timing)
    return found


def _is_steady(zone: ZoneInfo, start: datetime, end: datetime) -> bool:
    """Whether two near instants, and what is around them, have one offset from UTC."""
    if end - start > _FOLD:
        return False
    around = (start - _FOLD, start, end, end + _FOLD)
    return len({each.astimezone(zone).utcoffset() for each in around}) == 1


def _showing(wall: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Every instant at which the clock shows a time: none, one or two."""
    for fold in (0, 1):
        instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
            yield instant


def _walls(timing: Timing, after: datetime) -> Iterator[datetime]:
    """The times of the wall clock that a timing names, in order, from one on without it."""
    if timing.every in {"cron", "hourly"}:
        line = timing.cron or f"{int(timing.at[-2:])} * * * *"
        yield from CronSim(line, after)
        return
    at = time.fromisoformat(timing.at)
    for day in _days(timing, after.date()):
        if (wall := datetime.combine(day, at)) > after:
            yield wall


def _days(timing: Timing, first: date) -> Iterable[date]:
    if timing.every in {"daily", "weekdays", "weekly"}:
        return _days_of_week(timing, first)
    return _days_of_months(timing, first)


def _days_of_week(timing: Timing, first: date) -> Iterator[date]:
    wanted = {
        "daily": range(7),
        "weekdays": range(_WORKDAYS),
        "weekly": [WEEKDAYS.index(timing.on)] if timing.every == "weekly" else [],
    }[timing.every]
    for days in count():
        day = first + timedelta(days=days)
        if day.weekday() in wanted:
            yield day


def _days_of_months(timing: Timing, first: date) -> Iterator[date]:
    month, _, day = timing.on.rpartition("-")
    months = {"monthly": range(1, 13), "quarterly": (1, 4, 7, 10)}.get(
        timing.every, (int(month or 1),)
    )
    for index in count(first.year * 12 + first.month - 1):
        if index % 12 + 1 in months:
            yield _day_of(index // 12, index % 12 + 1, 31 if day == LAST else int(day))


def _day_of(year: int, month: int, day: int) -> date:
    """A day of a month, or its last one where it has fewer."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day - 1), following - timedelta(days=1))


def _at(text: str) -> str:
    if not re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", text):
        raise Invalid(f"{text!r} is no time of day.", "Write hours and minutes: 07:30.")
    return text.rjust(5, "0")


def _on(every: str, text: str) -> str:
    word = text.strip().lower()
    if every not in _ON_FOR:
        return ""
    if every == "weekly":
        word = word[:3] or WEEKDAYS[0]
        if word not in WEEKDAYS or not text.strip().isascii():
            raise Invalid(f"{text!r} is no day of the week.", did_you_mean(text, WEEKDAYS))
        return word
    if every == "yearly":
        return _day_of_year(word or "01-01")
    word = word or "1"
    if word != LAST and not re.fullmatch(r"0?[1-9]|[12][0-9]|3[01]", word):
        raise Invalid(f"{text!r} is no day of a month.", "Write 1 to 31, or last.")
    return word if word == LAST else str(int(word))


def _day_of_year(word: str) -> str:
    try:
        # A year that has a 29 February.
        return f"{date.fromisoformat(f'2024-{word}'):%m-%d}"
    except ValueError as error:
        message = f"{word!r} is no day of a year."
        raise Invalid(message, "Write month and day: 01-15.") from error


def _cron(line: str) -> str:
    """A cron line of five fields, with single spaces; raises `Invalid`."""
    fields = line.split()
    if len(fields) != _CRON_FIELDS:
        raise Invalid(
            f"{line!r} is no cron line of five fields.",
            "Write minute, hour, day of month, month, day of week: 30 7 * * mon.",
        )
    text = " ".join(fields)
    try:
        next(CronSim(text, datetime(2024, 1, 1)))  # noqa: DTZ001  of a wall clock
    except CronSimError as error:
        message = f"{text!r} is no cron line: {error}."
        raise Invalid(message, "An example: 30 7 * * mon.") from error
    except StopIteration as error:
        raise Invalid(f"{text!r} is never due.", "No month has such a day.") from error
    return text


def _never(timing: Timing) -> Invalid:
    return Invalid(f"The schedule {timing.text()} is never due again.", "Change its timing.")
