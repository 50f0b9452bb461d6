"""Checks that what was acknowledged is in the reports after power was lost at any moment."""

import sys
from collections import Counter
from pathlib import Path
from random import Random
from shutil import rmtree

from tests.app.collecting import RECORDS
from tests.conftest import Folder, check_books, seeded
from tests.power import Call, Disk, File, traced

STATES = 36
HERE = Path(__file__).parents[2]


def test_acknowledged_records_are_counted_after_a_loss_of_power(tmp_path: Path) -> None:
    """Whatever power loss leaves of inbox and store, each acknowledged record is counted once."""
    root, random = tmp_path / "disk", seeded(5)
    root.mkdir()
    words = [sys.executable, "-m", "tests.app.collecting", str(root / "data")]
    calls = traced(words, tmp_path / "trace", cwd=HERE)
    (tmp_path / "trace").unlink()
    lost, disk, lacking = moments(calls, root, random), Disk(root), 0

    for number, call in enumerate(calls):
        disk.do(call)
        for turn in range(lost[number]):
            target = tmp_path / f"after-{number}-{turn}"
            lacking += disk.lose_power(random, target) > 0
            check(target / "data", disk.said)
            rmtree(target)

    assert lost.total() > STATES
    assert lacking > STATES / 4, "few states lack anything: writes are not modelled"


def moments(calls: list[Call], root: Path, random: Random) -> Counter[int]:
    """Choose after which calls power is lost, and how often.

    Besides any moments these are those in which the store's log has writes that are not synced,
    and twice each in which blocks of the store that were are written over.
    """
    disk, anywhere, logging, overwriting = Disk(root), [], [], []
    for number, call in enumerate(calls):
        if disk.do(call) and disk.said:
            anywhere.append(number)
            if any(isinstance(node, File) and node.since for node in disk.found("*.duckdb.wal")):
                logging.append(number)
            stores = disk.found("store.duckdb")
            if any(isinstance(node, File) and node.is_overwritten for node in stores):
                overwriting.append(number)
    assert overwriting
    some = [number for each in (anywhere, logging) for number in random.sample(each, STATES // 3)]
    return Counter(some + random.sample(overwriting, min(len(overwriting), STATES // 3)) * 2)


def check(data: Path, said: list[str]) -> None:
    """Open what is left, and compare with what was acknowledged."""
    begun = sum(line.startswith("begun") for line in said)
    done = sum(line.startswith("done") for line in said)
    folder = Folder(data)
    try:
        folder.app.recovering(lambda: check_books(folder))
        stored = folder.totals().stored
        assert stored in {RECORDS * count for count in range(done, begun + 1)}
        assert sum(row["secrets_read"] for row in folder.report("users")) == stored
    finally:
        folder.close()
