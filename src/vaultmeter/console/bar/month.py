"""What the range dialog fetches when it is used: other months, and the names of time zones."""

from datetime import date
from functools import cache
from zoneinfo import available_timezones

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from vaultmeter.console.asking import Asking
from vaultmeter.console.bar.range import months, months_near
from vaultmeter.console.parts import Part
from vaultmeter.console.rendering import PAGE_HEADERS, render

_NO_DAYS = (date.max, date.min)
"""A range without any day: the browser marks what is chosen there."""
_OUTDATED = ("Etc/", "SystemV/", "US/", "posix/", "right/")
"""Parts of the zone database that nobody lives in, or with newer names elsewhere."""


def _calendar(asking: Asking) -> Response:
    today = asking.words.today
    try:
        wanted = date.fromisoformat(f"{asking.given.get('month', '')}-01")
    except ValueError:
        wanted = today
    last = min(wanted, today)
    facts = {"months": months(asking.words, last, _NO_DAYS), **months_near(last, today)}
    return HTMLResponse(render("parts/bar_months.html", facts), headers=PAGE_HEADERS)


@cache
def zones() -> tuple[str, ...]:
    """The time zones that are offered, by name; any other is taken too."""
    named = (
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(_OUTDATED)
    )
    return ("UTC", *sorted(named))


def _zones(_: Asking) -> Response:
    options = Markup("").join(Markup('<option value="{}">').format(zone) for zone in zones())
    return HTMLResponse(str(options), headers={"cache-control": "private, max-age=86400"})


PARTS = (Part("/calendar", _calendar), Part("/zones", _zones))
