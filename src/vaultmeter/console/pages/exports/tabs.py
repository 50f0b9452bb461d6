"""The tabs of exports and schedules: three pages under one title."""

from typing import Any

from vaultmeter.console.asking import Asking
from vaultmeter.console.page import Block
from vaultmeter.model.access import Permission

TITLE = "Exports and schedules"
RAIL = "exports"
_TABS = (
    ("Exports", "/exports", Permission.REPORTS),
    ("Schedules", "/schedules", Permission.SCHEDULES),
    ("Runs", "/schedules/runs", Permission.SCHEDULES),
)


def _tabs(asking: Asking) -> dict[str, Any]:
    return {
        "tabs": [
            {"title": title, "path": path}
            for title, path, permission in _TABS
            if asking.may(permission)
        ]
    }


TABS = Block("tabs", "pages/exports/tabs.html", _tabs, TITLE, "heading", is_plain=True)
