"""Set usage event: how many clients are paid for, and the notice when they are reached, at once.

The limit is one of the settings; the notice is raised by the rules that are there from the start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vaultmeter import limits
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.door import local_path
from vaultmeter.console.page import Page
from vaultmeter.console.pages.settings.words import PRODUCT_WORDS, PRODUCTS
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Invalid
from vaultmeter.model.terms import ORGANISATION
from vaultmeter.notices import rules

_TYPE = "usage-report"
_ALWAYS = 100
_LEVELS: Mapping[str, tuple[object, str]] = {
    "early": (80, "Also at 80% of the limit"),
    "forecast": ("forecast", "Also when the month is likely to pass it"),
}
"""What may be told besides: the level of the rule, and the words, by the name of the box."""


@dataclass(frozen=True)
class Told:
    """A box: whether a rule is switched on."""

    name: str
    title: str
    is_on: bool


def head_with_usage_event(asking: Asking) -> dict[str, Any]:
    """Facts of a heading whose options have the form, for who may set limits."""
    if not asking.may(Permission.LIMITS):
        return {}
    held = _rules(asking)
    terms, month = asking.app.terms(), asking.words.today.replace(day=1)
    now = {product: terms.limit_of(product, ORGANISATION, month) for product, _ in PRODUCTS}
    return {
        "actions": "pages/events/usage_event.html",
        "usage_event": {
            "products": [(value, label, now[value]) for value, label in PRODUCTS],
            "boxes": [
                Told(name, title, held[level]["enabled"])
                for name, (level, title) in _LEVELS.items()
                if level in held
            ],
            "back": asking.view.url(),
        },
    }


def _rules(asking: Asking) -> dict[object, dict[str, Any]]:
    """The rules on clients that are there from the start, by level, as far as they are seen."""
    if not asking.may(Permission.NOTICES):
        return {}
    found = rules.listed(asking.app, asking.who)["rows"]
    return {
        row["settings"]["level"]: row
        for row in found
        if row["type"] == _TYPE and row["is_built_in"]
    }


def usage_event(page: Page, path: str) -> Act:
    """The change that the form of a page asks for."""
    return Act("usage-event", path, _doing(page.path), page)


def _doing(path: str) -> Callable[[Asking, Form], Done]:
    def do(asking: Asking, form: Form) -> Done:
        product, clients = form.text("product"), _clients(form)
        account = form.text("for") or None
        done = limits.set_limit(asking.app, asking.who, product, clients, account)
        whom = f"{PRODUCT_WORDS[done['product']]}, {limits.in_words(done['account'])}"
        told = f"{whom}: a notice when clients reach {asking.words.number(clients)}."
        words = [told, *_switched(asking, form), *done["notes"]]
        back = local_path(form.text("back"))
        return Done(back if back.partition("?")[0] == path else path, " ".join(words))

    return do


def _clients(form: Form) -> int:
    text = form.text("clients").replace(",", "")
    if not (text.isascii() and text.isdigit()):
        raise Invalid(f"{text[:40]!r} is no number of clients.", "Write a number such as 500.")
    return int(text)


def _switched(asking: Asking, form: Form) -> list[str]:
    """Switch the rules as it is ticked; answers what there is to tell."""
    held = _rules(asking)
    if _ALWAYS not in held:
        return ["Whoever manages the Event Center of the organisation switches the notice on."]
    wanted: dict[object, bool] = {_ALWAYS: True}
    wanted |= {level: form.is_on(name) for name, (level, _) in _LEVELS.items() if level in held}
    for level, is_on in wanted.items():
        if held[level]["enabled"] != is_on:
            rules.change(asking.app, asking.who, held[level]["id"], enabled=is_on)
    return []
