"""Rules of the Event Center: what raises notices, switched on and off, made and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import HTMLResponse, Response

from vaultmeter import notices
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block, Page, one
from vaultmeter.console.pages.events.rule_fields import field_names
from vaultmeter.console.pages.events.rule_form import (
    FIELDS,
    effect_of,
    form_of,
    made_types,
    typed_of,
    wanted_of,
)
from vaultmeter.console.pages.events.rule_said import said
from vaultmeter.console.pages.events.tabs import ENTRY, RULES, TABS, type_words
from vaultmeter.console.pages.settings.forms import check_typed, instant
from vaultmeter.console.pages.settings.words import PRODUCT_WORDS
from vaultmeter.console.parts import Part
from vaultmeter.console.rendering import PAGE_HEADERS, render
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Invalid
from vaultmeter.notices import rules
from vaultmeter.notices.types import TYPES

_PREVIEW = f"{RULES}/preview"
_FORM, _EFFECT = "pages/events/rule.html", "pages/events/rule_effect.html"
_LOOKED_AT = 100
"""Notices of a type among which the newest one of a rule is looked for."""
_WHOLE = 100
"""The level of limits that notices do not name."""
Notices = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Line:
    """One rule in the list."""

    id: int
    name: str
    type: str
    title: str
    looks_for: str
    account: str
    product: str
    is_on: bool
    is_beyond: bool
    is_built_in: bool
    can_change: bool
    """Whether it can be told anything; the others are switched on and off alone."""
    owner: str
    evaluated: datetime | None
    raised: datetime | None
    """When the newest notice of its type was raised, and of its name where that is told."""
    error: str
    url: str


def _list(asking: Asking) -> dict[str, Any]:
    found = rules.listed(asking.app, asking.who)["rows"]
    raised = {type_: _newest(asking, type_) for type_ in {row["type"] for row in found}}
    make = [(name, TYPES[name].title, _making(asking, name)) for name in made_types()]
    return {
        "lines": [_line(asking, row, raised) for row in found],
        "make": make,
        "product_words": PRODUCT_WORDS,
    }


def _making(asking: Asking, type_: str) -> str:
    return f"{asking.view.with_extra(make=type_, rule='').url()}#rule"


def _line(asking: Asking, row: Mapping[str, Any], raised: Mapping[str, Notices]) -> Line:
    return Line(
        row["id"],
        row["name"],
        row["type"],
        type_words(row["type"]),
        said(row),
        row["account"],
        row["product"],
        row["enabled"],
        row["is_beyond"],
        row["is_built_in"],
        row["type"] in made_types(),
        row["owner"],
        instant(row["evaluated"]),
        _raised(row, raised[row["type"]]),
        row["error"],
        f"{asking.view.with_extra(rule=str(row['id']), make='').url()}#rule",
    )


def _newest(asking: Asking, type_: str) -> Notices:
    """The newest notices of a type."""
    found = notices.listed(asking.app, asking.who, state="all", type=type_, limit=_LOOKED_AT)
    rows: Notices = found["rows"]
    return rows


def _raised(row: Mapping[str, Any], newest: Notices) -> datetime | None:
    """When the rule raised a notice last, as far as notices tell which rule it was."""
    for each in newest:
        named = each["payload"].get("rule", row["name"])
        level = each["payload"].get("level", _WHOLE)
        if named == row["name"] and level == row["settings"].get("level", level):
            return instant(each["time"])
    return None


def _rule(asking: Asking) -> dict[str, Any]:
    form = form_of(asking)
    return {"form": form, "preview_url": _PREVIEW, "effect": effect_of(asking) if form else None}


PAGE = Page(
    "event-rules",
    RULES,
    "Event Center",
    (
        one(TABS),
        one(Block("rules", "pages/events/rules.html", _list, "Rules", "table")),
        one(Block("rule", _FORM, _rule, "Rule", "line", is_plain=True)),
    ),
    subtitle="What raises notices; each is evaluated with the rights that its owner has then",
    rail=ENTRY,
    permission=Permission.NOTICES,
    extra=(*FIELDS, *field_names()),
    has_bar=False,
)


def _preview(asking: Asking) -> Response:
    """What the rule that is typed would raise now, as a piece of the page."""
    form = form_of(asking)
    if form is None:
        return HTMLResponse("", headers=PAGE_HEADERS)
    facts = {"asking": asking, "page": PAGE, "words": asking.words, "view": asking.view}
    effect = {"form": form, "effect": effect_of(asking)}
    return HTMLResponse(render(_EFFECT, {**facts, **effect}), headers=PAGE_HEADERS)


def _save(asking: Asking, form: Form) -> Done:
    """Make a rule, or change one."""
    wanted = wanted_of(typed_of(form.kept()))
    if wanted.rule is None:
        made = rules.add(
            asking.app,
            asking.who,
            name=wanted.name,
            type=wanted.type.name,
            settings=wanted.settings,
            account=wanted.account,
            product=wanted.product,
        )
        return Done(RULES, f"Rule {made['name']} made. It looks at the data from now on.")
    made = rules.change(
        asking.app,
        asking.who,
        wanted.rule,
        name=wanted.name,
        settings=wanted.settings,
        account=wanted.account,
        product=wanted.product,
    )
    return Done(RULES, f"Rule {made['name']} changed. What is beyond already is told again.")


def _switch(asking: Asking, form: Form) -> Done:
    is_on = form.is_on("on")
    made = rules.change(asking.app, asking.who, _number(form), enabled=is_on)
    return Done(RULES, f"Rule {made['name']} is {'on' if is_on else 'off'}.")


def _drop(asking: Asking, form: Form) -> Done:
    number = _number(form)
    check_typed(form, rules.show(asking.app, asking.who, number)["name"])
    gone = rules.remove(asking.app, asking.who, number)
    return Done(RULES, f"Rule {gone['name']} deleted; the notices it raised stay.")


def _number(form: Form) -> int:
    text = form.text("rule")
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(1 << 53)):
        raise Invalid(f"{text[:40]!r} is no rule.", "Load the page again.")
    return int(text)


PARTS = (Part(_PREVIEW, _preview, Permission.NOTICES),)
ACTS = (
    Act("rule-save", f"{RULES}/save", _save, PAGE),
    Act("rule-switch", f"{RULES}/switch", _switch, PAGE),
    Act("rule-delete", f"{RULES}/delete", _drop, PAGE),
)
