"""A page of the store's lists, for whoever may see them."""

from collections.abc import Mapping

from vaultmeter.api.v1.shapes import cursor_of, place_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.filters import Filters
from vaultmeter.reports.listing import FIRST, Listing, Place, ever, page
from vaultmeter.reports.run import Ask


def listed(
    app: App,
    who: Principal,
    listing: Listing,
    given: Mapping[str, list[str]],
    limit: int,
    cursor: str | None,
) -> Object:
    """The rows behind a cursor; raises `Invalid`."""
    viewer = who.viewer(Permission.REPORTS)
    ask = Ask(viewer, ever(app.clock()), Filters.of(given), terms=app.terms())
    with app.store.reader(app.settings.report_seconds) as store:
        rows, end = page(store, listing, ask, _place(cursor), limit)
    return {"rows": rows, "next": None if end is None else cursor_of(*end)}


def _place(cursor: str | None) -> Place:
    if cursor is None:
        return FIRST
    account, name, id_ = place_of(cursor, str, str, int)
    return account, name, id_
