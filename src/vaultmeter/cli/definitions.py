"""`vaultmeter definitions`: what active means, in versions, and what another would change."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import From, Json, Range, To, Zone, print_json, told_period
from vaultmeter.model.errors import Invalid

app = typer.Typer(add_completion=False, no_args_is_help=True)
_SHOW = Question("GET /definitions", "vaultmeter.definitions:shown")
_HISTORY = Question("GET /definitions/history", "vaultmeter.definitions:history")
_SET = Question("PUT /definitions", "vaultmeter.definitions:set_definition")
_PREVIEW = Question("POST /definitions/preview", "vaultmeter.definitions:previewed")

Preset = Annotated[
    str | None,
    typer.Option(
        help="Begin with vaultmeter, lastpass, bitwarden-labs or github, not with what holds.",
        show_default=False,
    ),
]
Window = Annotated[
    str | None,
    typer.Option(
        help="How far back from the end of the range actions count: days, or range.",
        metavar="DAYS",
        show_default=False,
    ),
]
Dormancy = Annotated[
    int | None,
    typer.Option(help="Days after which the lapsed are dormant.", show_default=False),
]
Grace = Annotated[
    int | None, typer.Option(help="Days for which somebody counts as new.", show_default=False)
]
Intents = Annotated[
    list[str] | None,
    typer.Option(
        "--intent",
        help="Successful actions of it make active: use, manage or presence; none for no intent.",
        metavar="INTENT",
        show_default=False,
    ),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        help="Successful actions of this kind make active too; none for no kind.",
        metavar="KIND",
        show_default=False,
    ),
]
Minimum = Annotated[
    int | None,
    typer.Option(help="How many such actions make active.", metavar="N", show_default=False),
]
_NONE = "none"
_RANGE = "range"


@app.callback()
def command() -> None:
    """Say what makes somebody active, passive or inactive. Reports print the version they use.

    Examples: vaultmeter definitions show; vaultmeter definitions preview --preset lastpass;
    vaultmeter definitions set --window 60 --minimum 3
    """


@app.command()
def show(
    context: typer.Context,
    *,
    history: Annotated[bool, typer.Option("--history", help="Every version there was.")] = False,
    as_json: Json = False,
) -> None:
    """Show the definition of status that holds, or with --history all versions of it.

    Examples: vaultmeter definitions show --history; vaultmeter definitions show --json
    """
    found = asked(context, _HISTORY)["rows"] if history else [asked(context, _SHOW)["status"]]
    if as_json:
        print_json({"status": found if history else found[0]})
        return
    for each in found:
        typer.echo(f"Status, {_since(each)}. {each['text']}")


@app.command("set")
def set_command(
    context: typer.Context,
    preset: Preset = None,
    window: Window = None,
    dormancy: Dormancy = None,
    grace: Grace = None,
    intent: Intents = None,
    kind: Kinds = None,
    minimum: Minimum = None,
    as_json: Json = False,
) -> None:
    """Change the definition of status: what is not given stays, the result is a new version.

    Reports use it from now on, for past ranges too; what changes, preview says before.
    Examples: vaultmeter definitions set --preset bitwarden-labs; vaultmeter definitions set
    --window range --intent use --intent manage --minimum 3
    """
    changes = _changes(preset, window, dormancy, grace, intent, kind, minimum)
    told = asked(context, _SET, **changes)
    if as_json:
        print_json(told)
        return
    new = told["status"]
    same = "" if told["is_new_version"] else " Nothing changed."
    typer.echo(f"Status: version {new['version']} ({new['preset']}).{same}")


@app.command("preview")
def preview_command(
    context: typer.Context,
    preset: Preset = None,
    window: Window = None,
    dormancy: Dormancy = None,
    grace: Grace = None,
    intent: Intents = None,
    kind: Kinds = None,
    minimum: Minimum = None,
    range_: Range = "last-30-days",
    start: From = None,
    end: To = None,
    zone: Zone = "UTC",
    account: Annotated[
        list[str] | None, typer.Option(show_default=False, metavar="WORD", help="Only these.")
    ] = None,
    who: Annotated[str, typer.Option(help="people, machines or everyone.")] = "people",
    limit: Annotated[int, typer.Option(help="Names at most.", min=1)] = 50,
    offset: Annotated[int, typer.Option(help="Names to leave out before the first.", min=0)] = 0,
    as_json: Json = False,
) -> None:
    """Say how many people another definition would give another status, and who; it sets nothing.

    Examples: vaultmeter definitions preview --preset lastpass --range last-month; vaultmeter
    definitions preview --window 60 --account 'acme/*' --limit 20 --offset 20
    """
    told = asked(
        context,
        _PREVIEW,
        range_=range_,
        from_=start,
        to=end,
        tz=zone,
        account=account,
        who_=who,
        limit=limit,
        offset=offset,
        **_changes(preset, window, dormancy, grace, intent, kind, minimum),
    )
    if as_json:
        print_json(told)
        return
    for line in _lines(told, offset):
        typer.echo(line)


def _changes(
    preset: str | None,
    window: str | None,
    dormancy: int | None,
    grace: int | None,
    intent: list[str] | None,
    kind: list[str] | None,
    minimum: int | None,
) -> dict[str, Any]:
    """What the options say is to be different; what is not given is `None`."""
    return {
        "preset": preset,
        "window": window if window in {None, _RANGE} else _days(window or ""),
        "dormancy": dormancy,
        "grace": grace,
        "intents": _words(intent),
        "kinds": _words(kind),
        "minimum": minimum,
    }


def _words(given: list[str] | None) -> list[str] | None:
    """The words given; `none` alone is the empty list."""
    return [] if given == [_NONE] else given or None


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Invalid(
            f"--window {text!r} is no number of days.", "Write 30, or range for the range asked."
        )
    return int(text)


def _since(version: dict[str, Any]) -> str:
    if version["made"] is None:
        return "built in"
    return f"since {datetime.fromisoformat(version['made']):%Y-%m-%d %H:%M:%S} UTC"


def _lines(told: dict[str, Any], offset: int) -> Iterator[str]:
    yield f"At the end of {told_period(told).text()}, {told['identities']:,} looked at:"
    yield f"Holds:    {told['held']['text']}"
    yield f"Proposed: {told['proposed']['text']}"
    for status, old in told["old"].items():
        yield f"{status:12} {old:>9,} → {told['new'][status]:,}"
    total, shown = told["total"], told["rows"]
    yield f"{total:,} would change status" + (":" if total else ".")
    for move in told["changes"]:
        yield f"{move['identities']:>9,} from {move['from']} to {move['to']}"
    if told["other_reasons"]:
        yield f"{told['other_reasons']:,} would stay inactive for another reason."
    for row in shown:
        old_text = _status(row["old_status"], row["old_reason"])
        new_text = _status(row["new_status"], row["new_reason"])
        yield f"  {row['user']}  {row['account']}  {old_text} → {new_text}"
    if len(shown) < total:
        first = offset + 1 if shown else 0
        yield f"Shown: {first:,} to {offset + len(shown):,} of {total:,}; --offset has others."


def _status(status: str, reason: str | None) -> str:
    return status if reason is None else f"{status} ({reason})"
