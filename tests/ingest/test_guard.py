"""Checks that depth is judged line by line, whatever stands beside a line."""

import pytest

from vaultmeter.ingest.guard import guard
from vaultmeter.settings import Settings

_DEPTH = 8
_SETTINGS = Settings(max_depth=_DEPTH)


def nested(depth: int, *, padding: int = 0) -> bytes:
    """A JSON text of that depth, objects and lists in turn."""
    opened = b"".join(b'{"a":' if level % 2 else b"[" for level in range(depth))
    closed = b"".join(b"}" if level % 2 else b"]" for level in reversed(range(depth)))
    return opened + b'"' + b"x" * padding + b'"' + closed


@pytest.mark.parametrize("padding", [0, 1, 17, 63, 64, 65, 300])
@pytest.mark.parametrize("depth", [_DEPTH - 1, _DEPTH, _DEPTH + 1, _DEPTH + 2])
def test_a_line_is_too_deep_by_itself(depth: int, padding: int) -> None:
    """Neighbours share the bytes that brackets are counted in, and change nothing."""
    lines = [nested(_DEPTH), nested(depth, padding=padding), nested(_DEPTH - 1)] * 5
    refused = guard(b"\n".join(lines) + b"\n", 0, _SETTINGS).refused
    wanted = range(1, len(lines), 3) if depth > _DEPTH else []
    assert [(line.line, line.reason) for line in refused] == [(n, "too_deep") for n in wanted]


def test_brackets_beside_each_other_and_in_strings_are_no_depth() -> None:
    """Many brackets make a line suspicious, and only their nesting makes it refused."""
    flat = b"[" + b",".join([b"{}"] * 50) + b"]"
    spoken = b'{"text":"' + b"[{" * 50 + b'\\"[{"}'
    assert not guard(b"\n".join([flat, spoken]), 0, _SETTINGS).refused


def test_many_lines_over_many_blocks() -> None:
    """The same lines are refused wherever they stand."""
    depths = [1 + line * line % 23 % (_DEPTH + 1) for line in range(4_000)]
    content = b"\n".join(nested(depth, padding=line * 7 % 300) for line, depth in enumerate(depths))
    refused = {line.line for line in guard(content, 0, _SETTINGS).refused}
    assert refused == {line for line, depth in enumerate(depths) if depth > _DEPTH}
