"""Exports: what is being made, the files that are kept, and the form for a new one."""

from starlette.responses import FileResponse, Response

from vaultmeter import exporting
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Page, Row, one
from vaultmeter.console.pages.exports import corner, earlier
from vaultmeter.console.pages.exports.files import number_of
from vaultmeter.console.pages.exports.listed import KEPT, RUNNING, RUNNING_WORD
from vaultmeter.console.pages.exports.making import ABOUT, ASKED, FORM, make
from vaultmeter.console.pages.exports.tabs import RAIL, TABS, TITLE
from vaultmeter.console.parts import Part, way_back
from vaultmeter.exporting.keeping import manifest_text

_NO_STORE = {"cache-control": "no-store"}


PAGE = Page(
    "exports",
    "/exports",
    TITLE,
    (one(TABS), one(RUNNING), one(KEPT)),
    subtitle="Files of reports, and the reports that leave by themselves",
    rail=RAIL,
    extra=(RUNNING_WORD,),
    head=lambda _: {"actions": "pages/exports/actions.html"},
    has_bar=False,
)
NEW = Page(
    "exports-new",
    "/exports/new",
    "New export",
    (Row("halves", (FORM, ABOUT)),),
    subtitle="A page with all its tables, or a saved view, as one file",
    rail=RAIL,
    extra=ASKED,
    head=lambda _: {"crumbs": [{"title": TITLE, "url": PAGE.path}]},
    has_bar=False,
)


def _file(asking: Asking) -> Response:
    """A kept file, as it was made."""
    found = exporting.open_file(asking.app, asking.who, number_of(asking))
    headers = {**_NO_STORE, "etag": f'"{found.sha256}"'}
    return FileResponse(found.path, 200, headers, found.media_type, filename=found.name)


def _manifest(asking: Asking) -> Response:
    """The signed manifest beside a kept file."""
    file, text = manifest_text(asking.app, asking.who, number_of(asking))
    told = f'attachment; filename="{file.name}.manifest.json"'
    headers = {**_NO_STORE, "content-disposition": told}
    return Response(text, headers=headers, media_type="application/json")


def _cancel(asking: Asking, _: Form) -> Done:
    ended = exporting.cancel(asking.app, asking.who, number_of(asking))
    return Done(PAGE.path, f"“{ended['title']}” is not made any further.")


def _remove(asking: Asking, _: Form) -> Done:
    number = number_of(asking)
    title = exporting.show(asking.app, asking.who, number)["title"]
    exporting.remove(asking.app, asking.who, number)
    return Done(PAGE.path, f"The file of “{title}” is removed.")


PAGES = (NEW, PAGE)
ACTS = (
    Act("export-make", "/exports", make, NEW),
    Act("export-cancel", "/exports/{id}/cancel", _cancel, PAGE),
    Act("export-remove", "/exports/{id}/remove", _remove, PAGE),
)
PARTS = (
    corner.PART,
    earlier.PART,
    Part("/exports/{id}/file", _file),
    Part("/exports/{id}/manifest", _manifest),
    *(way_back(act) for act in ACTS[1:]),
)
