"""Why a number of a report is what it is."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from vaultmeter.api.evidence import evidence_told
from vaultmeter.api.v1.asking import Narrowed, ReportName, comparison
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.period import BUCKETS
from vaultmeter.reports.explain import SIZE_AT_MOST
from vaultmeter.reports.run import WHO

_MOST_PAGES = 1_000_000
_MOST_COLUMNS = 20
_WORD = 1000


class EvidenceQuery(Narrowed):
    """Which number, and what its report is asked with."""

    cell: str = Field(
        max_length=_WORD,
        description="The column of the number; of the overview, its measure.",
        examples=["requests"],
    )
    row: list[Annotated[str, Field(max_length=_WORD)]] = Field(
        [],
        max_length=_MOST_COLUMNS,
        description="What the row has in a column, `COLUMN=VALUE`, until it is one row.",
        examples=[["user=ann.rizzo"]],
    )
    who: str = Field("people", description="Whose use.", json_schema_extra={"enum": [*WHO]})
    per: str | None = Field(
        None,
        description="The bucket; by the range unless given.",
        json_schema_extra={"enum": [*BUCKETS]},
    )
    compare: str = comparison()
    days: int | None = Field(
        None, ge=1, le=3660, description="How many days back, of reports about so many."
    )
    page: int = Field(
        1,
        le=_MOST_PAGES,
        description="Which page of the events.",
        json_schema_extra={"minimum": 1},
    )
    size: int = Field(
        50,
        description="How many events a page has.",
        json_schema_extra={"minimum": 1, "maximum": SIZE_AT_MOST},
    )

    def fields(self) -> dict[str, Any]:
        """The fields of the question."""
        when = self.when()
        return {
            "cell": self.cell,
            "row": self.row,
            "range_": when.range,
            "from_": when.start,
            "to": when.end,
            "tz": when.zone,
            "who_": self.who,
            "per": self.per,
            "compare": self.compare,
            "days": self.days,
            "page": self.page,
            "size": self.size,
            **self.filters(),
        }


def routes(app: App) -> APIRouter:
    """`GET reports/{name}/evidence`."""
    router = resource("Evidence")

    @router.get("/reports/{name}/evidence")
    def evidence(
        name: ReportName,
        who: Annotated[Principal, allowed(Permission.REPORTS)],
        query: Annotated[EvidenceQuery, Query()],
    ) -> Object:
        """Answer the rule that a number follows, its SQL, and the events it is made of.

        The number is counted again from the events; `agrees` says whether that gives the same, and
        is null where it has no events of its own, and is worked out as the rule says.
        """
        return evidence_told(app, who, name, **query.fields())

    return router
