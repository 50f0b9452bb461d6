"""`vaultmeter trail`: what was done, by whom, and that nobody changed the record of it."""

import json
import sys
from datetime import datetime
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.exports import Options
from vaultmeter.model.document import Document
from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.period import Period, zone_named
from vaultmeter.model.table import Column, Table
from vaultmeter.plugins import modules_in

app = typer.Typer(add_completion=False, no_args_is_help=True)
_LIST = Question("GET /trail", "vaultmeter.access.trail_acts:list_trail")
_VERIFY = Question("GET /trail/verify", "vaultmeter.access.trail_acts:verify_trail", 3600.0)
_COLUMNS = (
    Column("seq", "Place", "integer"),
    Column("at", "At", "instant"),
    Column("who", "Who"),
    Column("who_kind", "Kind"),
    Column("address", "From"),
    Column("act", "Act"),
    Column("object", "Object"),
    Column("result", "Result"),
    Column("details", "Details"),
)


@app.callback()
def command() -> None:
    """Read what was done: sign-ins, changes of roles and settings, exports, refusals.

    Entries are linked: 'verify' tells of any that was changed, added or removed.
    Examples: vaultmeter trail list --act 'sign_in*' --since 2026-11-01; vaultmeter trail verify
    """


@app.command("list")
def list_command(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="Entries at most.", min=1, max=1000)] = 100,
    before: Annotated[
        int | None, typer.Option(help="Entries before this place.", min=1, show_default=False)
    ] = None,
    act: Annotated[
        str | None,
        typer.Option(help="What was done, such as role.*", show_default=False),
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Who did it; * stands for any text.", show_default=False)
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="From this day or instant (UTC) on.", show_default=False)
    ] = None,
    form: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    *,
    as_json: Json = False,
) -> None:
    """List what was done, the newest first.

    Examples: vaultmeter trail list --by ada --format csv; vaultmeter trail list --act 'user.*'
    """
    exports = {name: module.EXPORT for name, module in modules_in("vaultmeter.exports")}
    exports = {name: export for name, export in exports.items() if not export.binary}
    if form not in exports:
        raise Invalid(f"Unknown format {form!r}.", did_you_mean(form, exports))
    cursor = None if before is None else str(before)
    told = asked(context, _LIST, limit=limit, cursor=cursor, act=act, by=by, since=since)
    if as_json or form == "json":
        print_json(told)
        return
    sys.stdout.flush()
    table = _table(told["rows"])
    exports[form].write(
        Document.of(table, table.period.end, ""), sys.stdout.buffer, Options(bare=True)
    )
    sys.stdout.buffer.flush()
    if told["next"] is not None:
        say(f"There are older entries: --before {told['next']}")


@app.command("verify")
def verify_command(
    context: typer.Context,
    anchor: Annotated[
        str | None,
        typer.Option(
            help="What the log, or this command, told before: so a cut end is seen too.",
            metavar="SEQ:LINK",
            show_default=False,
        ),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Tell whether the trail is as it was written; ends with 1, and the place, when it is not.

    Example: vaultmeter trail verify --anchor "$(cat anchor.txt)"
    """
    told = asked(context, _VERIFY, anchor=anchor)
    if as_json:
        print_json(told)
    elif told["whole"]:
        typer.echo(f"The trail is whole: {told['rows']:,} entries. Anchor: {told['anchor']}")
    else:
        typer.echo(f"The trail is broken at {told['broken_at']}: {told['words']}.")
    if not told["whole"]:
        raise typer.Exit(1)


def _table(rows: list[dict[str, Any]]) -> Table:
    """The entries as a report is."""
    cells = tuple(tuple(_cell(row, column) for column in _COLUMNS) for row in rows)
    times = [datetime.fromisoformat(row["at"]) for row in rows]
    zone = zone_named("UTC")
    now = datetime.now(zone)
    period = Period(min(times, default=now), max(times, default=now), zone)
    return Table("trail", "Trail", period, {}, {}, _COLUMNS, cells, len(cells), {})


def _cell(row: dict[str, Any], column: Column) -> Any:  # noqa: ANN401  a cell is of any type
    value = row[column.name]
    if column.name == "at":
        return datetime.fromisoformat(value)
    return (
        json.dumps(value, ensure_ascii=False)
        if column.name == "details" and value
        else (value or "")
    )
