"""Reads a report: the TOML head in its first comment, and the `select` below it."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from vaultmeter.model.errors import NotFound, did_you_mean
from vaultmeter.model.table import Column
from vaultmeter.plugins import names_in
from vaultmeter.reports.declared import Declared, declared
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
    reach: str | None = None
    """Another range than the one asked: a word of `ranges.REACHES`."""
    series: str | None = None
    """The column that has a row for every bucket of the range, also for the empty ones."""
    sort: tuple[str, ...] = ()
    """The columns rows are sorted by unless asked otherwise, `-` in front of descending ones.

    Reports without it keep the order of their SQL, and cannot be sorted."""
    late: tuple[str, ...] = ()
    """Columns worked out for the rows of one page alone. The SQL then cuts the page itself, in
    a part with `order by $sort limit $limit offset $offset` and a column `total`."""
    evidence: Declared = field(default_factory=Declared)
    """How its numbers follow from events."""
    template: str = ""
    """The SQL before `$sort` in it stands for sort keys."""
    notes: tuple[str, ...] = ()
    """Sentences that are needed to read every answer rightly."""
    shares: str = ""
    """The file of the parts (`with`) that stand before its own; other reports have them, too."""
    whole: bool = False
    """Whether a breakdown by account shows the whole, too: who is in two accounts counts once."""
    order: int = 100
    """Its place in lists of reports."""

    def plain(self) -> dict[str, Any]:
        """What lists of reports tell of it, as JSON has it."""
        return {
            "name": self.name,
            "title": self.title,
            "answers": self.answers,
            "parameters": list(self.parameters),
            "needs": list(self.needs),
            "columns": [asdict(column) for column in self.columns],
        }


def report_named(name: str) -> Report:
    """The report of that name; raises `NotFound` with the nearest one."""
    if name not in _names():
        raise NotFound(f"There is no report {name!r}.", did_you_mean(name, _names()))
    return part_named(name)


@cache
def part_named(name: str) -> Report:
    """A report, or a part of another answer, by the name of its file."""
    text = files("vaultmeter.reports").joinpath(f"{name}.sql").read_text("utf-8")
    return parse_report(name, text)


@cache
def _names() -> tuple[str, ...]:
    return tuple(names_in("vaultmeter.reports", ".sql"))


def report_names() -> list[str]:
    """The names of all listed reports."""
    return list(_names())


def all_reports() -> list[Report]:
    """Every listed report, in the order of its head."""
    return sorted(map(report_named, report_names()), key=lambda report: (report.order, report.name))


def parse_report(name: str, text: str) -> Report:
    """A report from the text of its file; raises `ValueError` where the head is wrong."""
    found = _HEAD.match(text)
    if not found:
        raise ValueError(f"{name}.sql does not begin with a comment that holds its head.")
    head: dict[str, Any] = tomllib.loads(found[1])
    template, sort = text[found.end() :].strip(), tuple(head.pop("sort", ()))
    if "shares" in head:
        template = f"with {_shared(head['shares'])},\n{template.removeprefix('with ')}"
    columns = tuple(Column(*column) for column in head.pop("columns"))
    words = head.pop("definitions", [])
    return Report(
        name=name,
        sql=template.replace("$sort", in_sql(sort)),
        template=template,
        columns=columns,
        definitions={word: DEFINITIONS[word] for word in words},
        parameters=tuple(head.pop("parameters", ())),
        needs=tuple(head.pop("needs", ())),
        notes=tuple(head.pop("notes", ())),
        sort=sort,
        late=tuple(head.pop("late", ())),
        evidence=declared(head.pop("evidence", {})),
        **head,
    )


def _shared(name: str) -> str:
    text = files("vaultmeter.reports").joinpath(f"{name}.sql").read_text("utf-8")
    return _HEAD.sub("", text).strip()


def in_sql(keys: Iterable[str]) -> str:
    """Sort keys, `-` in front of descending ones, as SQL; what is missing comes last."""
    return ", ".join(
        f'"{key.removeprefix("-")}" {"desc" if key.startswith("-") else "asc"} nulls last'
        for key in keys
    )
