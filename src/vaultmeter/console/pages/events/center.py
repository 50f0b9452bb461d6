"""Event Center: what calls for attention, found by type, product, account, time and text.

A row opens what programs read of the notice, and where it was sent.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from vaultmeter import notices
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.door import local_path
from vaultmeter.console.page import Block, Page, one
from vaultmeter.console.pages.events.sent import Sent, sent_of
from vaultmeter.console.pages.events.tabs import (
    CENTER,
    ENTRY,
    RULES,
    TABS,
    state_of,
    type_words,
)
from vaultmeter.console.pages.events.ways import Way, way_of
from vaultmeter.console.pages.settings.forms import instant
from vaultmeter.console.pages.settings.words import PRODUCTS
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.instants import text_of
from vaultmeter.notices.types import TYPES
from vaultmeter.views.view import View

FILTERS = ("type", "product", "about", "since", "until")
"""Words of the address that narrow the list; `about` is an account, `*` the organisation."""
_PLACE = ("before", "notice")
_MOST_DIGITS = 18


@dataclass(frozen=True)
class Line:
    """One notice in the list."""

    id: int
    type: str
    title: str
    product: str
    account: str
    time: datetime
    text: str
    acknowledged: datetime | None
    acknowledged_by: str | None
    url: str
    """Opens it, or closes it where it is open."""
    opened: "Opened | None" = None


@dataclass(frozen=True)
class Opened:
    """What a row shows when it is open."""

    payload: str
    """Pretty JSON."""
    sent: tuple[Sent, ...]
    way: Way | None


def _listed(asking: Asking) -> dict[str, Any]:
    given = _given(asking)
    facts: dict[str, Any] = {
        "state": state_of(asking),
        "given": given,
        "q": asking.view.table.q,
        "types": [(name, kind.title) for name, kind in TYPES.items()],
        "products": PRODUCTS,
        "is_narrowed": bool(asking.view.table.q) or any(given.values()),
        "all_url": _bare(asking.view).url(),
        "rules_url": asking.view.at(RULES).url(),
        "lines": [],
        "apart": None,
        "older": "",
        "newest": "",
        "wrong": None,
    }
    try:
        found = _found(asking, given)
        apart = _apart(asking, found["rows"])
    except (Invalid, NotFound) as error:
        return {**facts, "wrong": error}
    view = asking.view.with_extra(notice="")
    return {
        **facts,
        "lines": [_line(asking, row) for row in found["rows"]],
        "apart": apart,
        "older": view.with_extra(before=found["next"]).url() if found["next"] else "",
        "newest": view.with_extra(before="").url() if asking.view.extra.get("before") else "",
    }


def _given(asking: Asking) -> dict[str, str]:
    """What the list is narrowed to, by the words of the address; the bar's one account counts."""
    given = {name: asking.view.extra.get(name, "").strip() for name in FILTERS}
    if not given["about"] and len(asking.view.account) == 1:
        given["about"] = asking.view.account[0]
    return given


def _found(asking: Asking, given: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = notices.listed(
        asking.app,
        asking.who,
        state=state_of(asking),
        type=given["type"] or None,
        product=given["product"] or None,
        account=given["about"] or None,
        since=_midnight(asking, "since", given["since"], 0),
        until=_midnight(asking, "until", given["until"], 1),
        text=asking.view.table.q or None,
        limit=asking.view.table.size,
        cursor=asking.view.extra.get("before") or None,
    )
    return found


def _midnight(asking: Asking, name: str, text: str, days: int) -> str | None:
    """When a day of the reader's zone begins, so many days later; raises `Invalid`."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"{name} is {text[:40]!r}, which is no day.", "Write 2026-11-01.") from error
    return text_of(datetime(day.year, day.month, day.day, tzinfo=asking.words.zone))


def _bare(view: View) -> View:
    """The list of the same state without anything that narrows it."""
    return replace(view.with_table(q=""), extra={}, account=())


def _line(asking: Asking, row: Mapping[str, Any]) -> Line:
    is_open = asking.view.extra.get("notice") == str(row["id"])
    line = Line(
        row["id"],
        row["type"],
        type_words(row["type"]),
        row["product"],
        row["account"],
        _instant(row["time"]),
        row["text"],
        instant(row["acknowledged"]),
        row["acknowledged_by"],
        asking.view.with_extra(notice="" if is_open else str(row["id"])).url(),
    )
    return replace(line, opened=_opened(asking, row)) if is_open else line


def _opened(asking: Asking, row: Mapping[str, Any]) -> Opened:
    payload = json.dumps(row["payload"], indent=2, ensure_ascii=False)
    sent = tuple(sent_of(asking, row["id"], _instant(row["time"])))
    return Opened(payload, sent, way_of(asking, row))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _apart(asking: Asking, rows: Sequence[Mapping[str, Any]]) -> Line | None:
    """The notice of the address that no row of the list has, such as by a link in a mail."""
    text = asking.view.extra.get("notice", "")
    if not text or any(str(row["id"]) == text for row in rows):
        return None
    return _line(asking, notices.show(asking.app, asking.who, _number(text)))


PAGE = Page(
    ENTRY,
    CENTER,
    "Event Center",
    (
        one(TABS),
        one(Block("notices", "pages/events/list.html", _listed, "Notices", "table")),
    ),
    subtitle="What calls for attention, told once, and where it was sent",
    permission=Permission.NOTICES,
    extra=(*FILTERS, *_PLACE),
    has_bar=False,
)


def _acknowledge(asking: Asking, form: Form) -> Done:
    """Acknowledge the one whose button was pressed, all that are shown, or those ticked."""
    only = form.texts("only")
    ids = only or form.texts("shown" if form.is_on("all") else "notice")
    if not ids:
        raise Invalid("No notice is ticked.", "Tick some, or acknowledge all that are shown.")
    done = notices.acknowledge(asking.app, asking.who, [_number(each) for each in ids])
    count = asking.words.count(done["acknowledged"], "notice")
    return Done(_back(form), f"{count} acknowledged.")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > _MOST_DIGITS:
        raise Invalid(f"{text[:40]!r} is no notice.", "Load the page again.")
    return int(text)


def _back(form: Form) -> str:
    """The list that the form stood in, and no other page."""
    back = local_path(form.text("back"))
    return back if back.partition("?")[0] == CENTER else CENTER


ACTS = (Act("notice-acknowledge", "/events/acknowledge", _acknowledge, PAGE),)
