"""Settings, Retention: how long events are kept, what applying would delete, and what it did."""

from functools import partial
from typing import Any

from vaultmeter import retention
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.forms import check_typed, instant, whole_number
from vaultmeter.console.pages.settings.sections import RETENTION, settings_page
from vaultmeter.console.pages.settings.words import PRODUCT_WORDS, months_words
from vaultmeter.console.words import Words
from vaultmeter.model.access import Object, Permission
from vaultmeter.model.errors import Invalid

TYPED = "delete"
"""The word to type before events go for good."""
_MEGABYTE = 1_000_000


def _kept(asking: Asking) -> dict[str, Any]:
    products = retention.shown(asking.app, asking.who)["products"]
    rows = [_row(row, "kept_from", "before", "oldest") for row in products]
    return {
        "products": [{**row, "kept": months_words(row["months"])} for row in rows],
        "product_words": PRODUCT_WORDS,
        "due": sum(row["events"] for row in rows),
        "due_bytes": sum(row["bytes"] for row in rows),
        "typed": TYPED,
        "megabytes": partial(_megabytes, asking.words),
    }


def _runs(asking: Asking) -> dict[str, Any]:
    asking.who.require_everywhere(Permission.RETENTION)
    return {
        "runs": list(reversed(retention.past_runs(asking.app))),
        "product_words": PRODUCT_WORDS,
        "megabytes": partial(_megabytes, asking.words),
    }


def _megabytes(words: Words, size: int) -> str:
    return words.number(round(size / _MEGABYTE, 1))


def _row(row: Object, *dated: str) -> Object:
    return {**row, **{name: instant(row[name]) for name in dated}}


PAGE = settings_page(
    RETENTION,
    "Events go once they are older than this; names and totals of months are kept for ever",
    Block("retention", "pages/settings/retention.html", _kept, "How long events are kept"),
    Block("runs", "pages/settings/runs.html", _runs, "What went before"),
)


def _set(asking: Asking, form: Form) -> Done:
    product, is_forever = form.text("product"), form.is_on("forever")
    months = None if is_forever else whole_number(form, "months", "The number of months")
    if months is None and not is_forever:
        raise Invalid("Nothing says for how long.", "Write a number of months, or tick for ever.")
    retention.set_months(asking.app, asking.who, product, months)
    named = PRODUCT_WORDS.get(product, product)
    return Done(told=f"{named}: kept {months_words(months)}. Nothing goes until it is applied.")


def _apply(asking: Asking, form: Form) -> Done:
    check_typed(form, TYPED)
    done = retention.applied(asking.app, asking.who)
    events = sum(run["events"] for run in done["runs"])
    words = asking.words
    return Done(
        told=f"{words.count(events, 'event')} deleted, and {words.count(done['lines'], 'line')}."
    )


ACTS = (
    Act("retention", "/settings/retention/set", _set, PAGE),
    Act("retention-apply", "/settings/retention/apply", _apply, PAGE),
)
