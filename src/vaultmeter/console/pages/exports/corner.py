"""The corner of every page: what is being made for the reader, and when it is there."""

from starlette.responses import HTMLResponse, Response

from vaultmeter import exporting
from vaultmeter.console.asking import Asking
from vaultmeter.console.pages.exports.files import OPEN, File, file_of
from vaultmeter.console.parts import Part
from vaultmeter.console.rendering import PAGE_HEADERS, render
from vaultmeter.model.errors import NotFound

_MOST = 5
_DIGITS = 18


def _corner(asking: Asking) -> Response:
    found = [file for number in _numbers(asking) for file in _file(asking, number)]
    facts = {
        "asking": asking,
        "words": asking.words,
        "running": [file for file in found if file.state in OPEN],
        "ended": [file for file in found if file.state not in OPEN],
    }
    return HTMLResponse(render("parts/corner.html", facts), headers=PAGE_HEADERS)


def _file(asking: Asking, number: int) -> list[File]:
    """The file of a number, where the reader may see it."""
    try:
        return [file_of(asking, exporting.show(asking.app, asking.who, number))]
    except NotFound:
        return []


def _numbers(asking: Asking) -> list[int]:
    """The files that the corner told of before."""
    words = asking.given.get("files", "").split(",")[:_MOST]
    return [int(word) for word in words if word.isdigit() and len(word) <= _DIGITS]


PART = Part("/exports/corner", _corner)
