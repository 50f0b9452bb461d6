"""A rule that is made or changed: what is typed, and what it would raise now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from vaultmeter import accounts
from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.events.rule_fields import (
    PREFIX,
    Field,
    fields_of,
    settings_read,
    type_named,
    written,
)
from vaultmeter.console.pages.settings.words import PRODUCTS
from vaultmeter.model.errors import NotFound, VaultmeterError
from vaultmeter.model.terms import ORGANISATION
from vaultmeter.notices import rules
from vaultmeter.notices.finding import RuleType
from vaultmeter.notices.types import TYPES

FIELDS = ("make", "rule", "named", "for", "product")
"""Fields of the form beside settings: the type or the rule, its name, account and product."""
_MOST_SHOWN = 10


@dataclass(frozen=True)
class Typed:
    """What is typed into the form."""

    make: str
    rule: int | None
    """The rule that is changed; `None` for one that is made."""
    name: str
    account: str
    product: str
    settings: Mapping[str, str]
    is_begun: bool
    """Whether any setting was typed so far, rather than the form just opened."""


@dataclass(frozen=True)
class Wanted:
    """A rule as it is to be."""

    type: RuleType
    rule: int | None
    name: str
    account: str
    product: str
    settings: Mapping[str, Any]


def made_types() -> tuple[str, ...]:
    """The types of which rules can be made; the others are only switched on and off."""
    return tuple(name for name, type_ in TYPES.items() if type_.find is not None)


def typed_of(given: Mapping[str, str]) -> Typed:
    """What a form or an address says."""
    settings = {
        name.removeprefix(PREFIX): value for name, value in given.items() if name.startswith(PREFIX)
    }
    number = given.get("rule", "")
    return Typed(
        given.get("make", ""),
        int(number) if number.isascii() and number.isdigit() and len(number) < _LONG else None,
        given.get("named", "").strip(),
        given.get("for", "").strip(),
        given.get("product", ""),
        settings,
        bool(settings),
    )


_LONG = 16


def wanted_of(typed: Typed) -> Wanted:
    """The rule that is typed; raises `Invalid` and `NotFound`."""
    type_ = type_named(typed.make)
    settings = settings_read(type_, typed.settings)
    return Wanted(type_, typed.rule, typed.name, typed.account, typed.product, settings)


def form_of(asking: Asking) -> dict[str, Any] | None:
    """The form with what stands in it; `None` where none is open. Raises `NotFound`."""
    typed = _typed(asking)
    if typed is None:
        return None
    type_ = type_named(typed.make)
    fields: list[Field] = fields_of(type_, typed.settings)
    return {
        "typed": typed,
        "type": type_,
        "fields": [each for each in fields if not each.is_rare],
        "rare": [each for each in fields if each.is_rare],
        "has_rare": any(each.is_rare and each.value for each in fields),
        "products": PRODUCTS,
        "accounts": _accounts(asking),
        "held": None if typed.rule is None else rules.show(asking.app, asking.who, typed.rule),
        "prefix": PREFIX,
    }


def _typed(asking: Asking) -> Typed | None:
    """What is typed: by the form that was refused, the address, or the rule as it is."""
    refused = asking.refused
    given = refused.form if refused is not None and refused.act == "rule-save" else asking.given
    typed = typed_of(given)
    if typed.rule is None:
        return _begun(typed) if typed.make else None
    held = rules.show(asking.app, asking.who, typed.rule)
    type_ = type_named(held["type"])
    if typed.is_begun:
        return replace(typed, make=type_.name)
    return Typed(
        make=type_.name,
        rule=typed.rule,
        name=held["name"],
        account=held["account"],
        product=held["product"],
        settings=written(type_, held["settings"]),
        is_begun=True,
    )


def _begun(typed: Typed) -> Typed:
    """A rule that is to be made, with what is usual where nothing was typed."""
    return replace(typed, settings={**written(type_named(typed.make), {}), **typed.settings})


def effect_of(asking: Asking) -> dict[str, Any]:
    """What the rule that is typed would raise now, or what is wrong with it."""
    facts: dict[str, Any] = {"typed": None, "rows": [], "wrong": None, "more": 0, "fields": {}}
    typed = _typed(asking)
    if typed is None or not typed.is_begun:
        return facts
    facts["typed"] = typed
    facts["fields"] = {f"{PREFIX}{name}": value for name, value in typed.settings.items()}
    try:
        wanted = wanted_of(typed)
        rows = rules.preview(
            asking.app,
            asking.who,
            type=wanted.type.name,
            settings=wanted.settings,
            account=wanted.account,
            product=wanted.product,
        )["rows"]
    except VaultmeterError as error:
        return {**facts, "wrong": error}
    for row in rows:
        # What a rule is called stands before what it finds; this one may have no name yet.
        row["text"] = f"{typed.name}: {rest}" if (rest := _named_rest(row)) else row["text"]
    return {**facts, "rows": rows[:_MOST_SHOWN], "more": max(0, len(rows) - _MOST_SHOWN)}


def _named_rest(row: Mapping[str, Any]) -> str:
    """What a notice says after the name of its rule; nothing where it does not begin with it."""
    rule = row["payload"].get("rule")
    name, colon, rest = str(row["text"]).partition(": ")
    return rest if colon and name == rule else ""


def _accounts(asking: Asking) -> list[str]:
    try:
        names = [row["name"] for row in accounts.listed(asking.app, asking.who)["rows"]]
    except (NotFound, VaultmeterError):
        # They are offered only; the field takes any.
        return []
    return [name for name in names if name != ORGANISATION]
