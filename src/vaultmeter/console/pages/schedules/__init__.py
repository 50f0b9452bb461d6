"""Schedules: what leaves by itself, the form for it, and the history of its runs."""

from typing import Any

from vaultmeter import schedules
from vaultmeter.console.acts import Act
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block, Page, Row, one
from vaultmeter.console.pages.exports.tabs import RAIL, TABS, TITLE
from vaultmeter.console.pages.schedules import acts
from vaultmeter.console.pages.schedules.fields import WORDS, held_fields, new_fields
from vaultmeter.console.pages.schedules.form import effect_facts, form_facts
from vaultmeter.console.pages.schedules.listed import SCHEDULES
from vaultmeter.console.pages.schedules.runs import RUNS, STATE_WORD, WORD
from vaultmeter.console.parts import Part, way_back
from vaultmeter.model.access import Object, Permission

_FOLDER = "pages/schedules"
_CRUMBS = [{"title": "Schedules", "url": acts.LIST}]


def _head(asking: Asking) -> dict[str, Any]:
    asking.who.require(Permission.REPORTS)
    return {"actions": f"{_FOLDER}/actions.html"}


PAGE = Page(
    "schedules",
    acts.LIST,
    TITLE,
    (one(TABS), one(SCHEDULES)),
    subtitle="Files of reports, and the reports that leave by themselves",
    rail=RAIL,
    permission=Permission.SCHEDULES,
    head=_head,
    has_bar=False,
)
HISTORY = Page(
    "schedule-runs",
    acts.RUNS,
    TITLE,
    (one(TABS), one(RUNS)),
    subtitle="Files of reports, and the reports that leave by themselves",
    rail=RAIL,
    permission=Permission.SCHEDULES,
    extra=(WORD, STATE_WORD),
    head=_head,
    has_bar=False,
)


def _new_form(asking: Asking) -> dict[str, Any]:
    fields = new_fields(asking)
    return {**form_facts(asking, fields), "act": "schedule-add", "held": None}


def _new_effect(asking: Asking) -> dict[str, Any]:
    return effect_facts(asking, new_fields(asking), None)


def _new_head(asking: Asking) -> dict[str, Any]:
    asking.who.require(Permission.REPORTS)
    return {"crumbs": _CRUMBS}


NEW = Page(
    "schedule-new",
    f"{acts.LIST}/new",
    "New schedule",
    (
        Row(
            "halves",
            (
                Block("schedule-form", f"{_FOLDER}/form.html", _new_form, "What, when, where to"),
                Block("schedule-effect", f"{_FOLDER}/effect.html", _new_effect, "What leaves"),
            ),
        ),
    ),
    subtitle="A saved view, or a page as it is, that leaves by itself",
    rail=RAIL,
    permission=Permission.SCHEDULES,
    extra=WORDS,
    head=_new_head,
    has_bar=False,
)


def _held(asking: Asking) -> Object:
    return schedules.show(asking.app, asking.who, acts.number_of(asking))


def _change_form(asking: Asking) -> dict[str, Any]:
    row = _held(asking)
    facts = form_facts(asking, held_fields(asking, row))
    return {**facts, "act": "schedule-change", "held": row}


def _change_effect(asking: Asking) -> dict[str, Any]:
    row = _held(asking)
    return effect_facts(asking, held_fields(asking, row), row["report"])


def _change_head(asking: Asking) -> dict[str, Any]:
    return {"title": _held(asking)["name"], "crumbs": _CRUMBS}


CHANGE = Page(
    "schedule",
    f"{acts.LIST}/{{id}}",
    "Change a schedule",
    (
        Row(
            "halves",
            (
                Block("schedule-form", f"{_FOLDER}/form.html", _change_form, "Change it"),
                Block("schedule-effect", f"{_FOLDER}/effect.html", _change_effect, "What leaves"),
            ),
        ),
    ),
    rail=RAIL,
    permission=Permission.SCHEDULES,
    extra=WORDS,
    head=_change_head,
    has_bar=False,
)
PAGES = (HISTORY, NEW, PAGE, CHANGE)
ACTS = (
    Act("schedule-add", acts.LIST, acts.add, NEW),
    Act("schedule-pause", f"{acts.LIST}/{{id}}/pause", acts.pause, PAGE),
    Act("schedule-resume", f"{acts.LIST}/{{id}}/resume", acts.resume, PAGE),
    Act("schedule-run", f"{acts.LIST}/{{id}}/run", acts.run, PAGE),
    Act("schedule-test", f"{acts.LIST}/{{id}}/test", acts.test, PAGE),
    Act("schedule-remove", f"{acts.LIST}/{{id}}/remove", acts.remove, PAGE),
    Act("schedule-change", f"{acts.LIST}/{{id}}", acts.change, CHANGE),
)
PARTS: tuple[Part, ...] = tuple(map(way_back, ACTS[1:-1]))
