"""`rule`: a number in any column of any report is beyond a value.

The report is asked as on the command line, with the rights of the rule's owner. Over its rows the
column comes to one value (sum, max, min, count of rows), which is compared; or each row is
compared, and the rule tells those that are beyond.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from vaultmeter.asked import ReportAsked, When
from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.instants import text_of
from vaultmeter.model.period import BUCKETS, COMPARISONS, RANGES, zone_named
from vaultmeter.model.status import CHOICES
from vaultmeter.model.table import Column, Table
from vaultmeter.notices.crossing import ONCE, ZONE
from vaultmeter.notices.finding import Finding, Found, Looking, RuleType, Settings
from vaultmeter.notices.settings import Setting
from vaultmeter.reports.head import report_named, report_names
from vaultmeter.reports.run import WHO

_FAR = 1e18
_ROWS = 10
"""How many rows that are beyond are told."""
_MOST = 200_000
"""How many rows a rule looks at, all of which are held at once: more must be narrowed."""
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">=": ge,
    ">": gt,
    "<=": le,
    "<": lt,
    "==": eq,
    "!=": ne,
}
_ANY, _COUNT = "any", "count"
_AGGREGATES: Mapping[str, Callable[[Sequence[Any]], Any]] = {"sum": sum, "max": max, "min": min}
_INTERVALS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1)}
_NUMBERS = ("integer", "number")
_NO_ORDER = ("text", "boolean")


def _find(looking: Looking) -> Found:
    settings = looking.settings
    table = looking.narrowed(_asked(settings))
    _check_scope(looking)
    if settings["aggregate"] != _COUNT and table.total > len(table.rows):
        raise Invalid(
            f"The report {table.report!r} has {table.total:,} rows, more than a rule looks at.",
            "Narrow it by a range or filters.",
        )
    aggregate = settings["aggregate"]
    beyond = _rows_beyond(table, looking) if aggregate == _ANY else _value_beyond(table, looking)
    return Found(beyond=() if beyond is None else (beyond,))


def _rows_beyond(table: Table, looking: Looking) -> Finding | None:
    """The rows whose value is beyond, if there are any."""
    column, wanted = _column(table, looking.settings), _wanted(table, looking.settings)
    place, compare = table.columns.index(column), _OPERATORS[looking.settings["operator"]]
    rows = [row for row in table.rows if row[place] is not None and compare(row[place], wanted)]
    if not rows:
        return None
    names = [each.name for each in table.columns]
    first = [dict(zip(names, map(_plain, row), strict=True)) for row in rows[:_ROWS]]
    were = "1 row" if len(rows) == 1 else f"{len(rows):,} rows"
    text = f"{looking.name}: {were} of {table.title} with {_condition(looking.settings, column)}."
    return _finding(looking, table, text, {"count": len(rows), "rows": first})


def _value_beyond(table: Table, looking: Looking) -> Finding | None:
    """What the column comes to over all rows, if it is beyond."""
    settings, aggregate = looking.settings, looking.settings["aggregate"]
    if aggregate == _COUNT:
        column, value = None, table.total
    else:
        column = _column(table, settings)
        place = table.columns.index(column)
        values = [row[place] for row in table.rows if row[place] is not None]
        if not values:
            return None
        value = _AGGREGATES[aggregate](values)
    if not _OPERATORS[settings["operator"]](value, _wanted(table, settings)):
        return None
    text = f"{looking.name}: {table.title}: {_condition(settings, column)}, it is {_said(value)}."
    return _finding(looking, table, text, {"value": _plain(value)})


def _finding(looking: Looking, table: Table, text: str, told: Mapping[str, Any]) -> Finding:
    names = ("report", "column", "aggregate", "operator", "value")
    payload = {
        "rule": looking.name,
        **{name: looking.settings[name] for name in names if name != "value"},
        "threshold": looking.settings["value"],
        "period": {
            "from": text_of(table.period.start),
            "to": text_of(table.period.end),
            "time_zone": table.period.zone.key,
        },
        "filters": table.filters,
        **told,
    }
    return Finding("rule", text, payload, looking.product, looking.account)


def _asked(settings: Settings) -> ReportAsked:
    when = When(settings["range"], settings["from"], settings["to"], settings["zone"])
    return ReportAsked(
        settings["report"],
        when,
        settings["filters"] or {},
        settings["who"],
        settings["per"],
        settings["compare"],
        limit=1 if settings["aggregate"] == _COUNT else _MOST,
        days=settings["days"],
        by=settings["by"],
        status=settings["status"],
    )


def _column(table: Table, settings: Settings) -> Column:
    """The column that is looked at; raises `Invalid` where it cannot be, as it is asked."""
    names = {column.name: column for column in table.columns}
    if settings["column"] not in names:
        hint = did_you_mean(str(settings["column"]), names)
        raise Invalid(f"{table.report} has no column {settings['column']!r}.", hint)
    column = names[settings["column"]]
    aggregate, operator = settings["aggregate"], settings["operator"]
    if aggregate == "sum" and column.type not in _NUMBERS:
        raise Invalid(f"{column.name} holds no numbers, so it has no sum.", "Use any, or count.")
    if column.type in _NO_ORDER and (aggregate != _ANY or operator not in {"==", "!="}):
        raise Invalid(f"{column.name} has no order.", "Use any with == or !=, or count.")
    return column


def _wanted(table: Table, settings: Settings) -> Any:  # noqa: ANN401  as the column's
    """The value that is compared with, as the column has it; raises `Invalid`."""
    value = settings["value"]
    if settings["aggregate"] == _COUNT:
        return _number(value)
    column = _column(table, settings)
    if column.type in _NUMBERS:
        return _number(value)
    if column.type == "boolean":
        if not isinstance(value, bool):
            raise Invalid(f"{column.name} is true or false, and never {value!r}.")
        return value
    if column.type == "text":
        return str(value)
    try:
        if column.type == "date":
            return date.fromisoformat(str(value))
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Invalid(
            f"{value!r} is no {column.type}.", "Write 2026-11-01 or 2026-11-01T12:00:00Z."
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=zone_named(settings["zone"]))


def _number(value: Any) -> float:  # noqa: ANN401  whatever was given
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"{value!r} is no number.", "Write 100, or 12.5.")
    return value


def _condition(settings: Settings, column: Column | None) -> str:
    name = settings["aggregate"] if settings["aggregate"] != _ANY else ""
    title = "rows" if column is None else column.title
    return f"{name} {title} {settings['operator']} {settings['value']}".strip()


def _plain(value: Any) -> Any:  # noqa: ANN401  a cell is of any type
    if isinstance(value, datetime):
        return text_of(value)
    return value.isoformat() if isinstance(value, date) else value


def _said(value: Any) -> str:  # noqa: ANN401  as above
    return f"{value:,}" if isinstance(value, int | float) else str(_plain(value))


def _check(settings: Settings) -> None:
    report_named(settings["report"])
    if settings["column"] is None and settings["aggregate"] != _COUNT:
        raise Invalid("The rule says no column.", "Name one, or count rows with aggregate count.")


def _check_scope(looking: Looking) -> None:
    """Refuse filters on what the rule is narrowed to already; raises `Invalid`."""
    for name, own in (("account", looking.account), ("product", looking.product)):
        if own and name in (looking.settings["filters"] or {}):
            raise Invalid(f"The rule is about the {name} {own!r} alone.", f"Filter no {name}.")


def _every(settings: Settings) -> timedelta:
    return _INTERVALS[settings["interval"]]


TYPE = RuleType(
    "rule",
    "A number in a report is beyond a value",
    (
        Setting("report", "text", "The report.", choices=tuple(report_names()), is_needed=True),
        Setting("column", "text", "The column that is looked at."),
        Setting(
            "aggregate",
            "text",
            "any (row), or what all rows come to: sum, max, min, or count, their number.",
            _ANY,
            choices=(_ANY, *_AGGREGATES, _COUNT),
        ),
        Setting("operator", "text", "How it is compared.", ">=", choices=tuple(_OPERATORS)),
        Setting("value", "value", "What it is compared with.", None, -_FAR, _FAR, is_needed=True),
        Setting("range", "text", "The range by its name.", "last-30-days", choices=RANGES),
        Setting("from", "text", "First day, or instant, instead of a range."),
        Setting("to", "text", "Last day (included), or instant."),
        ZONE,
        Setting("filters", "filters", "Words by filter: account, user, item, product, ..."),
        Setting("who", "text", "Whose use is looked at.", "people", choices=WHO),
        Setting("per", "text", "The bucket.", choices=BUCKETS),
        Setting("compare", "text", "What a range is compared with.", COMPARISONS[0]),
        Setting("days", "integer", "Days back, of reports about so many.", least=1, most=3660),
        Setting("status", "text", "How active users are.", choices=CHOICES),
        Setting("by", "text", "Break it down.", choices=("account", "group")),
        Setting(
            "interval", "text", "How often it is evaluated.", "hourly", choices=tuple(_INTERVALS)
        ),
        ONCE,
    ),
    _find,
    _every,
    check=_check,
)
