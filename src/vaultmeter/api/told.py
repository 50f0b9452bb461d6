"""What is told back of a batch at once: the lines that can already be seen to be no record.

Nothing is decided here. Every line is kept, and what becomes of it is decided when it is brought
into the store; told is only what will surely be rejected there.
"""

import json
import re
from typing import TypedDict

import orjson

from vaultmeter.ingest.guard import guard
from vaultmeter.settings import Settings

_LENIENT = re.compile(rb",\s*[\]}]|nan|inf", re.IGNORECASE)
"""What the engine's parser takes though it is no JSON: a trailing comma, numbers that are none."""
_NOT_FIRST = 1
"""A place behind the start of a file: a byte order mark is none there."""


class Told(TypedDict):
    """A line that will be rejected; lines count from 1."""

    line: int
    reason: str


def told(content: bytes, settings: Settings) -> tuple[int, list[Told]]:
    """How many lines of a batch are records so far, and the others with their reasons.

    Blank lines are neither.
    """
    guarded = guard(content, _NOT_FIRST, settings)
    reasons = {refused.line: refused.reason for refused in guarded.refused}
    for number, line in enumerate(content.split(b"\n")):
        if number not in reasons and line not in {b"", b"\r"} and not _may_be_json(line):
            reasons[number] = "not_json"
    count = len(guarded.starts) - guarded.blank - len(reasons)
    return count, [Told(line=line + 1, reason=reason) for line, reason in sorted(reasons.items())]


def _may_be_json(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return _is_json_for_others(line)
    return True


def _is_json_for_others(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return _LENIENT.search(line) is not None
    return True
