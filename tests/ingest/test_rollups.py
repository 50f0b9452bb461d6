"""Folding adds to the rollups what came in, and adds up what has become loose, there alone."""

import pytest
from tests.conftest import Folder, event, ndjson, rollup_differences

from vaultmeter.ingest import rollups
from vaultmeter.store.rollup import DAILY, ROLLUPS, Rollup

_DAY, _APART = 24 * 60, 10
"""Minutes; so far apart, no access changes what an earlier one counts as."""


def test_touched_buckets_are_added_up(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """When half of the rows of the touched buckets are loose, each group is one row again."""
    monkeypatch.setattr(rollups, "_FEW", 0)

    for number in range(5):
        folder.take("events", _events(number, days=3))

    for rollup in ROLLUPS:
        assert _rows(folder, rollup) == _groups(folder, rollup)
        assert rollup_differences(folder.app, rollup) == []
    assert folder.app.store.query("from loose") == []


def test_other_buckets_are_left_alone(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of days that nothing came for stay as they are, added up or not."""
    folder.take("events", _events(0, days=9))
    folder.take("events", _events(1, days=9))
    before = _rows(folder, DAILY)
    assert before == 2 * _groups(folder, DAILY)
    folder.app.store.run("delete from loose")
    monkeypatch.setattr(rollups, "_FEW", 0)

    for number in range(2, 5):
        folder.take("events", _events(number, days=1))

    last = "where start = (select max(start) from activity_day)"
    assert _rows(folder, DAILY, last) == _groups(folder, DAILY, last)
    assert _rows(folder, DAILY) == before - _rows(folder, DAILY, last)
    assert all(rollup_differences(folder.app, rollup) == [] for rollup in ROLLUPS)


def test_few_rows_stay_loose(folder: Folder) -> None:
    """Small folds add rows and nothing more, and are counted until adding up is worth it."""
    for number in range(3):
        folder.take("events", _events(number, days=1))

    assert _rows(folder, DAILY) == 3 * _groups(folder, DAILY)
    loose = folder.app.store.query(
        "select sum(rows) from loose where rollup = $rollup", {"rollup": DAILY.table}
    )
    assert loose == [(2 * _groups(folder, DAILY),)]


def _events(number: int, days: int) -> bytes:
    """Two events of two people on each of the last days, other ones for each number."""
    return ndjson(
        *(
            event(
                number * _APART - day * _DAY,
                id=f"{number}-{day}-{name}",
                identity=name,
                item="kv/a",
            )
            for day in range(days)
            for name in ("ann", "bob")
        )
    )


def _rows(folder: Folder, rollup: Rollup, where: str = "") -> int:
    return int(folder.app.store.query(f"select count(*) from {rollup.table} {where}")[0][0])


def _groups(folder: Folder, rollup: Rollup, where: str = "") -> int:
    dimensions = ", ".join(("start", *rollup.dimensions))
    groups = f"select distinct {dimensions} from {rollup.table} {where}"
    return int(folder.app.store.query(f"select count(*) from ({groups})")[0][0])
