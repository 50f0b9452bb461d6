"""The evidence of a number, for somebody, as a plain object."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from vaultmeter.app import App
from vaultmeter.asked import When, period
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import Filters
from vaultmeter.model.instants import text_of
from vaultmeter.reports.evidence import Evidence, Sought
from vaultmeter.reports.explain import explain
from vaultmeter.reports.head import report_named
from vaultmeter.reports.pasteable import pasteable
from vaultmeter.reports.run import Ask


def evidence_told(  # noqa: PLR0913, PLR0917  one for each field of the question
    app: App,
    who: Principal,
    name: str,
    cell: str,
    row: Sequence[str] = (),
    range_: str = "last-30-days",
    from_: str | None = None,
    to: str | None = None,
    tz: str = "UTC",
    who_: str = "people",
    per: str | None = None,
    compare: str = "weekdays",
    days: int | None = None,
    page: int = 1,
    size: int = 50,
    **filters: Sequence[str] | None,
) -> Object:
    """Why a cell of a report is what it is; `row` has `COLUMN=VALUE`, `filters` words by filter.

    Raises `NotFound`, `Invalid` and `Forbidden`.
    """
    viewer, report = who.viewer(Permission.REPORTS), report_named(name)
    narrowed = Filters.of({key: words or () for key, words in filters.items()})
    sought = Sought(cell, _row(row), page, size)
    with app.store.reader(app.patience(who)) as store:
        ask = Ask(
            viewer,
            period(app, store, viewer, When(range_, from_, to, tz)),
            narrowed,
            who_,
            per,
            compare,
            terms=app.terms(),
            days=days,
        )
        return plain(explain(store, app.inbox, report, ask, sought))


def plain(told: Evidence) -> Object:
    """The evidence as JSON has it; instants are in UTC."""
    return {
        **{name: _plain(value) for name, value in vars(told).items()},
        "column": asdict(told.column),
        "period": {
            "from": told.period.start.astimezone(told.period.zone).isoformat(),
            "to": told.period.end.astimezone(told.period.zone).isoformat(),
            "time_zone": told.period.zone.key,
        },
        "statement": None if told.statement is None else pasteable(told.statement),
        **{
            name: [{key: _plain(cell) for key, cell in asdict(part).items()} for part in parts]
            for name, parts in (
                ("parts", told.parts),
                ("sources", told.sources),
                ("events", told.events),
                ("things", told.things),
            )
        },
        "notes": list(told.notes),
        "agrees": told.agrees,
    }


def _row(words: Sequence[str]) -> dict[str, str]:
    """What the row has by column; raises `Invalid` for what is no pair."""
    pairs = [word.partition("=") for word in words]
    for column, sign, value in pairs:
        if not sign or not column:
            raise Invalid(f"--row {column + sign + value!r} is no pair.", "Write COLUMN=VALUE.")
    return {column: value for column, _, value in pairs}


def _plain(value: Any) -> Any:  # noqa: ANN401  any cell
    if isinstance(value, datetime):
        return text_of(value)
    if isinstance(value, date):
        return value.isoformat()
    return {n: _plain(v) for n, v in value.items()} if isinstance(value, dict) else value
