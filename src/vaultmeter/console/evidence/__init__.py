"""The way to a number's evidence: which cell of which report it is, as an address says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vaultmeter.console.asking import Asking
from vaultmeter.model.filters import FILTERS
from vaultmeter.views.view import View

_PARTS, _SIGN = "~", "="
SPAN = ("from", "to", "tz")
"""A span of its own, both days included: of numbers that are not about the range of the page."""
ASKED = ("who", "per", "days", "compare", *SPAN, *FILTERS)
"""Fields of a report's question that a number may depend on besides the address."""
TABLE = "evidence"
"""The prefix of the events' pages in an address."""


@dataclass(frozen=True)
class Cell:
    """A number: the column `cell` of the row that has these values, in a report."""

    report: str
    cell: str
    row: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """As the address has it: REPORT~CELL~COLUMN=VALUE~:who=people."""
        row = (f"{name}={_quoted(value)}" for name, value in self.row.items())
        asked = (f":{name}={_quoted(value)}" for name, value in self.asked.items())
        return _PARTS.join((self.report, self.cell, *row, *asked))

    @classmethod
    def read(cls, text: str) -> "Cell":
        """The number that an address means; raises `ValueError`."""
        report, cell, *pairs = text.split(_PARTS)
        row: dict[str, str] = {}
        asked: dict[str, str] = {}
        for pair in pairs:
            name, sign, value = pair.partition(_SIGN)
            if not sign:
                raise ValueError(text)
            where = asked if name.startswith(":") else row
            where[name.removeprefix(":")] = _unquoted(value)
        if not report or not cell or not set(asked) <= set(ASKED):
            raise ValueError(text)
        return cls(report, cell, row, asked)


def evidence_url(
    asking: Asking,
    report: str,
    cell: str,
    row: Mapping[str, object] | None = None,
    **asked: object,
) -> str:
    """The address of this page with the evidence of a number open.

    `row` names the row; a value of `None` is that of an empty cell. `asked` are fields of the
    question as `ASKED` has them (`from_` for `from`), filters among them: `kind="login"`.
    """
    values = {name: "" if value is None else str(value) for name, value in (row or {}).items()}
    fields = {name.rstrip("_"): str(value) for name, value in asked.items()}
    return opened(asking.view, Cell(report, cell, values, fields).text()).url()


def opened(view: View, evidence: str) -> View:
    """The page as it is with the evidence of a number open, or with none, on its first page."""
    # The drawer lies over the page as it is: no table of it goes back to its first page.
    tables = {name: table for name, table in view.tables.items() if name != TABLE}
    return replace(view, evidence=evidence, tables=tables)


def _quoted(value: str) -> str:
    return value.replace("%", "%25").replace(_PARTS, "%7E")


def _unquoted(value: str) -> str:
    return value.replace("%7E", _PARTS).replace("%25", "%")
