"""`vaultmeter definitions`: what active means, in versions, and what another would change."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from vaultmeter.cli._options import (
    From,
    Json,
    Range,
    To,
    Zone,
    filters_asked,
    opened,
    period_asked,
    print_json,
)
from vaultmeter.model.errors import Invalid, did_you_mean
from vaultmeter.model.kinds import Intent, Kind
from vaultmeter.model.period import Period
from vaultmeter.model.status import StatusDefinition, named_by_preset, preset_named
from vaultmeter.model.viewer import Viewer
from vaultmeter.reports.preview import Preview, preview
from vaultmeter.reports.run import Ask
from vaultmeter.state.definitions import set_status_definition, status_definitions

app = typer.Typer(add_completion=False, no_args_is_help=True)
Word = TypeVar("Word", Intent, Kind)

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
    with opened(context) as folder, folder.state.reading() as connection:
        versions = status_definitions(connection)
    shown = versions if history else versions[-1:]
    if as_json:
        objects = [_object(definition, made) for definition, made in shown]
        print_json({"status": objects if history else objects[0]})
        return
    for definition, made in shown:
        since = "built in" if made is None else f"since {made:%Y-%m-%d %H:%M:%S} UTC"
        typer.echo(f"Status, {since}. {definition.text()}")


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
    with opened(context) as folder:
        held = folder.terms().status
        wanted = _changed(held, preset, window, dormancy, grace, intent, kind, minimum)
        with folder.state.changing() as connection:
            new = set_status_definition(connection, wanted, folder.clock())
            made = status_definitions(connection)[-1][1]
    if as_json:
        print_json({"status": _object(new, made), "is_new_version": new != held})
        return
    typer.echo(f"Status: {new.brief()}." + ("" if new != held else " Nothing changed."))


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
    with opened(context) as folder:
        held = folder.terms().status
        proposed = _changed(held, preset, window, dormancy, grace, intent, kind, minimum)
        period = period_asked(folder, range_, start, end, zone)
        filters = filters_asked(account=account)
        ask = Ask(Viewer.operator(), period, filters, who, terms=folder.terms())
        answer = folder.recovering(lambda: preview(folder.store, ask, _next(held, proposed)))
    page = slice(offset, offset + limit)
    if as_json:
        print_json(_preview_object(answer, period, page))
        return
    for line in _preview_lines(answer, period, page):
        typer.echo(line)


def _changed(
    held: StatusDefinition,
    preset: str | None,
    window: str | None,
    dormancy: int | None,
    grace: int | None,
    intent: list[str] | None,
    kind: list[str] | None,
    minimum: int | None,
) -> StatusDefinition:
    """The definition that the options mean: of a preset or of what holds, with what is given."""
    base = held if preset is None else preset_named(preset, held.version)
    given: dict[str, Any] = {
        "dormancy_days": dormancy,
        "grace_days": grace,
        "intents": _words(intent, Intent, "intent"),
        "kinds": _words(kind, Kind, "kind"),
        "minimum": minimum,
    }
    values = {name: value for name, value in given.items() if value is not None}
    if window is not None:
        values["window_days"] = None if window == _RANGE else _days(window)
    return named_by_preset(replace(base, **values), base.preset)


def _words(given: list[str] | None, known: type[Word], name: str) -> tuple[Word, ...] | None:
    """The words given, in the order of their list, each once; `none` alone is the empty list."""
    if not given:
        return None
    if given == [_NONE]:
        return ()
    for word in given:
        if word not in tuple(known):
            raise Invalid(f"Unknown {name} {word!r}.", did_you_mean(word, known))
    return tuple(word for word in known if word in given)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Invalid(
            f"--window {text!r} is no number of days.", "Write 30, or range for the range asked."
        )
    return int(text)


def _next(held: StatusDefinition, proposed: StatusDefinition) -> StatusDefinition:
    """The definition as the version it would be."""
    return proposed if proposed == held else replace(proposed, version=held.version + 1)


def _object(definition: StatusDefinition, made: datetime | None) -> dict[str, Any]:
    since = None if made is None else made.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return asdict(definition) | {"made": since, "text": definition.text()}


def _preview_object(answer: Preview, period: Period, page: slice) -> dict[str, Any]:
    moves = answer.moves().items()
    return {
        "period": {
            "from": period.start.astimezone(period.zone).isoformat(),
            "to": period.end.astimezone(period.zone).isoformat(),
            "time_zone": period.zone.key,
        },
        "held": _plain(answer.held),
        "proposed": _plain(answer.proposed),
        "identities": answer.identities,
        "old": answer.old,
        "new": answer.new,
        "changes": [{"from": old, "to": new, "identities": n} for (old, new), n in moves],
        "other_reasons": answer.reasons,
        "total": len(answer.changes),
        "rows": [asdict(change) for change in answer.changes[page]],
    }


def _plain(definition: StatusDefinition) -> dict[str, Any]:
    return asdict(definition) | {"text": definition.text()}


def _preview_lines(answer: Preview, period: Period, page: slice) -> Iterator[str]:
    yield f"At the end of {period.text()}, {answer.identities:,} looked at:"
    yield f"Holds:    {answer.held.text()}"
    yield f"Proposed: {answer.proposed.text()}"
    for status, old in answer.old.items():
        yield f"{status:12} {old:>9,} → {answer.new[status]:,}"
    total = len(answer.changes)
    yield f"{total:,} would change status" + (":" if total else ".")
    for (old_status, new_status), many in answer.moves().items():
        yield f"{many:>9,} from {old_status} to {new_status}"
    if answer.reasons:
        yield f"{answer.reasons:,} would stay inactive for another reason."
    shown = answer.changes[page]
    for change in shown:
        old_text = _status(change.old_status, change.old_reason)
        new_text = _status(change.new_status, change.new_reason)
        yield f"  {change.user}  {change.account}  {old_text} → {new_text}"
    if len(shown) < total:
        first = page.start + 1 if shown else 0
        yield f"Shown: {first:,} to {page.start + len(shown):,} of {total:,}; --offset has others."


def _status(status: str, reason: str | None) -> str:
    return status if reason is None else f"{status} ({reason})"
