"""Settings, Trail: what was done, by whom, and whether the record of it is whole."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vaultmeter.access import trail_acts
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.console.pages.settings.forms import instant
from vaultmeter.console.pages.settings.sections import TRAIL, settings_page

_ACTS = (
    "sign_in", "sign_out", "access.refused", "user.*", "group.*", "role.*", "key.*", "provider.*",
    "source.*", "limit.*", "account_group.*", "definition.*", "retention.*", "export.*",
    "secrets.*",
)  # fmt: skip
"""Acts that are offered to narrow it to; any other word may be typed."""
FILTERS = ("act", "by", "since")


def _trail(asking: Asking) -> dict[str, Any]:
    given = {name: asking.view.extra.get(name, "").strip() for name in (*FILTERS, "before")}
    narrowed = {name: given[name] or None for name in FILTERS}
    found = trail_acts.list_trail(
        asking.app,
        asking.who,
        limit=asking.view.table.size,
        cursor=given["before"] or None,
        **narrowed,
    )
    older = asking.view.with_extra(before=found["next"]).url() if found["next"] else ""
    return {
        "entries": [_entry(row) for row in found["rows"]],
        "given": given,
        "acts": _ACTS,
        "is_narrowed": any(narrowed.values()),
        "older": older,
        "newest": asking.view.with_extra(before="").url() if given["before"] else "",
        "all_url": replace(asking.view, extra={}).url(),
    }


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "at": instant(row["at"]), "told": _told(row["details"])}


def _told(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an entry says besides, as names and words; changes as before and after."""
    before, after = details.get("before"), details.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = [*after, *(name for name in before if name not in after)]
        changed = [
            (_name(name), f"{_word(before.get(name))} → {_word(after.get(name))}") for name in names
        ]
        rest = {name: each for name, each in details.items() if name not in {"before", "after"}}
        return [*changed, *_told(rest)]
    return [(_name(name), _word(value)) for name, value in details.items() if value not in _EMPTY]


_EMPTY: tuple[object, ...] = (None, "", [], {})


def _name(name: str) -> str:
    return name.replace("_", " ")


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_word(each) for each in value) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_word(each)}" for name, each in value.items()) or "none"
    return "none" if value is None else str(value)


def _verdict(asking: Asking) -> dict[str, Any]:
    typed = asking.refused.form if asking.refused is not None else {}
    return {"verdict": asking.shown or None, "anchor": typed.get("anchor", "")}


PAGE = settings_page(
    TRAIL,
    "What was done here, by whom. Entries are chained: one that is changed or missing is found",
    Block("verdict", "pages/settings/verdict.html", _verdict, "Is it whole?"),
    Block("trail", "pages/settings/trail.html", _trail, "What was done", "table"),
    extra=(*FILTERS, "before"),
)


def _verify(asking: Asking, form: Form) -> Done:
    verdict = trail_acts.verify_trail(asking.app, asking.who, form.text("anchor") or None)
    return Done(shown=verdict)


ACTS = (Act("trail-verify", "/settings/trail/verify", _verify, PAGE),)
