"""Checks that what was acknowledged is in the reports after power was lost at any moment."""

import sys
from pathlib import Path
from random import Random
from shutil import rmtree

from tests.app.collecting import RECORDS
from tests.conftest import Folder, check_books, seeded
from tests.power import Call, Disk, File, traced

STATES = 30
HERE = Path(__file__).parents[2]


def test_acknowledged_records_are_counted_after_a_loss_of_power(tmp_path: Path) -> None:
    """Whatever power loss leaves of inbox and store, each acknowledged record is counted once."""
    root, random = tmp_path / "disk", seeded(5)
    root.mkdir()
    words = [sys.executable, "-m", "tests.app.collecting", str(root / "data")]
    calls = traced(words, tmp_path / "trace", cwd=HERE)
    (tmp_path / "trace").unlink()
    lost, disk, rebuilt = moments(calls, root, random), Disk(root), 0

    for number, call in enumerate(calls):
        disk.do(call)
        if number in lost:
            target = tmp_path / f"after-{number}"
            disk.lose_power(random, target)
            rebuilt += check(target / "data", disk.said)
            rmtree(target)

    assert 0 < rebuilt < STATES


def moments(calls: list[Call], root: Path, random: Random) -> set[int]:
    """Choose after which calls power is lost: half of them while the store is being written."""
    disk, anywhere, writing = Disk(root), [], []
    for number, call in enumerate(calls):
        if disk.do(call) and disk.said:
            anywhere.append(number)
            if any(isinstance(node, File) and node.since for node in disk.found("store.duckdb*")):
                writing.append(number)
    chosen = random.sample(writing, min(STATES // 2, len(writing)))
    return {*chosen, *random.sample(anywhere, STATES - len(chosen))}


def check(data: Path, said: list[str]) -> bool:
    """Open what is left, and compare; answers whether the store had to be made again."""
    begun = sum(line.startswith("begun") for line in said)
    done = sum(line.startswith("done") for line in said)
    folder = Folder(data)
    try:
        folder.app.recovering(lambda: check_books(folder))
        stored = folder.totals().stored
        assert stored in {RECORDS * count for count in range(done, begun + 1)}
        assert sum(row["secrets_read"] for row in folder.report("users")) == stored
        print(folder.said)
        return any("rebuilt" in words or "set aside" in words for words in folder.said)
    finally:
        folder.close()
