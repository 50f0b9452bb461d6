"""Puts a page together: its blocks in order, the frame around them, and what failed in its place.

Blocks are made one after the other until a page has taken as long as a reader should wait; the one
whose reports are not there by then and those left fetch themselves, each with a request of its own.
Where answers are kept or data is small, that is none.
"""

from collections.abc import Mapping
from time import monotonic
from typing import Any

import structlog
from markupsafe import Markup

from vaultmeter.api.problems import outside
from vaultmeter.console.answers import NotYet
from vaultmeter.console.asking import Asking
from vaultmeter.console.bar import bar_of
from vaultmeter.console.evidence.drawer import drawer_html
from vaultmeter.console.first_use import rows_of
from vaultmeter.console.page import Block, Page
from vaultmeter.console.rendering import render
from vaultmeter.model.access import Permission
from vaultmeter.model.errors import Forbidden, Unavailable, VaultmeterError

_PATIENCE = 0.08
"""Seconds after which a page is sent with what it has."""
log = structlog.get_logger("vaultmeter.console")


def page_html(asking: Asking, page: Page) -> str:
    """The HTML of a page; raises `Forbidden`, `NotFound` and `Unavailable`."""
    if page.permission is not None:
        asking.who.require(page.permission)
    head = {"title": page.title, "subtitle": page.subtitle, **page.head(asking)}
    if page.standing is not None:
        head["standing"] = _shown(asking, page, page.standing)
    # The bar comes first on the page, and is made first: an unknown range fails here.
    bar = bar_of(asking, page) if page.has_bar else {}
    rows = [
        {
            "shape": row.shape,
            "blocks": [_shown(asking, page, block) for block in row.blocks],
            "beside": [_shown(asking, page, block) for block in row.beside],
        }
        for row in rows_of(asking, page)
    ]
    drawer = drawer_html(asking, page, _PATIENCE)
    facts = {**_frame(asking, page), "head": head, "bar": bar, "rows": rows, "drawer": drawer}
    return render("page.html", facts)


def block_html(asking: Asking, page: Page, block: Block) -> str:
    """The HTML of one block of a page."""
    if page.permission is not None:
        asking.who.require(page.permission)
    return str(_made(asking, page, block))


def evidence_html(asking: Asking, page: Page) -> str:
    """The HTML of the drawer beside a page, with the evidence that the address asks for."""
    if page.permission is not None:
        asking.who.require(page.permission)
    return str(drawer_html(asking, page))


def failure_html(asking: Asking, page: Page, error: VaultmeterError, status: int) -> str:
    """The HTML of a page that cannot be shown, and what to do."""
    kind = next(
        (name for name, type_ in _FAILURES if isinstance(error, type_)),
        "missing" if status == _MISSING else "error",
    )
    facts = {
        **_frame(asking, page),
        "kind": kind,
        "error": error,
        "status": status,
        "may_report": asking.may(Permission.REPORTS),
    }
    return render("failure.html", facts)


_MISSING = 404
_FAILURES: tuple[tuple[str, type[VaultmeterError]], ...] = (
    ("forbidden", Forbidden),
    ("unready", Unavailable),
)


def _frame(asking: Asking, page: Page) -> dict[str, Any]:
    """What every page has around it."""
    return {"asking": asking, "page": page, "words": asking.words, "view": asking.view}


def _shown(asking: Asking, page: Page, block: Block) -> Markup:
    """A block, or its place where the page has taken long enough."""
    if asking.is_whole:
        return _made(asking, page, block)
    until = asking.begun + _PATIENCE
    if monotonic() > until:
        return _place(asking, page, block)
    asking.until = until
    try:
        return _made(asking, page, block)
    except NotYet:
        return _place(asking, page, block)
    finally:
        asking.until = None


def _place(asking: Asking, page: Page, block: Block) -> Markup:
    """The empty place of a block, which fetches it."""
    return Markup(render("parts/later.html", {**_frame(asking, page), "block": block}))  # noqa: S704


def _made(asking: Asking, page: Page, block: Block) -> Markup:
    """A block, or what went wrong with it: one that fails takes no page down.

    Raises `NotYet`.
    """
    frame = {**_frame(asking, page), "block": block}
    try:
        facts: Mapping[str, Any] = block.build(asking)
        html = render(block.template, {**frame, **facts})
    except NotYet:
        raise
    except VaultmeterError as error:
        told = outside(error, asking.request, asking.who)
        html = render("parts/failed.html", {**frame, "error": told})
    except Exception as error:
        log.exception("a block failed", block=block.id, page=page.name, error=asking.request)
        told = VaultmeterError(
            f"Something went wrong here: {type(error).__name__}.",
            "It is logged; tell the operator.",
        )
        html = render("parts/failed.html", {**frame, "error": told})
    return Markup(html)  # noqa: S704  made by templates, which escape
