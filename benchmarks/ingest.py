"""Ingest of an OpenBao log, everything included, against DuckDB parsing the same fields."""

import shutil
import time
from pathlib import Path

import duckdb
from measure import Figure, json_of
from openbao_log import write_log

from vaultmeter.connectors import Shape
from vaultmeter.connectors.openbao import CONNECTOR

_RUNS = 3


def figures(folder: Path, *, large: bool) -> list[Figure]:
    """Speed and memory at 500 MB, and with `large` memory at 5 GB."""
    log = folder / "openbao-500.log"
    if not log.exists():
        write_log(log, 500_000_000)
    ratios, seconds, memory = [], [], 0.0
    for _ in range(_RUNS):
        baseline = _parse_seconds(log)
        answer, memory = _ingest(folder, log)
        seconds.append(answer["seconds"])
        ratios.append(answer["seconds"] / baseline)
    found = [
        Figure(
            "ingest of 500 MB OpenBao log, all included",
            f"{min(seconds):.1f} s, {min(ratios):.1f} to {max(ratios):.1f} times the baseline",
            "at most 6 times DuckDB's typed read_ndjson in the same run",
        ),
        Figure("peak memory, 500 MB", f"{memory:.0f} MB", "under 1,500 MB"),
    ]
    return [*found, _large(folder)] if large else found


def _ingest(folder: Path, log: Path) -> tuple[dict[str, float], float]:
    data = folder / "ingest-data"
    shutil.rmtree(data, ignore_errors=True)
    answer = json_of(["--data", str(data), "ingest", "openbao", str(log), "--account", "acme"])
    shutil.rmtree(data)
    return answer


def _large(folder: Path) -> Figure:
    log = folder / "openbao-5000.log"
    if not log.exists():
        write_log(log, 5_000_000_000)
    answer, memory = _ingest(folder, log)
    return Figure(
        "peak memory, 5 GB", f"{memory:.0f} MB ({answer['seconds']:.0f} s)", "under 1,500 MB, flat"
    )


def _parse_seconds(log: Path) -> float:
    """The best of three typed reads of every field the connector reads."""
    columns = ", ".join(f"'{name}': '{_type(shape)}'" for name, shape in CONNECTOR.shape.items())
    counts = ", ".join(f"count({name})" for name in CONNECTOR.shape)
    connection = duckdb.connect()
    connection.execute("set enable_progress_bar = false")
    times = []
    for _ in range(3):
        started = time.perf_counter()
        connection.execute(
            f"select {counts} from read_ndjson("
            f"'{log}', columns = {{{columns}}}, ignore_errors = true)"
        ).fetchall()
        times.append(time.perf_counter() - started)
    return min(times)


def _type(shape: Shape | list[Shape] | str) -> str:
    if isinstance(shape, dict):
        return "struct(" + ", ".join(f'"{key}" {_type(part)}' for key, part in shape.items()) + ")"
    return f"{_type(shape[0])}[]" if isinstance(shape, list) else shape
