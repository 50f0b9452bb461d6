"""Every page, in the order their addresses are looked for."""

from vaultmeter.console import evidence_asked, exporting
from vaultmeter.console.acts import Act
from vaultmeter.console.page import Page
from vaultmeter.console.pages import overview
from vaultmeter.console.parts import Part

PAGES: tuple[Page, ...] = (overview.PAGE,)
PARTS: tuple[Part, ...] = (evidence_asked.PART, *exporting.PARTS)
"""What is asked besides pages."""
ACTS: tuple[Act, ...] = ()
"""Every change that a form may ask for."""
