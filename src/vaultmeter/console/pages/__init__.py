"""Every page, in the order their addresses are looked for."""

from vaultmeter.console import (
    bar_calendar,
    bar_filters,
    bar_show,
    evidence_asked,
    exporting,
    first_use,
    palette,
)
from vaultmeter.console.acts import Act
from vaultmeter.console.page import Page
from vaultmeter.console.pages import (
    clients,
    connect,
    item,
    items,
    overview,
    password_manager,
    product_usage,
    settings,
    source,
    sources,
    user,
    views,
)
from vaultmeter.console.parts import Part

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
    *settings.PAGES,
)
PARTS: tuple[Part, ...] = (
    bar_show.SHOW,
    bar_filters.SUGGEST,
    *bar_calendar.PARTS,
    palette.PART,
    first_use.PART,
    evidence_asked.PART,
    *exporting.PARTS,
    *settings.PARTS,
)
"""What is asked besides pages."""
ACTS: tuple[Act, ...] = (*views.ACTS, user.TICK, *settings.ACTS, *source.ACTS, *connect.ACTS)
"""Every change that a form may ask for."""
