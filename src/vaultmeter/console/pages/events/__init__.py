"""The Event Center: notices, the rules that raise them, and the forwarders that send them on."""

from vaultmeter.console.acts import Act
from vaultmeter.console.page import Page
from vaultmeter.console.pages.events import center, forwarders, rules
from vaultmeter.console.parts import Part, way_back

_TABS = (center, rules, forwarders)
PAGES: tuple[Page, ...] = (*(tab.PAGE for tab in _TABS), forwarders.IN_SETTINGS)
ACTS: tuple[Act, ...] = tuple(act for tab in _TABS for act in tab.ACTS)
PARTS: tuple[Part, ...] = (*rules.PARTS, *map(way_back, ACTS))
