"""What a schedule does, as it was said: which report, in which formats, when, and where to.

It is kept as JSON (`Plan.plain`), and read back from it (`plan_of`). What is said is checked when
it is said (`checked`); whether it can still be done is found out at each run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vaultmeter.access.users import email_checked
from vaultmeter.asked import ReportAsked, When
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.filters import FILTERS, Filters
from vaultmeter.reports.head import report_named
from vaultmeter.schedules.timing import Timing, timing_of

FORMATS = ("json", "csv", "xlsx", "pdf", "parquet")
"""The formats a schedule makes files in."""
CATCH_UP = ("all", "latest", "none")
"""Which of the due times are made up for that passed while nothing ran."""
KEEP_DAYS = 90
_LEAST_KEEP_DAYS, _MOST_KEEP_DAYS = 4, 3660
"""A file is kept for as long as its delivery is tried, at least."""
_MOST_RECIPIENTS = 50
_TIMING = ("every", "at", "on", "cron")
_RANGE = {"range": "range", "from": "start", "to": "end"}
_WORDS = ("who", "per", "compare", "limit", "sort", "days", "by", "status")


@dataclass(frozen=True)
class Plan:
    """What a schedule does."""

    timing: Timing
    formats: tuple[str, ...]
    view: int | None = None
    """The number of a saved view; else there is a report."""
    report: Mapping[str, Any] | None = None
    """A report with the words of its question, as `vaultmeter report` has them."""
    catch_up: str = "latest"
    recipients: tuple[str, ...] = ()
    """Addresses of e-mail."""
    forwarders: tuple[str, ...] = ()
    """Destinations, by name."""
    keep_days: int = KEEP_DAYS
    """For how many days the files are kept."""

    def plain(self) -> Object:
        """As JSON has it."""
        return {
            "view": self.view,
            "report": None if self.report is None else dict(self.report),
            "formats": list(self.formats),
            **{name: getattr(self.timing, name) for name in _TIMING},
            "time_zone": self.timing.zone,
            "catch_up": self.catch_up,
            "recipients": list(self.recipients),
            "forwarders": list(self.forwarders),
            "keep_days": self.keep_days,
        }


def plan_of(settings: Mapping[str, Any]) -> Plan:
    """The plan that was kept as JSON."""
    return Plan(
        Timing(zone=settings["time_zone"], **{name: settings[name] for name in _TIMING}),
        tuple(settings["formats"]),
        settings["view"],
        settings["report"],
        settings["catch_up"],
        tuple(settings["recipients"]),
        tuple(settings["forwarders"]),
        settings["keep_days"],
    )


def checked(words: Mapping[str, Any]) -> Plan:
    """The plan that words mean, in the form it is kept in; raises `Invalid` and `NotFound`."""
    if (words["view"] is None) == (words["report"] is None):
        raise Invalid("A schedule is of one saved view or of one report.", "Give one of them.")
    report = words["report"]
    if report is not None:
        report = _ordered({name: word for name, word in report.items() if word not in (None, [])})
    timing = timing_of(
        words["every"], words["time_zone"], *(words[name] or "" for name in ("at", "on", "cron"))
    )
    return Plan(
        timing,
        _formats(words["formats"]),
        words["view"],
        report,
        _catch_up(words["catch_up"]),
        _recipients(words["recipients"]),
        tuple(dict.fromkeys(words["forwarders"])),
        _keep_days(words["keep_days"]),
    )


def asked_of(report: Mapping[str, Any], zone: str = "UTC") -> ReportAsked:
    """The question of a report's words in a zone; raises `Invalid` and `NotFound`."""
    known = {"report", *_RANGE, *_WORDS, *FILTERS}
    for name in report:
        if name not in known:
            raise Invalid(f"A report has no word {name!r}.", did_you_mean(name, known))
    if "report" not in report:
        raise Invalid("No report is named.", "vaultmeter reports lists all.")
    report_named(report["report"])
    filters = {name: list(report[name]) for name in FILTERS if report.get(name)}
    Filters.of(filters)
    when = When(zone=zone, **{_RANGE[name]: report[name] for name in _RANGE if name in report})
    rest = {name: report[name] for name in _WORDS if name in report}
    return ReportAsked(report["report"], when, filters, **rest)


def _ordered(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report's words, one order for all ways in which they come; raises as `asked_of`."""
    asked_of(report)
    order = ("report", *_RANGE, *FILTERS, *_WORDS)
    return {name: report[name] for name in order if name in report}


def _formats(given: Sequence[str]) -> tuple[str, ...]:
    if not given:
        raise Invalid("A schedule makes files in one format at least.", "Give csv, xlsx or pdf.")
    for each in given:
        if each not in FORMATS:
            raise Invalid(f"There is no format {each!r}.", did_you_mean(each, FORMATS))
    return tuple(dict.fromkeys(given))


def _catch_up(word: str) -> str:
    if word not in CATCH_UP:
        raise Invalid(f"Catch-up is {word!r}.", did_you_mean(word, CATCH_UP))
    return word


def _recipients(given: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(each.strip() for each in given))
    for each in found:
        if not each:
            raise Invalid("An address of e-mail is empty.", "Write NAME@HOST.")
        email_checked(each)
    if len(found) > _MOST_RECIPIENTS:
        raise Invalid(
            f"A schedule writes to {_MOST_RECIPIENTS} addresses at most.",
            "Give the address of a list.",
        )
    return found


def _keep_days(days: int) -> int:
    if not _LEAST_KEEP_DAYS <= days <= _MOST_KEEP_DAYS:
        raise Invalid(
            f"Files are kept {_LEAST_KEEP_DAYS} to {_MOST_KEEP_DAYS} days.",
            "Give another --keep-days.",
        )
    return days
