"""The evidence that an address asks for, told as the API and `vaultmeter explain` tell it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from vaultmeter.api.evidence import evidence_told
from vaultmeter.asked import When
from vaultmeter.console.asking import Asking
from vaultmeter.console.evidence import SPAN, TABLE, Cell
from vaultmeter.console.parts import Part
from vaultmeter.model.access import Object
from vaultmeter.model.errors import Invalid
from vaultmeter.model.filters import FILTERS
from vaultmeter.reports.explain import SIZE_AT_MOST

_PATH = "/evidence.json"
_ALL = "all"
"""The word of an address that asks for as many events as one answer may hold."""


def cell_of(asking: Asking) -> Cell:
    """The number whose evidence is asked for; raises `Invalid` where the address names none."""
    try:
        return Cell.read(asking.view.evidence)
    except ValueError as error:
        raise Invalid(
            "The address names no number.", "Close this, and choose a number on the page."
        ) from error


def evidence_of(asking: Asking, *, every: bool = False) -> Object:
    """The evidence, with the page of events the address asks for, or with as many as may be.

    Raises what `evidence_told` raises.
    """
    view, cell = asking.view, cell_of(asking)
    when, table = _when(asking, cell), view.table_of(TABLE)
    return evidence_told(
        asking.app,
        asking.who,
        cell.report,
        cell.cell,
        [f"{name}={value}" for name, value in cell.row.items()],
        when.range,
        when.start,
        when.end,
        when.zone,
        cell.asked.get("who", "people"),
        cell.asked.get("per"),
        cell.asked.get("compare", view.compare),
        _days(cell),
        1 if every else table.page,
        SIZE_AT_MOST if every else table.size,
        **_filters(asking, cell),
    )


def _when(asking: Asking, cell: Cell) -> When:
    """The span the number is about: its own, or the range of the page."""
    start, end, zone = (cell.asked.get(name) for name in SPAN)
    when = asking.view.when
    if start is not None or end is not None:
        when = When("all", start, end, when.zone)
    return when if zone is None else replace(when, zone=zone)


def _days(cell: Cell) -> int | None:
    days = cell.asked.get("days")
    if days is None:
        return None
    if not days.isdecimal() or not int(days):
        raise Invalid(f"{days!r} is no number of days.", "Choose a number on the page.")
    return int(days)


def _filters(asking: Asking, cell: Cell) -> dict[str, Sequence[str]]:
    """Filters of the page, and those of the number in place of them."""
    own = {name: [value] for name, value in cell.asked.items() if name in FILTERS}
    return {**asking.view.patterns(), **own}


def json_url(asking: Asking, *, every: bool = False) -> str:
    """Where the evidence of the number is, as a file for programs."""
    view = asking.view
    tables = {TABLE: view.table_of(TABLE)} if TABLE in view.tables and not every else {}
    found = replace(view.at(_PATH), evidence=view.evidence, tables=tables)
    return found.with_extra(**({_ALL: "1"} if every else {})).url()


def _answer(asking: Asking) -> Response:
    """The evidence as `vaultmeter explain --json` prints it."""
    told = evidence_of(asking, every=_ALL in asking.given)
    name = f"evidence-{told['report']}-{told['column']['name']}.json"
    return Response(
        _written(told),
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
        },
        media_type="application/json",
    )


def _written(answer: Any) -> str:  # noqa: ANN401  whatever JSON can hold
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


PART = Part(_PATH, _answer)
