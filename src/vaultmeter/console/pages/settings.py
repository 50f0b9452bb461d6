"""The settings: every section's page and changes, and the way to the first one."""

from starlette.responses import RedirectResponse, Response

from vaultmeter.console.acts import Act
from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Page
from vaultmeter.console.pages import (
    settings_account_groups,
    settings_appearance,
    settings_definitions,
    settings_groups,
    settings_keys,
    settings_limits,
    settings_retention,
    settings_roles,
    settings_sign_in,
    settings_trail,
    settings_users,
)
from vaultmeter.console.parts import Part
from vaultmeter.console.settings_sections import open_sections

_SECTIONS = (
    settings_sign_in,
    settings_appearance,
    settings_users,
    settings_groups,
    settings_roles,
    settings_keys,
    settings_definitions,
    settings_limits,
    settings_account_groups,
    settings_retention,
    settings_trail,
)
PAGES: tuple[Page, ...] = tuple(section.PAGE for section in _SECTIONS)
ACTS: tuple[Act, ...] = tuple(act for section in _SECTIONS for act in section.ACTS)


def _first(asking: Asking) -> Response:
    """The way to the first section that somebody may open; definitions are open to everybody."""
    return RedirectResponse(open_sections(asking.who)[0].path, 303)


def _back(act: Act) -> Part:
    """The way back from the address of a change, which shows no page to whoever reloads it."""
    return Part(act.path, lambda _: RedirectResponse(act.page.path, 303), permission=None)


PARTS = (Part("/settings", _first, permission=None), *map(_back, ACTS))
