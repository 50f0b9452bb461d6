"""What several commands share: their options, and opening the data folder."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, TextIO

import typer

from vaultmeter.cli._chosen import chosen_in
from vaultmeter.model.errors import Invalid, Unavailable
from vaultmeter.model.period import RANGES, Period, zone_named
from vaultmeter.settings import Settings

if TYPE_CHECKING:
    from vaultmeter.app import App

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Range = Annotated[
    str,
    typer.Option(
        "--range",
        help=f"{', '.join(RANGES[:-1])} or {RANGES[-1]}.",
    ),
]
From = Annotated[
    str | None, typer.Option("--from", help="First day, or instant.", show_default=False)
]
To = Annotated[
    str | None, typer.Option("--to", help="Last day (included), or instant.", show_default=False)
]
Zone = Annotated[str, typer.Option("--tz", help="IANA time zone, such as Europe/Paris.")]
Words = Annotated[list[str] | None, typer.Option(show_default=False, metavar="WORD")]
Who = Annotated[str, typer.Option(help="people, machines or everyone.")]
Per = Annotated[
    str | None,
    typer.Option(help="hour, day, week or month; by the range unless given.", show_default=False),
]
Compare = Annotated[
    str,
    typer.Option(help="weekdays, previous, year, none, or days: 2026-01-01..2026-01-31."),
]


def say(message: str) -> None:
    """Tell the person at the terminal something, beside the answer."""
    typer.echo(message, err=True)


def settings_of(context: typer.Context, **given: Any) -> Settings:  # noqa: ANN401  settings are of any type
    """The settings of this call; what options set wins, `None` is left to the others.

    Raises `Invalid` where a server is named: whoever needs settings works on a folder.
    """
    check_local(context)
    config, flags = flags_of(context, **given)
    return Settings.read(config=config, **flags)


def check_local(context: typer.Context) -> None:
    """Raise `Invalid` where a server is named: for commands that work on a folder alone."""
    chosen = chosen_in(context)
    if chosen.url or chosen.profile or chosen.key:
        raise Invalid(
            "This command works on a data folder of this machine, and asks no server.",
            "Leave --url, --key and --profile out.",
        )


def flags_of(context: typer.Context, **given: Any) -> tuple[Path | None, dict[str, Any]]:  # noqa: ANN401  as above
    """The file of settings that was named, and the settings that options set."""
    chosen = chosen_in(context)
    flags = {"data": chosen.data, **given}
    return chosen.config, {name: value for name, value in flags.items() if value is not None}


@contextmanager
def opened(context: typer.Context) -> Iterator["App"]:
    """The data folder, open for the length of a block."""
    from vaultmeter.app import App  # noqa: PLC0415  half a second, which other commands need not

    with App(settings_of(context), say=say) as app:
        yield app


def told_period(told: dict[str, Any]) -> Period:
    """The period that an answer is about."""
    span = told["period"]
    start, end = (datetime.fromisoformat(span[name]) for name in ("from", "to"))
    return Period(start, end, zone_named(span["time_zone"]))


def print_json(answer: Any) -> None:  # noqa: ANN401  whatever JSON can hold
    """Print an answer as JSON."""
    write_json(answer, sys.stdout)


def write_json(answer: Any, out: TextIO) -> None:  # noqa: ANN401  whatever JSON can hold
    """Write an answer as JSON."""
    out.write(json_text(answer))


def json_text(answer: Any) -> str:  # noqa: ANN401  whatever JSON can hold
    """An answer as JSON, with a line end."""
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def write_out(output: Path | None, write: Callable[[BinaryIO], None]) -> None:
    """Write to standard output, or to a file that appears whole or not at all."""
    if output is None:
        sys.stdout.flush()
        out = sys.stdout.buffer
        write(out)
        out.flush()
        return
    partial = output.with_name(output.name + ".partial")
    try:
        with partial.open("wb") as file:
            write(file)
        partial.replace(output)
    except OSError as error:
        raise Unavailable(
            f"{output} cannot be written: {error.strerror}.", "Check its folder and try again."
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    say(f"Wrote {output}.")
