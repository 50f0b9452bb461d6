"""Rejected lines as they may be looked at: their shape stays, and what they hold does not.

What is wrong with a line is told by its form. Names of members stay, numbers and the value that
was found wrong too; letters of other values become x and their digits 9, so that a password that
came into a log in a way nobody thought of is not spread further by a page.
"""

import json
import re
from typing import Any

LONGEST = 2_000
"""Characters of a line that are shown."""
_READ = 100_000
"""A longer line is not read as JSON."""
_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"\d")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"(?=(\s*:)?)')


def masked(line: str, expected: str | None = None) -> str:
    """A line with what it holds made unreadable; `expected` begins with the field that is wrong."""
    wrong = (expected or "").partition(":")[0].strip().rpartition(".")[2]
    if len(line) <= _READ:
        try:
            told = json.loads(line)
            if isinstance(told, dict | list):
                return _cut(json.dumps(_masked_value(told, wrong), ensure_ascii=False), len(line))
        except (ValueError, RecursionError):
            pass
    return _cut(_masked_text(line[:LONGEST]), len(line))


def _cut(text: str, length: int) -> str:
    """The beginning of a line of that length, with how much is left out."""
    if length <= LONGEST:
        return text
    return f"{text[:LONGEST]}… of {length:,} characters"


def _masked_value(value: Any, wrong: str, name: str = "") -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, dict):
        return {key: _masked_value(each, wrong, key) for key, each in value.items()}
    if isinstance(value, list):
        return [_masked_value(each, wrong, name) for each in value]
    if isinstance(value, str) and not (wrong and name == wrong):
        return _masked_words(value)
    return value


def _masked_text(line: str) -> str:
    """What is no JSON: names before a colon stay, so that one sees where it breaks."""
    pieces, at = [], 0
    for found in _STRING.finditer(line):
        pieces.append(_masked_words(line[at : found.start()]))
        pieces.append(found[0] if found[1] is not None else _masked_words(found[0]))
        at = found.end()
    return "".join([*pieces, _masked_words(line[at:])])


def _masked_words(text: str) -> str:
    return _DIGIT.sub("9", _LETTER.sub("x", text))
