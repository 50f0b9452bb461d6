"""Answers in the layouts of other products' files, for scripts that were written for those."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.reports import password_manager
from vaultmeter.reports.head import Report
from vaultmeter.reports.run import Ask
from vaultmeter.store import Store

LAYOUTS: dict[str, dict[str, Callable[[Store, Ask, datetime], dict[str, Any]]]] = {
    "akeyless": {"password-manager": password_manager.akeyless},
}
"""What makes the document of a report, by the name of the layout."""


def laid_out(store: Store, report: Report, ask: Ask, layout: str, now: datetime) -> dict[str, Any]:
    """The document of a report, computed at `now`; raises `Invalid` where there is none."""
    if layout not in LAYOUTS:
        raise Invalid(f"There is no layout {layout!r}.", did_you_mean(layout, LAYOUTS))
    reports = LAYOUTS[layout]
    if report.name not in reports:
        raise Invalid(
            f"The report {report.name!r} has no layout {layout!r}.",
            f"It is one of {', '.join(reports)}.",
        )
    return reports[report.name](store, ask, now)
