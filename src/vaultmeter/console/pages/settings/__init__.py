"""The settings: every section's page and changes, and the way to the first one."""

from starlette.responses import RedirectResponse, Response

from vaultmeter.console.acts import Act
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Page
from vaultmeter.console.pages.settings import (
    account_groups,
    appearance,
    definitions,
    groups,
    keys,
    limits,
    retention,
    roles,
    sign_in,
    trail,
    users,
)
from vaultmeter.console.pages.settings.sections import open_sections
from vaultmeter.console.parts import Part, way_back

_SECTIONS = (
    sign_in,
    appearance,
    users,
    groups,
    roles,
    keys,
    definitions,
    limits,
    account_groups,
    retention,
    trail,
)
PAGES: tuple[Page, ...] = tuple(section.PAGE for section in _SECTIONS)
ACTS: tuple[Act, ...] = tuple(act for section in _SECTIONS for act in section.ACTS)


def _first(asking: Asking) -> Response:
    """The way to the first section that somebody may open; definitions are open to everybody."""
    return RedirectResponse(open_sections(asking.who)[0].path, 303)


PARTS = (Part("/settings", _first, permission=None), *map(way_back, ACTS))
