"""Reports and the analytics document, asked for field by field, as commands ask an open folder."""

from collections.abc import Sequence

from vaultmeter.app import App
from vaultmeter.asked import AnalyticsAsked, ReportAsked, When, report_answer
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.table import Table


def report(  # noqa: PLR0913, PLR0917  one for each field of the question
    app: App,
    who: Principal,
    name: str,
    range_: str = "last-30-days",
    from_: str | None = None,
    to: str | None = None,
    tz: str = "UTC",
    who_: str = "people",
    per: str | None = None,
    compare: str = "weekdays",
    limit: int | None = None,
    offset: int = 0,
    sort: str | None = None,
    days: int | None = None,
    by: str | None = None,
    layout: str | None = None,
    sql: bool = False,  # noqa: FBT001, FBT002  a field as the others
    status: str | None = None,
    **filters: Sequence[str] | None,
) -> Table | Object | str:
    """The table of a report, the document of its layout, or its SQL; raises what reports raise."""
    asked = ReportAsked(
        name,
        When(range_, from_, to, tz),
        _given(filters),
        who_,
        per,
        compare,
        limit,
        offset,
        sort,
        days,
        by,
        layout,
        sql,
        status,
    )
    return report_answer(app, who.viewer(Permission.REPORTS), asked)


def analytics(
    app: App,
    who: Principal,
    range_: str = "last-30-days",
    from_: str | None = None,
    to: str | None = None,
    tz: str = "UTC",
    **filters: Sequence[str] | None,
) -> Object:
    """The analytics document; raises what reports raise."""
    from vaultmeter.api.analytics import analytics_for  # noqa: PLC0415  a report loads less

    return analytics_for(app, who, AnalyticsAsked(When(range_, from_, to, tz), _given(filters)))


def _given(filters: dict[str, Sequence[str] | None]) -> dict[str, list[str]]:
    return {name: list(words) for name, words in filters.items() if words}
