"""Evidence in the words of the console: values, parts, events, and SQL that can be read."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

from vaultmeter.console.titles import (
    account_title,
    kind_title,
    method_title,
    product_title,
    type_title,
)
from vaultmeter.console.words import NBSP, Instant, Words
from vaultmeter.model.access import Object
from vaultmeter.model.printable import plainly

_SUMMED = ("requests", "weight", "glances")
"""What is counted by adding up, so that parts add up, too."""
_OUTCOMES = (
    ("ok", "answered"),
    ("denied", "refused"),
    ("not_found", "not found"),
    ("error", "failed"),
)
_TITLES: Mapping[str, Callable[[str], str]] = {
    "account": account_title,
    "auth_method": method_title,
    "item_type": type_title,
    "kind": kind_title,
    "product": product_title,
}
"""What says the cells of a column that names rows."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_SQL = re.compile(
    r"(?P<kept>'(?:[^']|'')*'|--[^\n]*)|\b(?P<word>select|from|where|with|as|and|or|not|in|is|null"
    r"|distinct|join|left|cross|on|group|order|by|desc|asc|limit|offset|case|when|then|else|end"
    r"|union|all|materialized|filter|having|true|false|exists|between)\b"
)


def sql(text: str) -> Markup:
    """SQL with its words marked."""
    found: list[Markup] = []
    at = 0
    for each in _SQL.finditer(text):
        word = each["word"]
        found.append(escape(text[at : each.start()]))
        found.append(Markup("<b>{}</b>").format(word) if word else escape(each["kept"]))
        at = each.end()
    return Markup("").join([*found, escape(text[at:])])


def value(told: Object, words: Words, name: str = "value") -> str:
    """The number as the report has it, or as its events give it; a dash for nothing."""
    found, column = told[name], told["column"]
    if found is None:
        return "–"
    if column["type"] == "instant":
        return instant(found, words).text
    if column["type"] == "date":
        return words.day(date.fromisoformat(found))
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, int | float):
        return f"{words.number(found)}{NBSP}{column['unit']}".rstrip()
    return str(found)


def counted_text(told: Object, words: Words, counted: Any) -> str:  # noqa: ANN401  any cell
    """What a part counts, as the number itself is written."""
    return value({**told, "value": counted}, words)


def instant(text: str, words: Words) -> Instant:
    """An instant of the evidence."""
    return words.instant(datetime.fromisoformat(text))


def moment(text: str, words: Words) -> Instant:
    """An instant to the millisecond, as events have it: 21 Nov, 18:04:26.412."""
    at = datetime.fromisoformat(text)
    local, said = at.astimezone(words.zone), words.instant(at)
    exact = f"{words.day(local.date())}, {local:%H:%M:%S}.{local.microsecond // 1000:03d}"
    return Instant(exact, said.iso, said.full)


def outcomes(told: Object, words: Words) -> str:
    """What came of the requests: 25,480 answered, 400 refused. Nothing for other counts."""
    if told["counts"] not in _SUMMED:
        return ""
    sums: dict[str, int] = {}
    for part in told["parts"]:
        sums[part["outcome"]] = sums.get(part["outcome"], 0) + (part["counted"] or 0)
    named = [f"{words.number(sums[name])} {said}" for name, said in _OUTCOMES if sums.get(name)]
    return f"{', '.join(named)}." if named else ""


def row_text(row: Mapping[str, Any], words: Words) -> str:
    """What names the row: month November, account acme."""
    return ", ".join(
        f"{plainly(name).lower()} {_named(name, cell, words)}" for name, cell in row.items()
    )


def _named(name: str, cell: Any, words: Words) -> str:  # noqa: ANN401  any cell
    if cell is None:
        return "unknown"
    if name in _TITLES:
        return _TITLES[name](str(cell))
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return words.number(cell)
    text = str(cell)
    if _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return words.month(day) if name == "month" else words.day(day)
    return instant(text, words).text if _INSTANT.fullmatch(text) else text


def what(event: Object) -> str:
    """What happened in an event: Key operation, encrypt, batch of 20."""
    parts = [kind_title(event["kind"])]
    if event["detail"]:
        parts.append(str(event["detail"]).replace("_", " "))
    if event["weight"] > 1:
        parts.append(f"batch of {event['weight']}")
    return ", ".join(parts)


def broken(path: str) -> Markup:
    """A path that may break behind each slash."""
    return Markup("/<wbr>").join(path.split("/"))
