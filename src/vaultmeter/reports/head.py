"""Reads a report: the TOML head in its first comment, and the `select` below it."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from vaultmeter.model.errors import NotFound, did_you_mean
from vaultmeter.model.table import Column
from vaultmeter.plugins import names_in
from vaultmeter.reports.definitions import DEFINITIONS

_HEAD = re.compile(r"\A/\*(.*?)\*/", re.DOTALL)


@dataclass(frozen=True)
class Report:
    """A report as its file declares it."""

    name: str
    """The file's name, which users type."""
    title: str
    answers: str
    """The question it answers, in a sentence."""
    columns: tuple[Column, ...]
    sql: str
    definitions: dict[str, str] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    """Options beyond range and filters: `who`, `per`, `compare`, `limit`."""
    needs: tuple[str, ...] = ()
    """Filters that must be given."""
    bucket: str | None = None
    """A fixed bucket; the range is widened to whole ones."""
    series: str | None = None
    """The column that has a row for every bucket of the range, also for the empty ones."""
    order: int = 100
    """Its place in lists of reports."""


def report_named(name: str) -> Report:
    """The report of that name; raises `NotFound` with the nearest one."""
    if name not in report_names():
        raise NotFound(f"There is no report {name!r}.", did_you_mean(name, report_names()))
    return part_named(name)


@cache
def part_named(name: str) -> Report:
    """A report, or a part of another answer, by the name of its file."""
    text = files("vaultmeter.reports").joinpath(f"{name}.sql").read_text("utf-8")
    return parse_report(name, text)


def report_names() -> list[str]:
    """The names of all listed reports."""
    return names_in("vaultmeter.reports", ".sql")


def all_reports() -> list[Report]:
    """Every listed report, in the order of its head."""
    return sorted(map(report_named, report_names()), key=lambda report: (report.order, report.name))


def parse_report(name: str, text: str) -> Report:
    """A report from the text of its file; raises `ValueError` where the head is wrong."""
    found = _HEAD.match(text)
    if not found:
        raise ValueError(f"{name}.sql does not begin with a comment that holds its head.")
    head: dict[str, Any] = tomllib.loads(found[1])
    columns = tuple(Column(*column) for column in head.pop("columns"))
    words = head.pop("definitions", [])
    return Report(
        name=name,
        sql=text[found.end() :].strip(),
        columns=columns,
        definitions={word: DEFINITIONS[word] for word in words},
        parameters=tuple(head.pop("parameters", ())),
        needs=tuple(head.pop("needs", ())),
        **head,
    )
