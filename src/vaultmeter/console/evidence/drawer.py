"""The drawer that shows the evidence of a number beside any page, with script and without."""

from datetime import date, datetime
from time import monotonic
from typing import Any

import structlog
from markupsafe import Markup

from vaultmeter.api.problems import outside
from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import TABLE, opened
from vaultmeter.console.evidence import words as evidence_words
from vaultmeter.console.evidence.asked import cell_of, evidence_of, json_url
from vaultmeter.console.page import Page
from vaultmeter.console.rendering import render
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid, NotFound, VaultmeterError
from vaultmeter.model.printable import plainly
from vaultmeter.reports.explain import SIZE_AT_MOST
from vaultmeter.reports.head import report_named
from vaultmeter.views.view import SIZES

ID = "evidence"
"""What a swap of the drawer names as its target."""
_FOR_COMMANDS = ("--", "vaultmeter ", "[evidence")
"""What hints have that are meant for somebody at a command line."""
_LISTED = 6
"""Parts that are shown at once."""
log = structlog.get_logger("vaultmeter.console")


def drawer_html(asking: Asking, page: Page, patience: float | None = None) -> Markup:
    """The drawer as the address has it: closed, open, or with why there is no evidence.

    With `patience`, seconds from the start of the page, it fetches itself where it would be late.
    """
    facts = {"asking": asking, "page": page, "words": asking.words, "view": asking.view}
    facts["close"] = opened(asking.view, "").url()
    if not asking.view.evidence:
        return _rendered("closed", facts)
    if patience is not None and not asking.is_whole and monotonic() - asking.begun > patience:
        return _rendered("later", facts)
    try:
        return _rendered("open", {**facts, **_facts(asking)})
    except VaultmeterError as error:
        return _rendered("refused", {**facts, "error": _told(asking, error)})
    except Exception as error:
        log.exception("evidence failed", page=page.name, error=asking.request)
        told = VaultmeterError(
            f"Something went wrong here: {type(error).__name__}.",
            f"It is logged; tell the operator, and quote {asking.request}.",
        )
        return _rendered("refused", {**facts, "error": told})


def _rendered(state: str, facts: dict[str, Any]) -> Markup:
    return Markup(render("parts/evidence.html", {**facts, "state": state}))  # noqa: S704  made by templates, which escape


def _told(asking: Asking, error: VaultmeterError) -> VaultmeterError:
    """What went wrong, with a hint that a reader of pages can follow."""
    if isinstance(error, Invalid | NotFound) and any(word in error.hint for word in _FOR_COMMANDS):
        return type(error)(error.message, "Close this, and choose a number on the page.")
    return outside(error, asking.request, asking.who)


def _facts(asking: Asking) -> dict[str, Any]:
    told, words = evidence_of(asking), asking.words
    every = min(told["total"], SIZE_AT_MOST)
    return {
        "told": told,
        "say": evidence_words,
        "title": plainly(told["title"]),
        "about": _about(asking, told),
        "number": evidence_words.value(told, words),
        "counted": evidence_words.value(told, words, "counted"),
        "outcomes": evidence_words.outcomes(told, words),
        "compared": _compared(asking, told),
        "parts": told["parts"][:_LISTED],
        "more_parts": told["parts"][_LISTED:],
        "overlap": told["counts"] in {"identities", "items", "existing"},
        "version": asking.app.terms().status.version,
        "pages": _pages(asking, told),
        "json": json_url(asking),
        "every": every,
        "every_json": json_url(asking, every=True),
    }


def _about(asking: Asking, told: Object) -> str:
    """The range, the row and the filters that the number is of."""
    zone = told["period"]["time_zone"]
    start, end = (datetime.fromisoformat(told["period"][name]) for name in ("from", "to"))
    days = asking.words.days(start.date(), _last_day(start, end))
    filters = [f"{name.replace('_', ' ')} {' or '.join(w)}" for name, w in told["filters"].items()]
    parts = [
        f"{days}, {zone}",
        evidence_words.row_text(_row(told), asking.words),
        ", ".join(filters) if filters else "no filters",
    ]
    return "; ".join(part for part in parts if part)


def _row(told: Object) -> dict[str, Any]:
    """What names the row, besides the number's own name."""
    return {name: cell for name, cell in told["row"].items() if cell != told["title"]}


def _last_day(start: datetime, end: datetime) -> date:
    last = end.date()
    if end > start and (end.hour, end.minute, end.second, end.microsecond) == (0, 0, 0, 0):
        last = date.fromordinal(last.toordinal() - 1)
    return last


def _compared(asking: Asking, told: Object) -> str:
    """The number of the range it is compared with, where the report has it; else nothing."""
    name = report_named(told["report"]).evidence.compared
    if not name or cell_of(asking).asked or not asking.compared_words:
        return ""
    if told["column"]["name"] == name:
        return ""
    rows = asking.rows(told["report"])
    found = next((r for r in rows if all(str(r[k]) == str(v) for k, v in told["row"].items())), {})
    if (before := found.get(name)) is None:
        return ""
    said = evidence_words.counted_text(told, asking.words, before)
    return f"{asking.compared_words}: {said}."


def _pages(asking: Asking, told: Object) -> dict[str, Any]:
    """The pages of events (and of things, which are counted beside them) that there are."""
    view, table = asking.view, asking.view.table_of(TABLE)
    longest = max(told["total"], told["distinct"])

    def at(**changes: int) -> str:
        return view.with_table(TABLE, **changes).url()

    return {
        "first": table.offset + 1,
        "earlier": at(page=table.page - 1) if table.page > 1 else "",
        "later": at(page=table.page + 1) if table.offset + table.size < longest else "",
        "sizes": [(size, at(size=size)) for size in SIZES],
        "size": table.size,
        "needed": longest > SIZES[0] or table.page > 1,
    }
