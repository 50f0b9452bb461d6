"""`vaultmeter rules`: what raises notices."""

import json
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Asked, Question, asked, reached
from vaultmeter.cli._options import Json, print_json
from vaultmeter.model.errors import Invalid, NotFound, did_you_mean
from vaultmeter.model.printable import printable

app = typer.Typer(add_completion=False, no_args_is_help=True)
Which = Annotated[
    str,
    typer.Argument(help="A rule by its name or number.", metavar="RULE", show_default=False),
]
Type = Annotated[
    str,
    typer.Option(
        "--type",
        help="usage-report, source-silent, rejects, unused-items, inactive-people, or rule: a "
        "number in a report.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="A setting of the type, such as value=100; null for its default. May be repeated.",
        metavar="NAME=VALUE",
        show_default=False,
    ),
]
Filter = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        help="Narrow the report, such as user=ada*. May be repeated.",
        metavar="NAME=WORD",
        show_default=False,
    ),
]
Account = Annotated[
    str | None,
    typer.Option(
        help="The account it is about, with those below it; '*' is the whole organisation.",
        show_default=False,
    ),
]
OfProduct = Annotated[
    str | None,
    typer.Option(
        "--product", help="The product it is about: sm, pm, sra; '*' is all.", show_default=False
    ),
]
_LIST = Question("GET /rules", "vaultmeter.notices.rules:listed")
_TYPES = Question("GET /rule-types", "vaultmeter.notices.rules:types")
_ADD = Question("POST /rules", "vaultmeter.notices.rules:add")
_SHOW = Question("GET /rules/{id}", "vaultmeter.notices.rules:show")
_CHANGE = Question("PATCH /rules/{id}", "vaultmeter.notices.rules:change")
_REMOVE = Question("DELETE /rules/{id}", "vaultmeter.notices.rules:remove")
_PREVIEW = Question("POST /rule-preview", "vaultmeter.notices.rules:preview")


@app.callback()
def command() -> None:
    """Say what raises a notice: limits, silence, rejects, or a number in any report.

    Some rules are there from the start, to be switched on and off. A running server evaluates
    them; preview tells what one would raise now.
    Examples: vaultmeter rules list; vaultmeter rules add 'Refused' --set report=overview --set
    column=value --set aggregate=max --set value=100000; vaultmeter rules preview Refused
    """


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every rule, with when it was evaluated and what went wrong.

    Example: vaultmeter rules list --json | jq -r '.[] | select(.error != "") | .name'
    """
    with reached(context) as there:
        held = there.rows(_LIST)
    if as_json:
        print_json(held)
        return
    for rule in held:
        typer.echo(_line(rule))


@app.command("types")
def types_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List the types of rules, and what each can be told.

    Example: vaultmeter rules types
    """
    with reached(context) as there:
        held = there.rows(_TYPES)
    if as_json:
        print_json(held)
        return
    for type_ in held:
        typer.echo(f"{type_['name']}: {type_['title']}")
        for setting in type_["settings"]:
            default = "" if setting["default"] is None else f" [{setting['default']}]"
            typer.echo(f"  {setting['name']}{default}: {setting['meaning']}")


@app.command("show")
def show_command(context: typer.Context, rule: Which, *, as_json: Json = False) -> None:
    """Show a rule with all its settings.

    Example: vaultmeter rules show 'Clients reach the limit'
    """
    with reached(context) as there:
        told = there.ask(_SHOW, id_=_number(there, rule))
    if as_json:
        print_json(told)
        return
    typer.echo(_line(told))
    for name, value in told["settings"].items():
        if value is not None:
            typer.echo(printable(f"  {name}: {value}"))


@app.command("add")
def add_command(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is called.", show_default=False)],
    of_type: Type = "rule",
    settings: Set = None,
    filters: Filter = None,
    account: Account = None,
    product: OfProduct = None,
    disabled: Annotated[bool, typer.Option("--disabled", help="Do not evaluate it yet.")] = False,
    *,
    as_json: Json = False,
) -> None:
    """Make a rule, which is evaluated with the rights that you have then.

    Examples: vaultmeter rules add 'Denied at acme' --account acme --set report=users --set
    column=denied --set value=50; vaultmeter rules add 'Idle' --type inactive-people --set share=30
    """
    told = asked(
        context,
        _ADD,
        name=name,
        type=of_type,
        settings=_settings(settings, filters),
        account=account,
        product=product,
        enabled=not disabled,
    )
    print_json(told) if as_json else typer.echo(_line(told))


@app.command("change")
def change_command(
    context: typer.Context,
    rule: Which,
    name: Annotated[str | None, typer.Option(help="Another name.", show_default=False)] = None,
    settings: Set = None,
    filters: Filter = None,
    account: Account = None,
    product: OfProduct = None,
    enabled: Annotated[
        str | None,
        typer.Option(help="Whether it is evaluated.", metavar="true|false", show_default=False),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Change a rule. It begins anew: what is beyond a threshold is told again.

    Examples: vaultmeter rules change 'People are inactive' --enabled true;
    vaultmeter rules change 'A source falls silent' --set hours=24
    """
    given = {
        "name": name,
        "settings": _settings(settings, filters) or None,
        "account": account,
        "product": product,
        "enabled": _switch(enabled),
    }
    wanted = {field: value for field, value in given.items() if value is not None}
    if not wanted:
        raise Invalid("Nothing is to be changed.", "Give --set, --enabled, --name or a scope.")
    with reached(context) as there:
        told = there.ask(_CHANGE, id_=_number(there, rule), **wanted)
    print_json(told) if as_json else typer.echo(_line(told))


@app.command("remove")
def remove_command(context: typer.Context, rule: Which, *, as_json: Json = False) -> None:
    """Forget a rule; the notices it raised stay.

    Example: vaultmeter rules remove 'Denied at acme'
    """
    with reached(context) as there:
        told = there.ask(_REMOVE, id_=_number(there, rule))
    print_json(told) if as_json else typer.echo(printable(f"Forgot the rule {told['name']}."))


@app.command("preview")
def preview_command(
    context: typer.Context,
    rule: Annotated[
        str | None,
        typer.Argument(
            help="A rule by its name or number; without one, a rule as it could be made.",
            metavar="[RULE]",
            show_default=False,
        ),
    ] = None,
    of_type: Type = "rule",
    settings: Set = None,
    filters: Filter = None,
    account: Account = None,
    product: OfProduct = None,
    *,
    as_json: Json = False,
) -> None:
    """Tell what a rule finds now, and whether it would raise it; nothing is raised.

    Examples: vaultmeter rules preview 'Items are unused';
    vaultmeter rules preview --type usage-report --set level=80
    """
    with reached(context) as there:
        if rule is not None:
            rows = there.rows(_PREVIEW, id_=_number(there, rule))
        else:
            rows = there.rows(
                _PREVIEW,
                type=of_type,
                settings=_settings(settings, filters),
                account=account,
                product=product,
            )
    if as_json:
        print_json(rows)
        return
    for row in rows:
        about = ", ".join([row["account"] or "*", *filter(None, [row["product"]])])
        typer.echo(printable(f"{'new' if row['is_new'] else 'told'}  {about}: {row['text']}"))
    if not rows:
        typer.echo("It finds nothing now.")


def _number(there: Asked, text: str) -> int:
    """The number of a rule that is given by it, or by its name; raises `NotFound`."""
    if text.isascii() and text.isdigit():
        return int(text)
    known = {each["name"]: int(each["id"]) for each in there.rows(_LIST)}
    if text not in known:
        raise NotFound(f"There is no rule {text!r}.", did_you_mean(text, known))
    return known[text]


def _settings(given: list[str] | None, filters: list[str] | None) -> dict[str, Any]:
    """Settings as the API takes them: numbers, true, false and null, else text."""
    found: dict[str, Any] = {}
    for each in given or ():
        name, value = _pair(each, "--set")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    words: dict[str, list[str]] = {}
    for each in filters or ():
        name, word = _pair(each, "--filter")
        words.setdefault(name, []).append(word)
    return found | ({"filters": words} if words else {})


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise Invalid(f"{option} {text!r} sets nothing.", f"Write {option} NAME=VALUE.")
    return name, value


def _switch(text: str | None) -> bool | None:
    if text not in {"true", "false", None}:
        raise Invalid(f"--enabled is {text!r}.", "Write true or false.")
    return None if text is None else text == "true"


def _line(rule: dict[str, Any]) -> str:
    about = [rule["account"] or "*", *filter(None, [rule["product"]])]
    state = "on" if rule["enabled"] else "off"
    end = f" Not evaluated: {rule['error']}" if rule["error"] else ""
    words = f"{rule['name']} ({rule['type']}, {', '.join(about)}), by {rule['owner']}.{end}"
    return printable(f"{rule['id']}  {state:3}  {words}")
