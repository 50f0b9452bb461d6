"""What several commands share: their options, and opening the data folder."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from vaultmeter.app import App
from vaultmeter.model.errors import Unavailable
from vaultmeter.model.filters import Filters
from vaultmeter.model.period import Period, period_of, zone_named
from vaultmeter.reports.run import bounds
from vaultmeter.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Range = Annotated[
    str,
    typer.Option(
        "--range",
        help="today, yesterday, last-7-days, last-30-days, month-to-date, last-month, "
        "year-to-date, last-12-months or all.",
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
Compare = Annotated[str, typer.Option(help="weekdays, previous, year or none.")]


def say(message: str) -> None:
    """Tell the person at the terminal something, beside the answer."""
    typer.echo(message, err=True)


def settings_of(context: typer.Context, **given: Any) -> Settings:  # noqa: ANN401  settings are of any type
    """The settings of this call; what options set wins, `None` is left to the others."""
    config, flags = flags_of(context, **given)
    return Settings.read(config=config, **flags)


def flags_of(context: typer.Context, **given: Any) -> tuple[Path | None, dict[str, Any]]:  # noqa: ANN401  as above
    """The file of settings that was named, and the settings that options set."""
    chosen = context.find_root().obj
    flags = {"data": chosen.data, **given}
    return chosen.config, {name: value for name, value in flags.items() if value is not None}


@contextmanager
def opened(context: typer.Context) -> Iterator[App]:
    """The data folder, open for the length of a block."""
    with App(settings_of(context), say=say) as app:
        yield app


def period_asked(app: App, name: str, start: str | None, end: str | None, zone: str) -> Period:
    """The period meant by the range options."""
    there_is = app.recovering(lambda: bounds(app.store))
    return period_of(name, zone_named(zone), app.clock(), start, end, there_is)


def filters_asked(**given: list[str] | None) -> Filters:
    """The filters meant by the filter options."""
    return Filters.of({name: words or () for name, words in given.items()})


def print_json(answer: Any) -> None:  # noqa: ANN401  whatever JSON can hold
    """Print an answer as JSON."""
    write_json(answer, sys.stdout)


def write_json(answer: Any, out: TextIO) -> None:  # noqa: ANN401  whatever JSON can hold
    """Write an answer as JSON."""
    json.dump(answer, out, ensure_ascii=False, indent=2)
    out.write("\n")


def write_out(output: Path | None, write: Callable[[TextIO], None]) -> None:
    """Write to standard output, or to a file that appears whole or not at all."""
    if output is None:
        write(sys.stdout)
        return
    partial = output.with_name(output.name + ".partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
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
