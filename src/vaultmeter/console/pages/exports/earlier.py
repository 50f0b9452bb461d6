"""“Download as”: the files that earlier runs and exports of a page have left."""

from starlette.responses import HTMLResponse, Response

from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.exports.files import files_of, span_of
from vaultmeter.console.parts import Part
from vaultmeter.console.rendering import PAGE_HEADERS, render

_MOST = 8


def _earlier(asking: Asking) -> Response:
    path = asking.given.get("path", "")
    found = [file for file in files_of(asking) if file.is_made and file.of.get("path") == path]
    # Those that left by themselves come first: a month's report is looked for, not a try.
    found.sort(key=lambda file: file.schedule_run is None)
    told = [{"file": file, "span": span_of(file, asking.words)} for file in found[:_MOST]]
    facts = {"words": asking.words, "files": told}
    return HTMLResponse(render("parts/earlier.html", facts), headers=PAGE_HEADERS)


PART = Part("/exports/earlier", _earlier)
