"""Turns what pages are made from into HTML: templates, and the words they may use."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from vaultmeter.console.assets import asset_url
from vaultmeter.console.exporting import export_menu
from vaultmeter.console.icons import icon
from vaultmeter.console.rail import SETTINGS, groups
from vaultmeter.console.running import running_files
from vaultmeter.console.saved import address_to_save, current_view, leaving, rail_views, undo_of


@cache
def environment() -> Environment:
    """The templates, each read once. What they are given is escaped, and must be there."""
    made = Environment(
        loader=PackageLoader("vaultmeter.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(asset_url=asset_url, icon=icon, rail_groups=groups, settings_entry=SETTINGS)
    made.globals["initials"] = initials
    made.globals.update(saved_views=rail_views, current_view=current_view, undo_of=undo_of)
    made.globals.update(address_to_save=address_to_save, export_menu=export_menu)
    made.globals.update(leaving=leaving, running_files=running_files)
    made.filters["aware"] = aware
    return made


def render(template: str, facts: Mapping[str, Any]) -> str:
    """The HTML of a template."""
    return environment().get_template(template).render(facts)


def aware(at: datetime) -> datetime:
    """An instant of a report, which is in UTC whether or not it says so."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def initials(name: str) -> str:
    """Two letters for somebody without a picture."""
    parts = [part for part in re.split(r"[\s._@-]+", name) if part]
    return "".join(part[0] for part in parts[:2]).upper()


PAGE_HEADERS = {
    # Nobody keeps a page, for it names people and secrets.
    "cache-control": "no-store",
    "vary": "HX-Request, Accept-Encoding",
    # Without a referrer a form's Origin would be null, and no change could be told from a foreign.
    "referrer-policy": "same-origin",
}
"""Headers of every page."""
