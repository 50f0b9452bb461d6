"""Checks a full disk under a running server: pushes are refused at once, and nothing is lost."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import Folder, event, ndjson, seeded
from tests.server.conftest import NewServing
from tests.server.serving import until
from tests.small_disk import small_disk

SIZE = 96 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a small disk."""
    with small_disk(tmp_path / "disk", SIZE) as place:
        yield place


@pytest.mark.parametrize("reserve", [0, 8 << 20], ids=["to the last byte", "with a reserve"])
def test_a_full_disk_refuses_and_loses_nothing(
    disk: Path, folder: Folder, new_serving: NewServing, reserve: int
) -> None:
    """A full disk answers 507 within seconds, and with space all goes on without an operator."""
    folder.path, choose = disk / "data", seeded(reserve)
    serving = new_serving(folder.path, VAULTMETER_RESERVE_BYTES=str(reserve))
    serving.add("vault", "--connector", "events")
    key = serving.key("vault")
    serving.start()
    until(serving.is_ready, "it is ready")
    acknowledged: list[str] = []
    sent = 0

    def push() -> int:
        nonlocal sent
        names = [f"e-{number}" for number in range(sent, sent + 500)]
        sent += 500
        body = ndjson(
            *(event(0, id=name, agent=f"{name} {choose.randbytes(300).hex()}") for name in names)
        )
        status, _ = serving.push("vault", key, body)
        if status == 200:
            acknowledged.extend(names)
        return status

    assert push() == 200
    ballast = disk / "ballast"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast.write_bytes(bytes(max(free - reserve - (3 << 20), 0)))
    statuses = fill(push)
    took = time.monotonic()
    assert push() == 507
    took = time.monotonic() - took
    ballast.unlink()
    until(lambda: push() == 200, "it accepts again")
    until(lambda: serving.waiting() == 0, "all is in the store")
    until(serving.is_ready, "it is ready again")
    assert serving.stop() == 0

    assert 507 in statuses
    assert took < 10
    rows = folder.app.store.query("select split_part(agent, ' ', 1) from event")
    stored = [name for (name,) in rows]
    assert len(stored) == len(set(stored)) == folder.totals().stored
    assert set(acknowledged) <= set(stored)
    assert folder.totals().pending == 0


def fill(push: Callable[[], int]) -> set[int]:
    """Push until nothing more is accepted; answers every status there was."""
    statuses: set[int] = set()
    for _ in range(400):
        statuses.add(push())
        if 507 in statuses:
            break
    return statuses
