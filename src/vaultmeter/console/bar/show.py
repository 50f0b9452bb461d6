"""The forms of the filter bar: what they ask for becomes one short address, which is shown.

What cannot be read stays in the address as it was typed: the bar of that page shows it in its
field, with what is wrong.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import RedirectResponse, Response

from vaultmeter.console.acts import Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.door import local_path
from vaultmeter.console.parts import Part
from vaultmeter.console.preferences import keep_preferences
from vaultmeter.console.typed_days import day_typed
from vaultmeter.model.errors import Invalid
from vaultmeter.model.period import COMPARISONS, DAYS, zone_named
from vaultmeter.views.view import Filter, values_of

BACK = "back"
"""The field with the address of the page that the form stands on."""
Pairs = list[tuple[str, str]]


def show(asking: Asking) -> Response:
    """Lead to the page as a form of the bar asks for it."""
    given, back = asking.given, asking.given.get(BACK, "/")
    path, pairs = _split(local_path(back))
    if "from" in given:
        pairs = _with_range(asking, pairs)
    if "against-from" in given:
        pairs = _put(pairs, "compare", _days(asking, "against-from", "against-to"))
    if "accounts" in given:
        pairs = _put(pairs, "account", ",".join(asking.several("account")))
    if "dimension" in given:
        pairs = _with_filter(asking, pairs)
    return RedirectResponse(_joined(path, pairs), 303)


SHOW = Part("/show", show)


def against(asking: Asking, form: Form) -> Done:
    """Compare with something else from now on, on every page; raises `Invalid`."""
    wanted = form.text("compare")
    if wanted not in COMPARISONS:
        raise Invalid(f"There is no comparison {wanted!r}.", "Choose one of the menu.")
    keep_preferences(asking.app, asking.who, replace(asking.preferences, compare=wanted))
    path, pairs = _split(local_path(form.text(BACK, "/")))
    return Done(_joined(path, _put(pairs, "compare", "")))


def with_word(back: str, name: str, value: str) -> str:
    """The address of a page with another value of a word."""
    path, pairs = _split(local_path(back))
    return _joined(path, _put(pairs, name, value))


def _with_range(asking: Asking, pairs: Pairs) -> Pairs:
    zone = asking.given.get("tz", "").strip()
    with suppress(Invalid):
        zone = zone_named(zone).key
    usual = asking.view.defaults.zone
    # The zone first: the days that follow are read as days of it.
    kept = _put(
        _put(pairs, "range", _days(asking, "from", "to")), "tz", zone if zone != usual else ""
    )
    return sorted(kept, key=lambda pair: pair[0] != "tz")


def _days(asking: Asking, first: str, last: str) -> str:
    """Days as an address has them; what cannot be read stays as it was typed."""
    typed = [asking.given.get(name, "").strip() for name in (first, last)]
    try:
        found = [day_typed(text, asking.words.today).isoformat() for text in typed]
    except Invalid:
        found = typed
    return DAYS.join(found)


def _with_filter(asking: Asking, pairs: Pairs) -> Pairs:
    """One filter more; values of the same dimension and operator come together."""
    chosen = tuple(asking.several("value")) or (asking.given.get("typed", "").strip(),)
    values = tuple(value for value in chosen if value)
    if not values:
        return pairs
    wanted = Filter(asking.given["dimension"], asking.given.get("operator", "is"), values)
    start = f"{wanted.dimension}:{wanted.operator}:"
    there = [value for name, value in pairs if name == "f" and value.startswith(start)]
    held = [each for text in there for each in values_of(text)]
    merged = replace(wanted, values=tuple(dict.fromkeys([*held, *values])))
    kept = [pair for pair in pairs if pair[0] != "f" or pair[1] not in there]
    return _without_pages([*kept, ("f", merged.text())])


def _put(pairs: Pairs, name: str, value: str) -> Pairs:
    """The same with another value of a word, or without it; tables go back to their first page."""
    kept = _without_pages(pair for pair in pairs if pair[0] != name)
    return [*kept, (name, value)] if value else kept


def _without_pages(pairs: Iterable[tuple[str, str]]) -> Pairs:
    return [pair for pair in pairs if pair[0].rpartition(".")[2] != "page"]


def _split(back: str) -> tuple[str, Pairs]:
    path, _, query = back.partition("?")
    return path, parse_qsl(query, keep_blank_values=True)


def _joined(path: str, pairs: Pairs) -> str:
    query = urlencode(pairs, safe="/:,*@.-_", quote_via=quote)
    return f"{path}?{query}" if query else path
