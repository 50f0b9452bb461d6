"""Settings, Appearance: what a reader's pages show unless the address says otherwise."""

from dataclasses import replace
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale

from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.forms import whole_number
from vaultmeter.console.pages.settings.sections import APPEARANCE, settings_page
from vaultmeter.console.preferences import DENSITIES, keep_preferences
from vaultmeter.console.words import Words
from vaultmeter.model.period import COMPARISONS, RANGES
from vaultmeter.views.view import SIZES

_LOCALES = (
    "en-GB", "en-US", "en-AU", "en-CA", "en-IE", "en-IN", "da-DK", "de-AT", "de-CH", "de-DE",
    "es-ES", "es-MX", "fi-FI", "fr-CA", "fr-CH", "fr-FR", "he-IL", "it-IT", "ja-JP", "ko-KR",
    "nb-NO", "nl-NL", "pl-PL", "pt-BR", "pt-PT", "sv-SE", "tr-TR", "uk-UA", "zh-CN",
)  # fmt: skip
"""Locales that are offered; any other one holds where it was chosen another way."""
_COMPARISON_WORDS = {
    "weekdays": "Same weekdays before",
    "previous": "The range just before",
    "year": "A year earlier",
    "none": "Nothing",
}
_DENSITY_WORDS = {"comfortable": "Comfortable: rows of 36 pixels", "compact": "Compact: of 28"}
_SAMPLE = 1_284_906.5


@cache
def _zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def _appearance(asking: Asking) -> dict[str, Any]:
    words = asking.words
    return {
        "chosen": asking.preferences,
        "ranges": [(name, name.replace("-", " ").capitalize()) for name in RANGES],
        "comparisons": [(name, _COMPARISON_WORDS.get(name, name)) for name in COMPARISONS],
        "densities": [(name, _DENSITY_WORDS[name]) for name in DENSITIES],
        "sizes": SIZES,
        "zones": _zones(),
        "locales": [(tag, _shown_in(words, tag)) for tag in _LOCALES],
        "sample": words.number(_SAMPLE),
    }


def _shown_in(words: Words, tag: str) -> str:
    """A locale by its name, and how a number looks in it."""
    locale = Locale.parse(tag, sep="-")
    number = replace(words, locale=locale).number(_SAMPLE)
    return f"{locale.get_display_name('en')}: {number}"


PAGE = settings_page(
    APPEARANCE,
    "How your pages look, and what they show when you open them",
    Block("appearance", "pages/settings/appearance.html", _appearance, "Appearance"),
)


def _keep(asking: Asking, form: Form) -> Done:
    held = asking.preferences
    chosen = replace(
        held,
        range=form.text("range", held.range),
        zone=form.text("zone", held.zone),
        compare=form.text("compare", held.compare),
        locale=form.text("locale"),
        density=form.text("density", held.density),
        shortcuts=form.is_on("shortcuts"),
        size=whole_number(form, "size", "The rows of a page") or held.size,
    )
    keep_preferences(asking.app, asking.who, chosen)
    return Done(told="Saved. Your pages follow it from now on.")


ACTS = (Act("appearance", "/settings/appearance/save", _keep, PAGE),)
