"""The form of a rule: one field for each setting that its type declares, written and read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vaultmeter.console.bar.range import range_title
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.filters import FILTERS
from vaultmeter.notices.finding import RuleType
from vaultmeter.notices.settings import Setting
from vaultmeter.notices.types import TYPES
from vaultmeter.reports.head import all_reports, report_named

PREFIX = "s-"
"""What stands before the name of a setting where it is a field."""
REPORT_RULE = "rule"
"""The type that looks at any column of any report."""
_MORE = frozenset({"from", "to", "who", "per", "compare", "days", "status", "by"})
"""Settings of a rule on a report that few need: they stand under a heading of their own."""
_LABELS: Mapping[str, str] = {
    "level": "At",
    "zone": "Time zone",
    "hours": "Hours without an event",
    "days": "Days back",
    "count": "Count, from",
    "share": "Share in per cent, from",
    "report": "Report",
    "column": "Column",
    "aggregate": "Looks at",
    "operator": "Is",
    "value": "Value",
    "range": "Range",
    "from": "From the day",
    "to": "To the day, included",
    "filters": "Filters, one a line",
    "who": "Whose use",
    "per": "Bucket",
    "compare": "Compared with",
    "status": "Activity status",
    "by": "Broken down by",
    "interval": "Evaluated",
    "once": "Told",
}
_PLAIN = frozenset({"value", "from", "to", "zone", "hours", "count", "share"})
"""Settings whose label says it all."""
_CHOICES: Mapping[tuple[str, str], str] = {
    ("aggregate", "any"): "each row",
    ("aggregate", "sum"): "the sum of all rows",
    ("aggregate", "max"): "the highest",
    ("aggregate", "min"): "the lowest",
    ("aggregate", "count"): "the number of rows",
    ("operator", ">="): "at least (≥)",
    ("operator", ">"): "more than (>)",
    ("operator", "<="): "at most (≤)",
    ("operator", "<"): "less than (<)",
    ("operator", "=="): "exactly (=)",
    ("operator", "!="): "anything but (≠)",
    ("once", "crossing"): "once each time it is crossed",
    ("once", "day"): "once a day while it lasts",
    ("once", "month"): "once a month while it lasts",
}


@dataclass(frozen=True)
class Choice:
    """One of the values that may be chosen."""

    value: str
    title: str


@dataclass(frozen=True)
class Field:
    """A field of the form, with what stands in it."""

    name: str
    label: str
    help: str
    kind: str
    """number, select, lines or text."""
    value: str
    choices: tuple[Choice, ...] = ()
    is_needed: bool = False
    is_rare: bool = False


def type_named(name: str) -> RuleType:
    """The type of that name; raises `NotFound`."""
    if name not in TYPES:
        raise NotFound(f"There is no type of rules {name[:40]!r}.", "Choose one on the page.")
    return TYPES[name]


def fields_of(type_: RuleType, typed: Mapping[str, str]) -> list[Field]:
    """The fields of a type; `typed` is what stands in them, by the names of settings."""
    return [_field(type_, setting, typed) for setting in type_.settings]


def written(type_: RuleType, settings: Mapping[str, Any]) -> dict[str, str]:
    """Settings of a rule as fields have them."""
    return {each.name: _text(settings.get(each.name, each.default)) for each in type_.settings}


def settings_read(type_: RuleType, typed: Mapping[str, str]) -> dict[str, Any]:
    """The settings that a form says, empty fields as none; raises `Invalid`."""
    found = {}
    for setting in type_.settings:
        text = typed.get(setting.name, "").strip()
        found[setting.name] = _READERS.get(setting.kind, _as_text)(setting, text) if text else None
    return found


def field_names() -> Iterable[str]:
    """The name of every field that the form of any type has."""
    names = (PREFIX + each.name for type_ in TYPES.values() for each in type_.settings)
    return dict.fromkeys(names)


def _field(type_: RuleType, setting: Setting, typed: Mapping[str, str]) -> Field:
    choices = _choices(setting, typed)
    kind = "select" if choices else _KINDS.get(setting.kind, "text")
    return Field(
        setting.name,
        _LABELS.get(setting.name, setting.name.replace("_", " ").capitalize()),
        "" if choices or setting.name in _PLAIN else _help(setting),
        kind,
        typed.get(setting.name, ""),
        choices,
        setting.is_needed,
        type_.name == REPORT_RULE and setting.name in _MORE,
    )


def _help(setting: Setting) -> str:
    if setting.kind == "filters":
        return f"Such as account: acme. Filters are {', '.join(FILTERS)}."
    return setting.meaning


def _choices(setting: Setting, typed: Mapping[str, str]) -> tuple[Choice, ...]:
    """The values that may be chosen; of columns those of the report that was chosen."""
    if setting.name == "report":
        return tuple(Choice(each.name, each.title) for each in all_reports())
    if setting.name == "column":
        return _columns(typed.get("report", ""))
    if setting.kind == "level" or not setting.choices:
        return ()
    nothing = () if setting.default or setting.is_needed else (Choice("", "as usual"),)
    return (*nothing, *(Choice(word, _choice(setting.name, word)) for word in setting.choices))


def _columns(report: str) -> tuple[Choice, ...]:
    try:
        columns = report_named(report or all_reports()[0].name).columns
    except NotFound:
        return ()
    return tuple(Choice(each.name, each.title or each.name) for each in columns)


def _choice(setting: str, word: str) -> str:
    if setting == "range":
        return range_title(word)
    return _CHOICES.get((setting, word), word.replace("-", " ").replace("_", " "))


def _text(value: Any) -> str:  # noqa: ANN401  settings are of any type
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "\n".join(f"{name}: {', '.join(words)}" for name, words in value.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _as_text(_: Setting, text: str) -> str:
    return text


def _as_integer(setting: Setting, text: str) -> int:
    try:
        return int(text.replace(",", ""))
    except ValueError as error:
        raise Invalid(
            f"{_LABELS.get(setting.name, setting.name)} is {text[:40]!r}.", "Write a whole number."
        ) from error


def _as_number(setting: Setting, text: str) -> float:
    found = _number_of(text)
    if found is None:
        raise Invalid(
            f"{_LABELS.get(setting.name, setting.name)} is {text[:40]!r}.",
            "Write a number, such as 12.5.",
        )
    return found


def _as_level(_: Setting, text: str) -> int | str:
    digits = text.removesuffix("%").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < _LONG else text


def _as_value(_: Setting, text: str) -> float | str | bool:
    found = _number_of(text)
    if found is not None:
        return found
    return {"true": True, "false": False}.get(text, text)


def _number_of(text: str) -> float | int | None:
    try:
        found = float(text.replace(",", ""))
    except ValueError:
        return None
    return int(found) if found.is_integer() else found


def _as_filters(_: Setting, text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (each.strip() for each in text.splitlines()):
        name, colon, words = line.partition(":")
        values = [word.strip() for word in words.split(",") if word.strip()]
        if line and not (colon and values):
            raise Invalid(f"The filter {line[:80]!r} cannot be read.", "Write account: acme.")
        if line:
            found.setdefault(name.strip(), []).extend(values)
    return found


_LONG = 9
_KINDS = {"integer": "number", "number": "number", "filters": "lines"}
_READERS: Mapping[str, Callable[[Setting, str], Any]] = {
    "integer": _as_integer,
    "number": _as_number,
    "level": _as_level,
    "value": _as_value,
    "filters": _as_filters,
}
