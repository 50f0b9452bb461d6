"""Makes unreadable what may be secret in one line, byte by byte, whether it is a record or broken.

A value is filled with as many bytes as it had, so that every place in a file stays what it was.
What is random and links records, such as the accessor of a session, becomes a digest: nobody can
guess what it was, and two records of one session still agree. Everything else becomes `*`, since
a digest of a password can be found by guessing.
"""

import json
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
_TIME_TEXT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})"
"""Times are not hashed by vaults, wherever they stand."""
_LITERAL_TEXT = r"true|false|null|-?[0-9][0-9.eE+-]*"
_TIME, _LITERAL = re.compile(_TIME_TEXT.encode()), re.compile(_LITERAL_TEXT.encode())
OPEN, CLOSE = '{"', "}"
"""How a line that is an object begins and ends."""
_STARS, _DIGEST = re.compile(rb"[\1\xff]?\**"), re.compile(rb"[\1\xff]?\**|#[\w-]+\**")
_BEGINNING = re.compile(rb'(?=\{"time":"\d{4}-\d\d-\d\dT)')
"""Where a record begins in a line that holds a part of another one before it."""
_NAME = re.compile(rb"\w{0,40}")
_BEFORE_NAMES = (b"{", b",")
_SOUND = re.compile(rb"[ !#-\[\]-~]*")
"""Breaks no string: printable, without quotes and backslashes."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LEAST_DIGEST = 16
"""Bytes from which a value has room for a digest that differs from others."""
_PLAIN = 1 << 10
"""A longer line without any string may be a piece of a value."""
_LONG = 1 << 14
"""A broken line of more bytes is not taken apart."""
_FILL_ALL = bytes(byte if byte in b'\0\t\r "{}[],:' else 0x2A for byte in range(256))
"""Leaves of a line its punctuation."""


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


class Looks:
    """What shows at once that a line holds nothing but hashes, as regular expressions.

    Their syntax is one that both Python and RE2 read. A line looks hashed when it begins and ends
    as an object, has `record`, has nothing `misplaced`, and as many matches of `hashed` as of
    `secret`.
    """

    def __init__(self, secrets: Secrets) -> None:
        """Prepare for what a connector declares."""
        places = [*secrets.tokens, *secrets.values, *secrets.links]
        names = "|".join(sorted({place.rpartition(".")[2] for place in places}))
        value = f'"(?:{secrets.hashed}[0-9a-f]*)?"'
        flat = f'"[^"\\\\]*":(?:{value}|"{_TIME_TEXT}"|{_LITERAL_TEXT}),?'
        self.record = f'"{secrets.record}":{{'
        self.secret = f'"(?:{names})":'
        self.hashed = f'"(?:{names})":(?:null|{value}|\\{{(?:{flat})*\\}})'
        self.misplaced = secrets.misplaced
        self._secret, self._hashed = (
            re.compile(each.encode()) for each in (self.secret, self.hashed)
        )
        self._misplaced = re.compile(self.misplaced.encode())

    def hashed_at_sight(self, line: bytes) -> bool:
        """Whether a line looks hashed."""
        return (
            line.startswith(OPEN.encode())
            and line.endswith(CLOSE.encode())
            and self.record.encode() in line
            and not self._misplaced.search(line)
            and len(self._secret.findall(line)) == len(self._hashed.findall(line))
        )


class LineRedactor:
    """Redacts single lines of the records of one connector."""

    def __init__(self, secrets: Secrets) -> None:
        """Prepare for what a connector declares."""
        self.looks = Looks(secrets)
        self._record = secrets.record
        fills = dict.fromkeys(secrets.values, _Fill.STAR)
        fills |= dict.fromkeys(secrets.links, _Fill.LINK)
        fills |= dict.fromkeys(secrets.tokens, _Fill.TOKEN)
        fills |= dict.fromkeys(secrets.kept, _Fill.KEEP)
        self._places = _places(fills)
        self._names = _places_by_name(fills, secrets.names)
        self._mark = mark = secrets.hashed.encode()
        tokens = "|".join({place.rpartition(".")[2] for place in secrets.tokens}).encode()
        self._member_hashed = re.compile(rb'":\s*"' + mark, re.IGNORECASE)
        self._token_clear = re.compile(rb'"(?:%s)":\s*"(?!%s|")' % (tokens, mark), re.IGNORECASE)
        self._misplaced = re.compile(secrets.misplaced.encode())

    def redact(self, line: bytes) -> RedactedLine:
        """The line as it may be kept, of the same length."""
        if self.looks.hashed_at_sight(line):
            return RedactedLine(line, is_marked=False)
        if _is_record(line, self._record):
            return self._redacted(line, list(_strings(line, self._places)))
        if self._is_hashed(line) or (len(line) <= _PLAIN and b'"' not in line):
            return RedactedLine(line, is_marked=False)
        if len(line) > _LONG or b'"' not in line:
            return RedactedLine(line.translate(_FILL_ALL), is_marked=True)
        return self._redacted(line, list(_strings_and_rests(line, self._names)))

    def _is_hashed(self, line: bytes) -> bool:
        """Whether the vault that wrote a broken line hashes; of headers it says nothing.

        Headers are lists, and some are hashed by a vault that writes everything else in clear.
        """
        return bool(self._member_hashed.search(line)) and not self._token_clear.search(line)

    def _redacted(self, line: bytes, strings: Iterable[_String]) -> RedactedLine:
        found = [(string, self._state(string)) for string in strings]
        tokens = {state for string, state in found if string.fill is _Fill.TOKEN}
        if _State.HASHED in tokens and not tokens & _OPEN:
            return RedactedLine(line, is_marked=False)
        body = bytearray(line)
        for string, state in found:
            if state is _State.CLEAR:
                body[string.start : string.start + len(string.value)] = _filled(string)
        kept = self._misplaced.sub(lambda token: b"*" * len(token[0]), body)
        is_marked = kept != line or any(state is _State.FILLED for _, state in found)
        return RedactedLine(bytes(kept), is_marked)

    def _state(self, string: _String) -> _State:
        value = string.value
        if value.startswith(self._mark):
            return _State.HASHED
        if not value or _TIME.fullmatch(value) or (string.is_cut and self._mark.startswith(value)):
            return _State.HARMLESS
        filled = _DIGEST if string.fill is _Fill.LINK else _STARS
        return _State.FILLED if filled.fullmatch(value) else _State.CLEAR


def _filled(string: _String) -> bytes:
    value = string.value
    if string.fill is not _Fill.LINK or len(value) < _LEAST_DIGEST:
        return _break_of(value).ljust(len(value), b"*")
    digest = b"#" + urlsafe_b64encode(sha256(value).digest()).rstrip(b"=")
    return digest[: len(value)].ljust(len(value), b"*")


def _break_of(value: bytes) -> bytes:
    """A byte that breaks a string as the value does: what was no record must not become one."""
    if _SOUND.fullmatch(value):
        return b""
    try:
        json.loads(b'"%s"' % value)
    except UnicodeDecodeError:
        return b"\xff"
    except ValueError:
        return b"\1"
    return b""


def _is_record(line: bytes, name: str) -> bool:
    try:
        record = orjson.loads(line.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError:
        return False
    return isinstance(record, dict) and isinstance(record.get(name), dict)


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
    """The strings of a line that may be secret by their places."""
    above: list[tuple[_Place, _Place, bytes]] = []
    around = place = top
    for part in _PART.finditer(line):
        kind = part.lastgroup
        if kind == "colon":
            place = around.at(part["text"])
        elif kind == "quote":
            is_cut = not part["quote"]
            is_name = is_cut and above and _is_name(line, part, above[-1][2])
            if place.fill is not _Fill.KEEP and not is_name:
                yield _String(part.start("text"), part["text"], place.fill, is_cut)
        elif kind == "open":
            above.append((around, place, part["open"]))
            around = place
        elif kind == "close":
            around, place, _ = above.pop() if above else (top, top, b"")


def _is_name(line: bytes, part: re.Match[bytes], bracket: bytes) -> bool:
    """Whether a string in which a line ends is the name of a member."""
    before = line[part.start() - 1 : part.start()]
    return bracket == b"{" and before in _BEFORE_NAMES and bool(_NAME.fullmatch(part["text"]))


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
