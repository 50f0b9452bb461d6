"""Every page, in the order their addresses are looked for."""

from vaultmeter.console import exporting, first_use, palette
from vaultmeter.console.acts import Act
from vaultmeter.console.bar import filters, month, show
from vaultmeter.console.evidence import asked as evidence
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
    show.SHOW,
    filters.SUGGEST,
    *month.PARTS,
    palette.PART,
    first_use.PART,
    evidence.PART,
    *exporting.PARTS,
    *settings.PARTS,
)
"""What is asked besides pages."""
ACTS: tuple[Act, ...] = (*views.ACTS, user.TICK, *settings.ACTS, *source.ACTS, *connect.ACTS)
"""Every change that a form may ask for."""
