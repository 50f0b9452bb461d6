"""Checks that reports depend on what happened, and on nothing about how we were told."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from tests.conftest import Folder, Row, sample_lines, seeded

from vaultmeter.demo.scale import Scale
from vaultmeter.demo.simulate import simulate

Reports = dict[str, list[Row]]
Feed = tuple[str, tuple[bytes, ...]]


@cache
def invented() -> tuple[bytes, ...]:
    """Make a year of an invented organisation, with every kind of event."""
    scale = Scale(6_000, 60, 90, 12, 7, datetime(2026, 11, 20, tzinfo=UTC))
    return tuple(b"".join(simulate(scale)).splitlines(keepends=True))


FEEDS: dict[str, Callable[[], tuple[bytes, ...]]] = {
    "openbao": lambda: tuple(sample_lines()),
    "events": invented,
}


@pytest.fixture(scope="module", params=list(FEEDS))
def feed(request: pytest.FixtureRequest) -> Feed:
    """Give the lines of a connector, in the order they were written."""
    name: str = request.param
    return name, FEEDS[name]()


@pytest.fixture(scope="module")
def in_order(feed: Feed, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Answer every report after one file in one piece."""
    connector, lines = feed
    folder = Folder(tmp_path_factory.mktemp("in-order") / "data")
    try:
        folder.take(connector, b"".join(lines))
        return folder.reports()
    finally:
        folder.close()


def differences(found: Reports, expected: Reports) -> dict[str, list[tuple[Row, Row]]]:
    """List the rows of each report that differ, which should be none."""
    return {
        name: [
            pair for pair in zip(found[name], expected[name], strict=False) if pair[0] != pair[1]
        ][:2]
        for name in expected
        if found[name] != expected[name]
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_lines_in_shuffled_files_give_the_same_reports(
    folder: Folder, feed: Feed, in_order: Reports, seed: int
) -> None:
    """Lines in any order, in any number of files, in any order of files, are the same events."""
    connector, lines = feed
    random = seeded(seed)
    shuffled = random.sample(lines, len(lines))
    cuts = [0, *sorted(random.sample(range(1, len(lines)), 5)), len(lines)]
    parts = [shuffled[start:end] for start, end in pairwise(cuts)]
    random.shuffle(parts)

    folder.take(connector, *(b"".join(part) for part in parts))

    assert differences(folder.reports(), in_order) == {}
    assert folder.totals().stored == sum(row["requests"] for row in all_kinds(folder))


def all_kinds(folder: Folder) -> list[Row]:
    """Count events of every kind, those outside of usage too."""
    return folder.report("actions", kind="*")


def test_backwards_by_day_gives_the_same_reports(
    folder: Folder, feed: Feed, in_order: Reports
) -> None:
    """The newest file first and the oldest last, as a recovery of old logs does, is the same."""
    connector, lines = feed
    size = len(lines) // 5 + 1
    parts = [lines[start : start + size] for start in range(0, len(lines), size)]

    folder.take(connector, *(b"".join(part) for part in reversed(parts)))

    assert differences(folder.reports(), in_order) == {}


def test_resent_and_overlapping_pieces_give_the_same_reports(
    folder: Folder, feed: Feed, in_order: Reports
) -> None:
    """Pieces that overlap, come twice, or come again in another mixture, count once."""
    connector, lines = feed
    random = seeded(9)
    third = len(lines) // 3
    pieces = [lines[: 2 * third], lines[third:], random.sample(lines, third), lines[:third]]

    folder.take(connector, *(b"".join(piece) for piece in pieces))

    assert differences(folder.reports(), in_order) == {}
    assert folder.totals().conflicts == 0


def test_the_size_of_chunks_does_not_matter(
    folder: Folder, tmp_path: Path, feed: Feed, in_order: Reports
) -> None:
    """A file taken in a dozen small chunks gives the reports of one large chunk."""
    connector, lines = feed
    log = tmp_path / "audit.log"
    log.write_bytes(b"".join(lines))
    folder.open(chunk_bytes=log.stat().st_size // 12)

    folder.ingest(connector, log)

    assert folder.app.inbox.last_seq() >= 12
    assert differences(folder.reports(), in_order) == {}


@pytest.mark.parametrize("change", ["rebuild", "restart"])
def test_the_store_made_again_answers_the_same(
    folder: Folder, feed: Feed, in_order: Reports, change: str
) -> None:
    """Neither a rebuild from inbox and archive nor a restart changes any report."""
    connector, lines = feed
    half = len(lines) // 2
    folder.open(segment_bytes=1 << 14)
    folder.take(connector, b"".join(lines[half:]), b"".join(lines[:half]))
    ids = folder.event_ids()
    acts: dict[str, Callable[[], object]] = {"rebuild": folder.app.rebuild, "restart": folder.open}

    acts[change]()

    assert differences(folder.reports(), in_order) == {}
    assert folder.event_ids() == ids
