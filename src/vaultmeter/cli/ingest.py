"""`vaultmeter ingest`: take audit logs in."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, Protocol, cast

import typer

from vaultmeter.cli._asking import Here, Question, There, operator, reached
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.model.errors import Invalid, NotFound

if TYPE_CHECKING:
    from vaultmeter.intake import Progress

app = typer.Typer(add_completion=False)
_LONG = 6 * 3600.0
"""Seconds that taking in one file may take."""
_TAKE = Question("POST /sources/{name}/records", "vaultmeter.intake:take_records", _LONG)
_ADDED = (
    "records",
    "events",
    "duplicates",
    "conflicts",
    "rejected",
    "filtered",
    "expired",
    "unknown_kinds",
    "bytes",
    "seconds",
)


@app.command()
def command(
    context: typer.Context,
    connector: Annotated[
        str, typer.Argument(help="Which vault wrote it: openbao, events, inventory.")
    ],
    paths: Annotated[
        list[str],
        typer.Argument(help="Files or patterns; plain, .gz or .zst; - is standard input."),
    ],
    source: Annotated[
        str | None, typer.Option(help="Name of the source; the connector's unless given.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Account of the source, such as acme.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Take in what is new in audit logs; reading a file again adds nothing.

    A server is sent the files, as they are on the disk here.
    Examples: vaultmeter ingest openbao /var/log/openbao/audit.log* --account acme;
    zcat old.gz | vaultmeter ingest events - --source legacy
    """
    with reached(context) as there, _bar() as progress:
        if isinstance(there, Here):
            told, waiting = _read(there, connector, paths, source, account, progress)
        else:
            told, waiting = _sent(there, connector, paths, source, account, progress)
    for path, size in waiting.items():
        say(f"{path}: the last line has no newline yet; its {size} bytes wait for the rest.")
    print_json(told) if as_json else _print(told)


def _read(
    here: Here,
    connector: str,
    paths: list[str],
    source: str | None,
    account: str | None,
    progress: "Progress",
) -> tuple[dict[str, Any], dict[Path, int]]:
    """Take files in that the open folder reads itself."""
    from vaultmeter.intake import ingest  # noqa: PLC0415  who sends files needs none of it

    named, note = source or connector, here.app.access.note
    note(operator(), "records.take", named, connector=connector, files=paths)
    intake = ingest(here.app, connector, paths, source, account, progress)
    return intake.summary(), intake.waiting


def _sent(
    there: There,
    connector: str,
    paths: list[str],
    source: str | None,
    account: str | None,
    progress: "Progress",
) -> tuple[dict[str, Any], dict[Path, int]]:
    """Send files to a server, one after the other."""
    from vaultmeter.receive.content import STANDARD_INPUT  # noqa: PLC0415  as above
    from vaultmeter.receive.files import expand  # noqa: PLC0415  as above

    named = source or connector
    total: dict[str, Any] = {"source": named, **dict.fromkeys(_ADDED, 0)}
    waiting = {}
    found = expand(paths)
    size = sum(path.stat().st_size for path in found if path.is_file())
    done = 0
    for path in found:
        with _content(path, path == STANDARD_INPUT) as file:
            content = cast("IO[bytes]", _Told(file, done, size, progress))
            fields = {"name": named, "connector": connector, "account": account}
            told = there.send(_TAKE, content, **fields, file=str(path))
        done += path.stat().st_size if path.is_file() else 0
        for name in _ADDED:
            total[name] = round(total[name] + told[name], 3)
        if told["waiting"]:
            waiting[path] = told["waiting"]
    return total, waiting


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Told:
    """A file whose reading is told."""

    def __init__(self, file: _Readable, done: int, total: int, progress: "Progress") -> None:
        self._file, self._done, self._total, self._progress = file, done, total, progress

    def read(self, size: int = -1) -> bytes:
        """Some more of it."""
        content = self._file.read(size)
        self._done += len(content)
        self._progress(self._done, self._total)
        return content


@contextmanager
def _content(path: Path, is_standard_input: bool) -> Iterator[IO[bytes]]:  # noqa: FBT001  a fact
    """The bytes of a file as they are; raises `NotFound` and `Invalid`."""
    if is_standard_input:
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.", "Check the path; quote patterns.") from error
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        yield file


@contextmanager
def _bar() -> Iterator["Progress"]:
    """A bar on a terminal; what is told anywhere else is not shown."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415  a terminal alone needs it
    from rich.progress import (  # noqa: PLC0415  the same
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TransferSpeedColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("Reading")
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print(told: dict[str, Any]) -> None:
    speed = told["bytes"] / 1e6 / told["seconds"] if told["seconds"] else 0
    typer.echo(
        f"{told['source']}: {told['records']:,} records, {told['events']:,} new events, "
        f"{told['duplicates']:,} duplicates, {told['rejected']:,} rejected "
        f"in {told['seconds']:.1f} s ({speed:.0f} MB/s)."
    )
    if told["rejected"]:
        say("Rejected lines are kept: vaultmeter rejects shows them with their reasons.")
    if told["conflicts"]:
        say(
            f"{told['conflicts']:,} records contradict earlier ones of the same id; the first stay."
        )
    if told["expired"]:
        say(f"{told['expired']:,} records are older than what is kept: vaultmeter retention show.")
    if told["unknown_kinds"]:
        say(f"{told['unknown_kinds']:,} events are of unknown kinds and count as other.")
