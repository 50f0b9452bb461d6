"""Makes unreadable what may be secret in one line, byte by byte, whether it is a record or broken.

A value is filled with as many bytes as it had, so that every place in a file stays what it was.
What is random and links records, such as the accessor of a session, becomes a digest: nobody can
guess what it was, and two records of one session still agree. Everything else becomes `*`, since
a digest of a password can be found by guessing.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from hashlib import sha256
from typing import NamedTuple

import orjson

from vaultmeter.model.secrets import Secrets

_PART = re.compile(
    rb'"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)(?P<quote>"?)(?P<colon>\s*:)?'
    rb'|(?P<open>[{\[])|(?P<close>[}\]])|(?P<bare>[^\s\0"{}\[\],:]+)',
    re.DOTALL,
)
"""A string, with the colon that makes it a name; a bracket; whatever stands outside of strings."""
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*(Z|[+-]\d\d:\d\d)")
"""Times are not hashed by vaults, wherever they stand."""
_LITERAL = re.compile(rb"true|false|null|-?\d[\d.eE+-]*")
_FILLED = re.compile(rb"\*+|#[\w-]+\**")
_BEGINNING = re.compile(rb'(?=\{"time":"\d{4}-\d\d-\d\dT)')
"""Where a record begins in a line that holds a part of another one before it."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LEAST_DIGEST = 16
"""Bytes from which a value has room for a digest that differs from others."""
_PLAIN = 4096
"""A longer line without any string may be a piece of a value."""


class _Fill(Enum):
    """What becomes of the strings at a place."""

    KEEP = auto()
    STAR = auto()
    LINK = auto()
    TOKEN = auto()
    """As `STAR`; it also tells whether the vault hashed the record."""


class _State(Enum):
    """What a string is."""

    HARMLESS = auto()
    HASHED = auto()
    FILLED = auto()
    CLEAR = auto()


_OPEN = {_State.FILLED, _State.CLEAR}
"""What a vault that hashes does not write."""


@dataclass
class _Place:
    """A place in a record: what becomes of its strings, and the places below it by name."""

    fill: _Fill
    below: dict[bytes, "_Place"] = field(default_factory=dict)
    others: "_Place | None" = None
    """The place of names that are not in `below`; this one where there is none."""

    def at(self, name: bytes) -> "_Place":
        return self.below.get(name) or self.others or self


class _String(NamedTuple):
    start: int
    value: bytes
    fill: _Fill
    is_cut: bool = False


@dataclass(frozen=True)
class RedactedLine:
    """A line as it may be kept; `is_marked` says whether something was taken out of it."""

    body: bytes
    is_marked: bool


class LineRedaction:
    """Redacts single lines of the records of one connector."""

    def __init__(self, secrets: Secrets) -> None:
        """Prepare for what a connector declares."""
        fills = dict.fromkeys(secrets.values, _Fill.STAR)
        fills |= dict.fromkeys(secrets.links, _Fill.LINK)
        fills |= dict.fromkeys(secrets.tokens, _Fill.TOKEN)
        fills |= dict.fromkeys(secrets.kept, _Fill.KEEP)
        self._places = _places(fills)
        self._names = _places_by_name(fills, secrets.names)
        self._mark = secrets.hashed.encode()
        self._hash = re.compile(re.escape(self._mark) + rb"[0-9a-f]*")
        self._token = re.compile(secrets.token.encode())

    def redact(self, line: bytes) -> RedactedLine:
        """The line as it may be kept, of the same length."""
        if _is_record(line):
            return self._redacted(line, list(_strings(line, self._places)))
        if len(line) <= _PLAIN and b'"' not in line:
            return RedactedLine(line, is_marked=False)
        strings = list(_strings_and_rests(line, self._names))
        states = {self._state(string) for string in strings}
        if _State.HASHED in states and not self._has(strings, _OPEN):
            return RedactedLine(line, is_marked=False)
        return self._redacted(line, strings)

    def _redacted(self, line: bytes, strings: list[_String]) -> RedactedLine:
        if self._has(strings, {_State.HASHED}) and not self._has(strings, _OPEN):
            return RedactedLine(line, is_marked=False)
        body, is_marked = bytearray(line), False
        for string in strings:
            filled = self._filled(string)
            body[string.start : string.start + len(filled)] = filled
            is_marked |= filled != string.value or self._is_filled(string)
        return RedactedLine(bytes(body), is_marked)

    def _has(self, strings: Iterable[_String], states: set[_State]) -> bool:
        """Whether a credential among the strings is in one of these states."""
        return any(
            string.fill is _Fill.TOKEN and self._state(string) in states for string in strings
        )

    def _is_filled(self, string: _String) -> bool:
        return string.fill is not _Fill.KEEP and self._state(string) is _State.FILLED

    def _filled(self, string: _String) -> bytes:
        value = string.value
        if string.fill is _Fill.KEEP:
            return self._token.sub(lambda token: b"*" * len(token[0]), value)
        if self._state(string) is not _State.CLEAR:
            return value
        is_link = string.fill is _Fill.LINK and len(value) >= _LEAST_DIGEST
        return _digest(value) if is_link else b"*" * len(value)

    def _state(self, string: _String) -> _State:
        value = string.value
        if self._hash.fullmatch(value):
            return _State.HASHED
        if not value or _TIME.fullmatch(value) or (string.is_cut and self._mark.startswith(value)):
            return _State.HARMLESS
        return _State.FILLED if _FILLED.fullmatch(value) else _State.CLEAR


def _is_record(line: bytes) -> bool:
    try:
        record = orjson.loads(line.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError:
        return False
    return isinstance(record, dict) and isinstance(record.get("request"), dict)


def _places(fills: Mapping[str, _Fill]) -> _Place:
    """The places of a record, from its top."""
    keep = _Place(_Fill.KEEP)
    top = _Place(_Fill.KEEP, others=keep)
    for name, fill in fills.items():
        place = top
        *above, last = name.encode().split(b".")
        for step in above:
            others = keep if place.fill is _Fill.KEEP else None
            place = place.below.setdefault(step, _Place(place.fill, others=others))
        place.below.setdefault(last, _Place(fill)).fill = fill
    return top


def _places_by_name(fills: Mapping[str, _Fill], harmless: Iterable[str]) -> _Place:
    """Places for a line of which only names can be relied on: what is not known is filled."""
    top = _Place(_Fill.STAR)
    top.below |= {
        name.encode(): _Place(_Fill.KEEP, below=top.below, others=top) for name in harmless
    }
    for name, fill in fills.items():
        if fill is not _Fill.KEEP:
            top.below[name.rpartition(".")[2].encode()] = _Place(fill)
    return top


def _strings(line: bytes, top: _Place) -> Iterator[_String]:
    """The strings of a line that are no names."""
    above: list[tuple[_Place, _Place]] = []
    around = place = top
    for part in _PART.finditer(line):
        kind = part.lastgroup
        if kind == "colon":
            place = around.at(part["text"])
        elif kind == "quote":
            yield _String(part.start("text"), part["text"], place.fill, not part["quote"])
        elif kind == "open":
            above.append((around, place))
            around = place
        elif kind == "close":
            around, place = above.pop() if above else (top, top)


def _strings_and_rests(line: bytes, top: _Place) -> Iterator[_String]:
    """The strings of a broken line, and what stands outside of strings and is no literal."""
    start = 0
    for piece in _BEGINNING.split(line):
        for string in _strings(piece, top):
            yield string._replace(start=start + string.start)
        for part in _PART.finditer(piece):
            rest = part["bare"]
            if rest is not None and not (part.start() and _LITERAL.fullmatch(rest)):
                yield _String(start + part.start(), rest, _Fill.STAR)
        start += len(piece)


def _digest(value: bytes) -> bytes:
    digest = b"#" + urlsafe_b64encode(sha256(value).digest()).rstrip(b"=")
    return digest[: len(value)].ljust(len(value), b"*")
