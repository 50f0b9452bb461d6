"""The six measures of product usage: their names and colours, totals, and what they were before."""

from dataclasses import dataclass

from vaultmeter.console.asking import Asking


@dataclass(frozen=True)
class Measure:
    """A measure of the report of activity. It has one colour on every page."""

    key: str
    """As the address has it."""
    column: str
    name: str
    tone: int
    subject: str
    """What a sentence calls it."""
    is_summed: bool = True
    """Whether events are counted, so that the overview has it, too; else people are."""


MEASURES = (
    Measure("logins", "login_sessions", "Login sessions", 1, "Login sessions"),
    Measure("remote", "remote_connections", "Remote connections", 2, "Remote connections"),
    Measure("accessed", "passwords_accessed", "Passwords accessed", 3, "Password accesses"),
    Measure("autofilled", "passwords_autofilled", "Passwords auto-filled", 4, "Auto-fills"),
    Measure("added", "accounts_added", "Accounts added", 5, "Accounts added"),
    Measure("latest", "latest_logins", "Latest logins", 6, "Latest logins", is_summed=False),
)
"""In the order of the switches."""


@dataclass(frozen=True)
class Changed:
    """A measure's total in the range, and in the range compared with, where there is one."""

    measure: Measure
    total: int
    before: int | None


def changes_of(asking: Asking) -> list[Changed]:
    """The totals of all measures, now and before: the same whatever the bucket."""
    now = _totals(asking)
    before = None if asking.compared is None else _totals(asking, asking.between(asking.compared))
    return [
        Changed(each, now[each.column], None if before is None else before[each.column])
        for each in MEASURES
    ]


def _totals(asking: Asking, between: dict[str, object] | None = None) -> dict[str, int]:
    per = asking.view.bucket or asking.period.bucket()
    rows = asking.rows("activity", per=per, **(between or {}))
    return {each.column: sum(row[each.column] for row in rows) for each in MEASURES}
