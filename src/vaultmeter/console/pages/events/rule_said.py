"""What a rule looks for, in a few words."""

from collections.abc import Callable, Mapping
from typing import Any

from vaultmeter.console.bar.range import range_title
from vaultmeter.model.errors import NotFound
from vaultmeter.reports.head import report_named

Settings = Mapping[str, Any]
_SIGNS = {">=": "≥", "<=": "≤", "==": "=", "!=": "≠"}
_AGGREGATES = {"sum": "sum of", "max": "highest", "min": "lowest", "any": ""}


def said(row: Mapping[str, Any]) -> str:
    """What a rule, as services tell it, looks for."""
    return _SAID[row["type"]](row["settings"])


def _usage(settings: Settings) -> str:
    level = settings["level"]
    if level == "forecast":
        return "by the forecast of the month"
    return f"{level}% of the limit"


def _silent(settings: Settings) -> str:
    hours = settings["hours"]
    return f"{hours:g} hours without an event"


def _threshold(settings: Settings) -> str:
    count, share = settings["count"], settings["share"]
    parts = ([f"{count:,} or more"] if count else []) + ([f"{share:g}% or more"] if share else [])
    days = settings.get("days")
    return " or ".join(parts) + (f", {days} days without a use" if days else "")


def _report(settings: Settings) -> str:
    try:
        report = report_named(settings["report"])
    except NotFound:
        return f"{settings['report']}, which is no report any more"
    columns = {each.name: each.title or each.name for each in report.columns}
    column = columns.get(settings["column"] or "", settings["column"] or "")
    aggregate = settings["aggregate"]
    what = "rows" if aggregate == "count" else f"{_AGGREGATES.get(aggregate, '')} {column}".strip()
    operator = _SIGNS.get(settings["operator"], settings["operator"])
    first = settings["from"]
    span = f"from {first}" if first else range_title(settings["range"]).lower()
    return f"{report.title}: {what} {operator} {settings['value']}, {span}, {settings['interval']}"


_SAID: Mapping[str, Callable[[Settings], str]] = {
    "usage-report": _usage,
    "source-silent": _silent,
    "rejects": lambda _: "once a source and day",
    "schedule-failed": lambda _: "a run that was given up or missed",
    "delivery-failed": lambda _: "once a destination and day",
    "unused-items": _threshold,
    "inactive-people": _threshold,
    "rule": _report,
}
