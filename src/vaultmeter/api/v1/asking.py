"""The parameters of questions, in an address: the options of the command line, by their names."""

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from vaultmeter.api.v1.shapes import place_of
from vaultmeter.asked import AnalyticsAsked, ReportAsked, When
from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import FILTERS
from vaultmeter.model.period import BUCKETS, COMPARISONS, RANGES
from vaultmeter.model.status import CHOICES
from vaultmeter.reports.head import report_names
from vaultmeter.reports.run import WHO

MOST_REPORT_ROWS = 100_000
"""Rows of a report that one answer may have."""
_MOST_OFFSET = 100_000_000
_LONGEST = 1000
"""Characters of a word at most."""
_MOST_WORDS = 100
"""Words of one filter at most."""


def _one_of(words: tuple[str, ...], meaning: str, default: Any = None) -> Any:  # noqa: ANN401  as the library has it
    """A parameter that is one of some words; whoever mistypes one is told the nearest."""
    return Field(default, description=meaning, json_schema_extra={"enum": [*words]})


def comparison() -> Any:  # noqa: ANN401  as above
    """The parameter that says what a range is compared with."""
    day = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    return Field(
        "weekdays",
        description="What the range is compared with: by a word, or days, both included.",
        examples=["weekdays", "2026-01-01..2026-01-31"],
        json_schema_extra={"anyOf": [{"enum": [*COMPARISONS]}, {"pattern": rf"^{day}\.\.{day}$"}]},
    )


def _words(filter_: str) -> Any:  # noqa: ANN401  as above
    meaning = f"Only of this {FILTERS[filter_]}; `*` stands for any text; may be repeated."
    return Field(default=[], description=meaning, max_length=_MOST_WORDS)


Word = Annotated[str, Field(max_length=_LONGEST, min_length=1)]
"""A word of a filter, or a pattern."""


ReportName = Annotated[
    str, Path(description="A report, by its name.", json_schema_extra={"enum": [*report_names()]})
]
"""The part of an address that names a report."""


def list_filter(filter_: str) -> Any:  # noqa: ANN401  as above
    """The parameter of a list that narrows it."""
    meaning = f"Only of this {FILTERS[filter_]}; `*` stands for any text; may be repeated."
    return Query(description=meaning, max_length=_MOST_WORDS)


class Ranged(BaseModel):
    """A range."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    range: str = _one_of(RANGES, "A range by its name.", "last-30-days")
    start: str | None = Field(
        None,
        alias="from",
        max_length=64,
        description="First day, or instant.",
        examples=["2026-11-01"],
    )
    end: str | None = Field(
        None, alias="to", max_length=64, description="Last day (included), or instant."
    )
    tz: str = Field("UTC", max_length=64, description="IANA time zone, such as Europe/Paris.")

    def when(self) -> When:
        """The range that is meant."""
        return When(self.range, self.start, self.end, self.tz)


class Narrowed(Ranged):
    """A range, and filters."""

    account: list[Word] = _words("account")
    user: list[Word] = _words("user")
    item: list[Word] = _words("item")
    item_type: list[Word] = _words("item_type")
    kind: list[Word] = _words("kind")
    auth_method: list[Word] = _words("auth_method")
    outcome: list[Word] = _words("outcome")
    source: list[Word] = _words("source")
    product: list[Word] = _words("product")

    def filters(self) -> dict[str, list[str]]:
        """The words by filter."""
        return {name: words for name in FILTERS if (words := getattr(self, name))}


class AnalyticsQuery(Narrowed):
    """What the analytics document is asked with."""

    def asked(self) -> AnalyticsAsked:
        """The question."""
        return AnalyticsAsked(self.when(), self.filters())


class SqlQuery(Narrowed):
    """What a report is asked with, but for the form of the answer."""

    who: str = _one_of(WHO, "Whose use is looked at.", "people")
    per: str | None = Field(
        None,
        description="The bucket; by the range unless given.",
        json_schema_extra={"enum": [*BUCKETS]},
    )
    compare: str = comparison()
    limit: int | None = Field(
        None,
        le=MOST_REPORT_ROWS,
        description="Rows at most; top lists have 1000.",
        json_schema_extra={"minimum": 1},
    )
    offset: int = Field(0, ge=0, le=_MOST_OFFSET, description="Rows left out before the first.")
    sort: str | None = Field(
        None, max_length=64, description="Column to sort by; `-COLUMN` from the highest down."
    )
    days: int | None = Field(
        None, ge=1, le=3660, description="How many days back, of reports about so many."
    )
    status: str | None = Field(
        None,
        description="How active users are, or how items are used, of reports about these.",
        json_schema_extra={"enum": [*CHOICES]},
    )

    def asked(self, report: str) -> ReportAsked:
        """The question; raises `Invalid`."""
        return ReportAsked(
            report,
            self.when(),
            self.filters(),
            self.who,
            self.per,
            self.compare,
            self.limit,
            self.offset,
            self.sort,
            self.days,
            status=self.status,
        )


class ReportQuery(SqlQuery):
    """What a report is asked with."""

    by: str | None = Field(
        None, description="Break it down.", json_schema_extra={"enum": ["account", "group"]}
    )
    layout: str | None = Field(
        None,
        description="akeyless: the file its console exports, of password-manager.",
        json_schema_extra={"enum": ["akeyless"]},
    )
    format: str | None = Field(
        None,
        description="Instead of the header Accept.",
        json_schema_extra={"enum": ["json", "csv"]},
    )
    cursor: str | None = Field(
        None, max_length=2000, description="Where to go on: in the header Link of the page before."
    )

    def asked(self, report: str) -> ReportAsked:
        """The question; raises `Invalid`."""
        if self.by is not None and self.layout is not None:
            raise Invalid("`by` and `layout` exclude each other.", "Give one of them.")
        asked = super().asked(report)
        offset = asked.offset if self.cursor is None else place_of(self.cursor, int)[0]
        return ReportAsked(
            **{**vars(asked), "offset": offset, "by": self.by, "layout": self.layout}
        )
