"""An export that is asked for: made while the reader waits where that is soon, else behind them."""

from time import monotonic, sleep
from typing import Any

from vaultmeter import exporting
from vaultmeter.console.acts import Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.delivered import FIELD, Source, choices_of, source_of, span_title, standing
from vaultmeter.console.door import local_path
from vaultmeter.console.exporting import EVERYTHING
from vaultmeter.console.page import Block
from vaultmeter.console.pages.exports.files import OPEN
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid, Unavailable, VaultmeterError
from vaultmeter.reports.head import report_named
from vaultmeter.state.exporting import FAILED

ASKED = (FIELD, "format", "limit", "bare")
"""Fields of the form that may be shown again, and words of its address."""
_AT_ONCE = 3.0
"""Seconds that a reader waits for a file; a larger one is made in the background."""
_LOOK = 0.05
_LIST = "/exports"


def make(asking: Asking, form: Form) -> Done:
    """Make what a form asks for: the file itself, or the way back where it takes longer."""
    source = source_of(asking, form.text(FIELD))
    wanted = source.wanted(
        form.text("format"),
        limit=_limit(form.text("limit")),
        password=form.secret("password") or None,
        bare=form.is_on("bare"),
    )
    begun = exporting.begin(asking.app, asking.who, wanted)
    found = _awaited(asking, begun.id)
    if found["state"] == FAILED:
        raise Unavailable(f"The file could not be made. {found['error']}", "")
    if found["state"] in OPEN:
        told = f"“{found['title']}” is being made in the background. It will be under Exports."
        return Done(local_path(form.text("back", _LIST)), told)
    return Done(f"{_LIST}/{begun.id}/file")


def _awaited(asking: Asking, number: int) -> Object:
    """What is known of a file when it is over, or after as long as a reader should wait."""
    until = monotonic() + _AT_ONCE
    while True:
        found = exporting.show(asking.app, asking.who, number)
        if found["state"] not in OPEN or monotonic() > until:
            return found
        sleep(_LOOK)


def _limit(text: str) -> int | None:
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise Invalid(f"The limit is {text[:40]!r}.", "Write a whole number of rows.") from None


def _form(asking: Asking) -> dict[str, Any]:
    fields = fields_of(asking)
    return {
        "fields": fields,
        "choices": choices_of(asking, fields[FIELD]),
        "formats": EVERYTHING,
    }


def fields_of(asking: Asking) -> dict[str, str]:
    """What is typed: by the address, or by the form that was refused."""
    refused = asking.refused
    given = asking.view.extra if refused is None else refused.form
    fields = {name: given.get(name, "") for name in ASKED}
    fields["format"] = fields["format"] or "xlsx"
    if not fields[FIELD] and (choices := choices_of(asking, "")):
        fields[FIELD] = choices[0].word
    return fields


def _about(asking: Asking) -> dict[str, Any]:
    """What the file will have: its tables, and what of the page does not apply to them."""
    try:
        source = source_of(asking, fields_of(asking)[FIELD])
        found = standing(asking, source)
    except VaultmeterError as error:
        return {"wrong": error}
    return {
        "wrong": None,
        "title": source.view.name if source.view else found.title,
        "span": span_title(source.range),
        "url": url_of(source),
        "tables": [
            {"title": report_named(each.report).title, "note": found.notes.get(each.report, "")}
            for each in found.questions
        ],
    }


def url_of(source: Source) -> str:
    """Where a source is looked at."""
    return f"{source.path}?{source.query}" + (f"&view={source.word}" if source.view else "")


FORM = Block("export-form", "pages/exports/form.html", _form, "New export")
ABOUT = Block("export-about", "pages/exports/about.html", _about, "What it will have", "line")
