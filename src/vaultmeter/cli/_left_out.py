"""What is said of options that do nothing in a report, so that nobody thinks they did."""

from collections.abc import Iterable, Iterator

import typer

from vaultmeter.reports.head import Report

_OPTIONS = ("who", "per", "compare", "days", "status")
"""The options that some reports take and others do not, each also a parameter of reports."""


def left_out(context: typer.Context, report: Report) -> Iterator[str]:
    """A sentence about the options that were given and do nothing in this report."""
    without = [name for name in _given(context, _OPTIONS) if name not in report.parameters]
    if without:
        options = ", ".join(f"--{name}" for name in without)
        yield f"{report.name} does not take {options}: left out."
    if list(_given(context, ("range_",))) and list(_given(context, ("start", "end"))):
        yield "--from and --to say when: --range is left out."


def _given(context: typer.Context, names: Iterable[str]) -> Iterator[str]:
    """Those of the options that stand on the command line."""
    for name in names:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            yield name
