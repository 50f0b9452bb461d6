"""Checks that what the inbox acknowledged is there after power was lost at any moment."""

import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from shutil import rmtree

from tests.conftest import seeded
from tests.inbox.accepting import Sent, Step, delivery, opened, plan
from tests.power import Call, Disk, traced

from vaultmeter.inbox.batches import Batch
from vaultmeter.inbox.inbox import Inbox

STATES = 240
HERE = Path(__file__).parents[2]


@dataclass
class Held:
    """What an inbox holds of each file, after each step of the plan."""

    steps: list[Step] = field(default_factory=plan)

    def after(self, count: int) -> dict[tuple[str, str], bytes]:
        """Join what the first steps accepted."""
        contents: dict[tuple[str, str], bytes] = defaultdict(bytes)
        for step in self.steps[:count]:
            for sent in step.sent:
                contents[sent.place] += sent.content
        return dict(contents)


def contents(inbox: Inbox) -> dict[tuple[str, str], bytes]:
    """Read every file of an inbox back; fails where its batches do not follow each other."""
    names = {source.id: source.name for source in inbox.sources()}
    batches: dict[int, list[Batch]] = defaultdict(list)
    for batch in inbox.each_batch():
        batches[batch.file].append(batch)
    found = {}
    for number, parts in batches.items():
        file, content, lines = inbox.files.get(number), b"", 0
        for batch in sorted(parts, key=lambda part: part.start):
            assert (batch.start, batch.first_line) == (len(content), lines + 1)
            content += inbox.content(batch)
            lines += batch.lines
        assert (file.position, file.lines) == (len(content), lines)
        found[names[file.source], file.path] = content
    return found


def moments(calls: list[Call], root: Path, random: Random) -> set[int]:
    """Choose after which calls power is lost: many where names change, the rest anywhere."""
    disk = Disk(root)
    telling = [number for number, call in enumerate(calls) if disk.do(call)]
    named = [
        place
        for place, number in enumerate(telling)
        if calls[number].name in ("rename", "mkdir", "unlink", "openat", "fsync")
    ]
    near = {min(place + after, len(telling) - 1) for place in named for after in (0, 1, 2)}
    chosen = random.sample(sorted(near), min(STATES // 2, len(near)))
    return {telling[place] for place in chosen} | set(random.sample(telling, STATES // 2))


def test_acknowledged_batches_outlive_a_loss_of_power(tmp_path: Path) -> None:
    """In some 200 states that power loss may leave all that was done is there, and nothing half."""
    root, random = tmp_path / "disk", seeded(9)
    root.mkdir()
    words = [sys.executable, "-m", "tests.inbox.accepting", str(root / "data")]
    calls = traced(words, tmp_path / "trace", cwd=HERE)
    (tmp_path / "trace").unlink()
    lost, disk, held = moments(calls, root, random), Disk(root), Held()

    tried = torn = 0
    for number, call in enumerate(calls):
        disk.do(call)
        if number in lost:
            target = tmp_path / f"after-{number}"
            disk.lose_power(random, target)
            torn += check(target / "data", disk.said, held)
            rmtree(target)
            tried += 1

    assert [step.act for step in held.steps].count("reopen") > 1
    assert tried > STATES * 0.8
    assert torn > 5, "no state has more than what was acknowledged: writes are not modelled"


def check(data: Path, said: list[str], held: Held) -> bool:
    """Open what is left; answers whether it has more than what was acknowledged."""
    begun = sum(line.startswith("begun") for line in said)
    done = sum(line.startswith("done") for line in said)
    if not done and not data.exists():
        return False
    inbox = opened(data)
    try:
        inbox.verify()
        found = contents(inbox)
        fitting = [count for count in range(done, begun + 1) if held.after(count) == found]
        assert fitting, f"{done} steps were done, {begun} begun: not what is there"
        again = [sent for step in held.steps[: fitting[0]] for sent in step.sent if sent.key]
        receipts = inbox.accept_all([delivery(inbox, sent) for sent in again])
        assert all(receipt.duplicate for receipt in receipts)
        inbox.accept_all([delivery(inbox, Sent("one", "push", b"afterwards\n"))])
        assert inbox.content(inbox.batch(inbox.last_seq())) == b"afterwards\n"
    finally:
        inbox.close()
    return held.after(done) != found
