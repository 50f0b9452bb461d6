"""`vaultmeter forwarders`: where notices and reports go."""

from pathlib import Path
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.model.errors import Invalid, NotFound, Unavailable
from vaultmeter.model.printable import printable

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[
    str, typer.Argument(help="Name of a forwarder.", metavar="NAME", show_default=False)
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="A setting of its kind; may be repeated. @FILE reads the value from a file.",
        metavar="SETTING=VALUE",
        show_default=False,
    ),
]
Account = Annotated[
    list[str] | None,
    typer.Option(
        help="An account whose notices it gets, with those below it; may be repeated.",
        metavar="ACCOUNT",
        show_default=False,
    ),
]
Every = Annotated[
    int | None,
    typer.Option(
        help="Hours of a window whose notices leave together; 0 sends each at once.",
        min=0,
        max=24,
        show_default=False,
    ),
]
PerMinute = Annotated[
    int | None, typer.Option(help="Messages in a minute at most.", min=1, show_default=False)
]
Description = Annotated[str | None, typer.Option(help="What it is for.", show_default=False)]
_MODULE = "vaultmeter.forwarding"
_PATIENCE = 70.0
"""Seconds that a test may take: a token, then the message, 30 seconds each."""
_LIST = Question("GET /forwarders", f"{_MODULE}:listed")
_KINDS = Question("GET /forwarder-kinds", f"{_MODULE}:kinds_told")
_SHOW = Question("GET /forwarders/{name}", f"{_MODULE}:show")
_ADD = Question("POST /forwarders", f"{_MODULE}:add")
_CHANGE = Question("PATCH /forwarders/{name}", f"{_MODULE}:change")
_REMOVE = Question("DELETE /forwarders/{name}", f"{_MODULE}:remove")
_TEST = Question("POST /forwarders/{name}/test", f"{_MODULE}:test", _PATIENCE)
_SECRET = Question("POST /forwarders/{name}/secret", f"{_MODULE}:new_secret")


@app.callback()
def command() -> None:
    """Say where notices and reports go: e-mail, Slack, Teams, ServiceNow or a webhook.

    What leaves is kept until it is delivered: vaultmeter deliveries list shows how it went.
    Examples: vaultmeter forwarders add ops --kind email --set to=ops@acme.com;
    vaultmeter forwarders test ops
    """


@app.command("add")
def add_command(
    context: typer.Context,
    name: Name,
    kind: Annotated[
        str,
        typer.Option(help="email, slack, servicenow, webhook or teams.", show_default=False),
    ],
    settings: Set = None,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            help="A type of notices it gets; may be repeated. All unless given.",
            metavar="TYPE",
            show_default=False,
        ),
    ] = None,
    account: Account = None,
    every: Every = None,
    per_minute: PerMinute = None,
    description: Description = None,
    *,
    as_json: Json = False,
) -> None:
    """Add a forwarder. A webhook is signed: its secret is told this once.

    Examples: vaultmeter forwarders add ops --kind slack --set url=@slack.url --type usage-report;
    vaultmeter forwarders add siem --kind webhook --set url=https://hooks.acme.com/usage --every 4
    """
    given = {"every_hours": every, "per_minute": per_minute, "description": description}
    told = asked(
        context,
        _ADD,
        name=name,
        kind=kind,
        settings=_settings(settings or []),
        types=types or [],
        accounts=account,
        **{field: value for field, value in given.items() if value is not None},
    )
    if as_json:
        print_json(told)
        return
    typer.echo(_text(told))
    _tell_made(told)
    say(f"Try it: vaultmeter forwarders test {name}")


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every forwarder, and how its deliveries go.

    Example: vaultmeter forwarders list --json | jq -r '.[] | select(.dead > 0) | .name'
    """
    with reached(context) as there:
        held = there.rows(_LIST)
    if as_json:
        print_json(held)
        return
    for forwarder in held:
        typer.echo(_text(forwarder))
    if not held:
        typer.echo("There is no forwarder: vaultmeter forwarders add NAME makes one.")


@app.command("kinds")
def kinds_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List the kinds of forwarders, each with its settings.

    Example: vaultmeter forwarders kinds
    """
    with reached(context) as there:
        held = there.rows(_KINDS)
    if as_json:
        print_json(held)
        return
    for kind in held:
        typer.echo(f"{kind['kind']}: {kind['title']}")
        for each in kind["settings"]:
            typer.echo(f"  {each['name']}{_remark(each)}: {each['help']}")


@app.command("show")
def show_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Show a forwarder, without its secrets.

    Example: vaultmeter forwarders show ops
    """
    told = asked(context, _SHOW, name=name)
    if as_json:
        print_json(told)
        return
    typer.echo(_text(told))
    for setting, value in told["settings"].items():
        if value:
            typer.echo(printable(f"  {setting}: {value}"))


@app.command("change")
def change_command(
    context: typer.Context,
    name: Name,
    settings: Set = None,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            help="A type of notices it gets; may be repeated. 'all' is every type.",
            metavar="TYPE",
            show_default=False,
        ),
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(
            help="An account whose notices it gets; may be repeated. '*' is all.",
            metavar="ACCOUNT",
            show_default=False,
        ),
    ] = None,
    every: Every = None,
    per_minute: PerMinute = None,
    description: Description = None,
    new_name: Annotated[
        str | None, typer.Option(help="What it is called from now on.", show_default=False)
    ] = None,
    enable: Annotated[
        bool | None,
        typer.Option("--enable/--disable", help="Switch it on or off.", show_default=False),
    ] = None,
    *,
    new_secret: Annotated[
        bool,
        typer.Option(
            "--new-secret", help="Sign with a new secret; the one before signs, too, for a day."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Change what is given of a forwarder; the rest stays, secrets among it.

    Examples: vaultmeter forwarders change ops --set to=ops@acme.com,night@acme.com;
    vaultmeter forwarders change siem --disable; vaultmeter forwarders change siem --new-secret
    """
    given: dict[str, Any] = {
        "new_name": new_name,
        "settings": _settings(settings) if settings else None,
        "types": [] if types == ["all"] else types,
        "accounts": account,
        "every_hours": every,
        "per_minute": per_minute,
        "description": description,
        "is_enabled": enable,
    }
    given = {field: value for field, value in given.items() if value is not None}
    if not given and not new_secret:
        raise Invalid("Nothing is to be changed.", "See vaultmeter forwarders change --help.")
    with reached(context) as there:
        told = there.ask(_CHANGE, name=name, **given) if given else {}
        if new_secret:
            told = there.ask(_SECRET, name=new_name or name)
    if as_json:
        print_json(told)
        return
    typer.echo(_text(told))
    _tell_made(told)


@app.command("remove")
def remove_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Forget a forwarder; what waits for it is cancelled.

    Example: vaultmeter forwarders remove ops
    """
    told = asked(context, _REMOVE, name=name)
    if as_json:
        print_json(told)
        return
    typer.echo(f"Removed {name}; {told['cancelled']} deliveries were cancelled.")


@app.command("test")
def try_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Send a message to a forwarder now, and tell what came of it.

    Example: vaultmeter forwarders test ops
    """
    told = asked(context, _TEST, name=name)
    if as_json:
        print_json(told)
    elif told["is_delivered"]:
        typer.echo(f"Delivered. {told['detail']}")
    if not told["is_delivered"]:
        raise Unavailable(
            f"{name} did not get the test: {told['detail']}",
            f"vaultmeter forwarders show {name} has its settings; the server's log has the cause.",
        )


def _settings(texts: list[str]) -> dict[str, str]:
    """Settings by name; raises `Invalid` and `NotFound`."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Invalid(f"--set {name!r} is not understood.", "Write SETTING=VALUE.")
        found[name] = _read(Path(value[1:])) if value.startswith("@") else value
    return found


def _read(file: Path) -> str:
    """What a file holds, without the end of its last line."""
    try:
        return file.read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {file}.", "Check what follows @.") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} holds no text.", "Check what follows @.") from error


def _tell_made(told: dict[str, Any]) -> None:
    for name, secret in told.get("made", {}).items():
        typer.echo(f"{name}: {secret}")
        say("Keep it now: it is not told again.")


def _text(told: dict[str, Any]) -> str:
    hours = told["every_hours"]
    parts = [
        ", ".join(told["types"]) or "all notices",
        "all accounts" if told["accounts"] is None else ", ".join(told["accounts"]),
        "at once" if hours is None else f"every {hours} h",
        f"{told['waiting']} waiting, {told['dead']} given up",
    ]
    if not told["is_enabled"]:
        parts.append(f"switched off. {told['disabled_why']}".strip(". "))
    where = f" ({told['endpoint']})" if told["endpoint"] else ""
    return printable(f"{told['name']}: {told['kind']}{where}; {'; '.join(parts)}.")


def _remark(setting: dict[str, Any]) -> str:
    words = [word for word in ("required", "secret") if setting[word]]
    words += ["|".join(setting["choices"])] if setting["choices"] else []
    return f" ({', '.join(words)})" if words else ""
