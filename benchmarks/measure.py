"""How things are measured: whole processes, several runs, median, and memory at its highest."""

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, what came out, and what it should be."""

    what: str
    measured: str
    wanted: str


def median_seconds(act: Callable[[], object], runs: int = 5) -> float:
    """The median time of a call, after one that warms up."""
    act()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def process_seconds(arguments: list[str], runs: int = 5) -> float:
    """The median time of a whole process of the command line."""
    command = [str(Path(sys.executable).parent / "vaultmeter"), *arguments]
    return median_seconds(
        lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL),
        runs,
    )


def json_of(arguments: list[str]) -> tuple[dict[str, float], float]:
    """What a command prints with --json, and the highest memory of its process in MB."""
    command = [str(Path(sys.executable).parent / "vaultmeter"), *arguments, "--json"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    answer: dict[str, float] = json.loads(done.stdout)
    return answer, max(before, after) / 1024


def peak_megabytes() -> float:
    """The highest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def children_megabytes() -> float:
    """The highest memory of any process that this one started and waited for, in MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
