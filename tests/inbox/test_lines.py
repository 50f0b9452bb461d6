"""Checks where lines end, against splitting them one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultmeter.inbox.lines import BLOCK, line_ends


@given(st.lists(st.binary(max_size=9), max_size=9))
def test_each_line_ends_at_its_newline(pieces: list[bytes]) -> None:
    """The last line may lack its newline, and ends with the content then."""
    content = b"\n".join(pieces)
    ends = [place for place, byte in enumerate(content) if byte == ord("\n")]
    unended = [len(content)] if content[-1:] not in (b"", b"\n") else []
    assert line_ends(content).tolist() == ends + unended


@pytest.mark.parametrize("place", [0, BLOCK - 1, BLOCK, 2 * BLOCK - 1])
def test_lines_end_anywhere_in_a_block(place: int) -> None:
    """The blocks that are looked at one after the other leave nothing out."""
    content = bytearray(2 * BLOCK)
    content[place] = ord("\n")
    ends = [place] if place == 2 * BLOCK - 1 else [place, 2 * BLOCK]
    assert line_ends(bytes(content)).tolist() == ends
