"""Every page, in the order their addresses are looked for."""

from vaultmeter.console import exporting, first_use, palette
from vaultmeter.console.acts import Act
from vaultmeter.console.bar import filters, month, show
from vaultmeter.console.evidence import asked as evidence
from vaultmeter.console.page import Page
from vaultmeter.console.pages import (
    clients,
    connect,
    events,
    exports,
    item,
    items,
    overview,
    password_manager,
    product_usage,
    schedules,
    settings,
    source,
    sources,
    user,
    views,
)
from vaultmeter.console.parts import Part, way_back

PAGES: tuple[Page, ...] = (
    views.PAGE,
    overview.PAGE,
    clients.PAGE,
    product_usage.PAGE,
    user.PAGE,
    items.PAGE,
    item.PAGE,
    password_manager.PAGE,
    sources.PAGE,
    connect.PAGE,
    source.PAGE,
    *events.PAGES,
    *exports.PAGES,
    *schedules.PAGES,
    *settings.PAGES,
)
PARTS: tuple[Part, ...] = (
    show.SHOW,
    filters.SUGGEST,
    *month.PARTS,
    palette.PART,
    first_use.PART,
    evidence.PART,
    *exporting.PARTS,
    *events.PARTS,
    *map(way_back, (*overview.ACTS, *clients.ACTS)),
    *exports.PARTS,
    *schedules.PARTS,
    *settings.PARTS,
)
"""What is asked besides pages."""
ACTS: tuple[Act, ...] = (
    *views.ACTS,
    user.TICK,
    *overview.ACTS,
    *clients.ACTS,
    *settings.ACTS,
    *events.ACTS,
    *exports.ACTS,
    *schedules.ACTS,
    *source.ACTS,
    *connect.ACTS,
)
"""Every change that a form may ask for."""
