"""What every connector can show, for the reports that say so."""

from collections.abc import Iterable, Mapping
from functools import cache

from vaultmeter.model.visibility import EVERYTHING, SEEN, Sight, Visible
from vaultmeter.plugins import modules_in
from vaultmeter.reports.head import Report

_ANY = Sight(Visible.NOT_YET, "All that its records tell of.")


@cache
def sights() -> Mapping[str, Mapping[str, Sight]]:
    """By connector and measure, in the order of measures; first of all its events at large."""
    declared = {
        name: module.CONNECTOR.sights for name, module in modules_in("vaultmeter.connectors")
    }
    return {
        name: {EVERYTHING: _ANY} | {measure: own[measure] for measure in SEEN if measure in own}
        for name, own in declared.items()
    }


def rests_on(report: Report, rows: Iterable[tuple[object, ...]]) -> set[str]:
    """The measures of coverage that a report's columns rest on; of a list of measures, its rows."""
    names = {column.name for column in report.columns}
    if report.columns[0].name == "measure":
        names |= {str(row[0]) for row in rows}
    return {measure for measure, seen in SEEN.items() if names & set(seen.columns)}
