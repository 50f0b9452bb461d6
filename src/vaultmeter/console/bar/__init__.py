"""The filter bar: the range, what it is compared with, accounts, filters, and freshness."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.bar.accounts import accounts_of
from vaultmeter.console.bar.filters import DIMENSIONS, chips_of
from vaultmeter.console.bar.fresh import Fresh, fresh_of
from vaultmeter.console.bar.range import (
    Choice,
    days_of,
    length_told,
    months,
    months_near,
    moved,
    presets,
    range_words,
    typed,
)
from vaultmeter.console.page import Page
from vaultmeter.console.typed_days import day_typed
from vaultmeter.model.errors import Invalid
from vaultmeter.model.period import COMPARISONS, DAYS, zone_named

_AGAINST = {
    "weekdays": "Same weekdays",
    "previous": "The range just before",
    "year": "A year earlier",
    "none": "Nothing",
}


@dataclass(frozen=True)
class Field:
    """A field of a form: what stands in it, and what is wrong with that."""

    value: str
    wrong: str = ""


def bar_of(asking: Asking, page: Page) -> dict[str, Any]:
    """What the bar of a page shows; raises what periods raise."""
    chips = chips_of(asking, page)
    accounts = accounts_of(asking)
    return {
        "back": asking.view.url(),
        "range": _range(asking),
        "against": _against(asking),
        "accounts": accounts,
        "accounts_off": page.ignores.get("account", "") if accounts.is_narrowed else "",
        "chips": chips,
        "narrowed": len(chips) + accounts.is_narrowed,
        "dimensions": DIMENSIONS,
        # The blocks ask first: what they are told of sources needs no question of its own.
        "fresh": _later(asking),
    }


def _later(asking: Asking) -> Callable[[], Fresh]:
    return lambda: fresh_of(asking)


def _range(asking: Asking) -> dict[str, Any]:
    name, days = range_words(asking)
    chosen = (asking.first_day, asking.last_day)
    fields = _range_fields(asking)
    shown = min(chosen[1], asking.words.today)
    return {
        "name": name,
        "days": days,
        "earlier": moved(asking, -1),
        "later": moved(asking, 1),
        "presets": presets(asking),
        "months": months(asking.words, shown, chosen),
        **months_near(shown, asking.words.today),
        "length": length_told(asking),
        "fields": fields,
        "is_open": any(field.wrong for field in fields.values()),
    }


def _range_fields(asking: Asking) -> dict[str, Field]:
    """From, to and time zone: of the range, or as they were typed where they cannot be read."""
    given = asking.given.get("range", "")
    first, last = _span(given, asking, typed(asking.first_day), typed(asking.last_day))
    zone = asking.given.get("tz", asking.view.zone)
    try:
        zone_named(zone)
        place = Field(zone)
    except Invalid as error:
        place = Field(zone, f"{error.message} {error.hint}")
    return {"from": first, "to": last, "tz": place}


def _span(given: str, asking: Asking, first: str, last: str) -> tuple[Field, Field]:
    """Two fields of days; `given` is what the address says, which may be none."""
    begin, dots, end = given.partition(DAYS)
    if not dots or given in {asking.view.range, asking.view.compare}:
        return Field(first), Field(last)
    fields = _day(begin, asking), _day(end, asking)
    if not any(field.wrong for field in fields):
        return fields[0], Field(fields[1].value, "The range ends before it starts.")
    return fields


def _day(text: str, asking: Asking) -> Field:
    try:
        return Field(typed(day_typed(text, asking.words.today)))
    except Invalid as error:
        return Field(text, f"{error.message} {error.hint}")


def _against(asking: Asking) -> dict[str, Any]:
    compare, given = asking.view.compare, asking.given.get("compare", "")
    is_custom = DAYS in compare
    first, last = compare.split(DAYS) if is_custom else ("", "")
    fields = _span(given, asking, first, last)
    return {
        "words": asking.compared_words or "nothing",
        "choices": [_comparison(asking, word) for word in COMPARISONS],
        "is_custom": is_custom,
        "from": fields[0] if fields[0].wrong or not is_custom else _day(first, asking),
        "to": fields[1] if fields[1].wrong or not is_custom else _day(last, asking),
        "is_open": any(field.wrong for field in fields),
        # The key compares with nothing, and then again as usual.
        "toggle": asking.view.changed(compare=_other(asking)).url(),
    }


def _other(asking: Asking) -> str:
    usual = asking.preferences.compare
    if asking.view.compare != "none":
        return "none"
    return "weekdays" if usual == "none" else usual


def _comparison(asking: Asking, word: str) -> Choice:
    span = asking.period.compared(word)
    days = "" if span is None else asking.words.days(*days_of(span))
    return Choice(_AGAINST[word], "", word == asking.view.compare, words=days, value=word)
