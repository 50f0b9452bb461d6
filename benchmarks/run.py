"""Measures everything the table holds: `make bench`, or `python benchmarks/run.py --help`.

The data are made once in `benchmarks/data` and kept.
"""

import argparse
import platform
from datetime import UTC, datetime
from pathlib import Path

import api
import exports
import ingest
import pages
import push
import reports
import scale
from measure import Figure, json_of, process_seconds

_HERE = Path(__file__).parent


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also ingest 5 GB")
    parser.add_argument("--events", type=int, default=20_000_000, help="for the reports")
    parser.add_argument(
        "--scale",
        type=int,
        nargs="*",
        default=[1_000_000, 10_000_000],
        help="events to measure pages at; 100000000 takes 20 minutes to make",
    )
    options = parser.parse_args()
    folder = _HERE / "data"
    folder.mkdir(exist_ok=True)
    found = [*ingest.figures(folder, large=options.large)]
    found += [_simulate(folder), *_processes(folder), *reports.figures(folder, options.events)]
    found += scale.figures(folder, tuple(options.scale))
    found += push.figures(folder)
    found += api.figures(folder, options.events)
    found += pages.figures(folder, options.events)
    found += exports.figures(folder)
    for figure in found:
        print(f"{figure.what}: {figure.measured}  [{figure.wanted}]")
    _write_table(found)


def _simulate(folder: Path) -> Figure:
    data = folder / f"simulated-{datetime.now(UTC):%H%M%S}"
    answer, memory = json_of(
        [
            *("simulate", "--data", str(data), "--events", "10000000", "--identities", "2000"),
            *("--items", "20000", "--months", "12", "--seed", "7"),
        ]
    )
    return Figure(
        "simulate 10 million events",
        f"{answer['seconds']:.0f} s, {memory:.0f} MB",
        "under 60 s",
    )


def _processes(folder: Path) -> list[Figure]:
    sample = _HERE.parent / "src/vaultmeter/demo/sample/audit.log.gz"
    data = folder / "sample-data"
    json_of(["--data", str(data), "ingest", "openbao", str(sample), "--account", "acme"])
    version = process_seconds(["--version"])
    users = process_seconds(["--data", str(data), "report", "users", "--range", "all"])
    return [
        Figure("vaultmeter --version, whole process", f"{1000 * version:.0f} ms", "under 150 ms"),
        Figure(
            "report users on the sample, whole process", f"{1000 * users:.0f} ms", "under 700 ms"
        ),
    ]


def _write_table(found: list[Figure]) -> None:
    rows = "\n".join(f"| {f.what} | {f.measured} | {f.wanted} |" for f in found)
    (_HERE / "README.md").write_text(
        f"""# Benchmarks

Last measured {datetime.now(UTC):%Y-%m-%d} on 2 cores, Python {platform.python_version()},
{platform.system()} {platform.machine()}. Repeat with `make bench`; at 5 GB and 100 million events:
`.venv/bin/python benchmarks/run.py --large --scale 1000000 10000000 100000000`. Speed is measured
here and never asserted by a test. [How to read it](notes.md).

| What | Measured | Wanted |
| --- | --- | --- |
{rows}
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
