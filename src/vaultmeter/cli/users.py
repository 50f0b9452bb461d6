"""`vaultmeter users`: who signs in."""

import sys
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.model.errors import Invalid

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of a user.", metavar="NAME", show_default=False)]
FromInput = Annotated[
    bool,
    typer.Option(
        "--password-stdin", help="Read the password from standard input; else it is random."
    ),
]
_LIST = Question("GET /users", "vaultmeter.access.user_acts:list_users")
_ADD = Question("POST /users", "vaultmeter.access.user_acts:add_user")
_CHANGE = Question("PATCH /users/{name}", "vaultmeter.access.user_acts:change_user")
_PASSWORD = Question("POST /users/{name}/password", "vaultmeter.access.user_acts:set_password")


@app.callback()
def command() -> None:
    """Say who signs in with a password, and with which roles.

    Roles are made with vaultmeter create-role; admin (everything) and reader (all reports) are
    there. Passwords have 12 characters or more.
    Examples: vaultmeter users add ada --email ada@example.org --role reader; vaultmeter users list
    """


@app.command("add")
def add_command(
    context: typer.Context,
    name: Name,
    email: Annotated[
        str | None, typer.Option(help="Address of e-mail.", show_default=False)
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(help="A role it has; may be repeated.", metavar="ROLE", show_default=False),
    ] = None,
    password_stdin: FromInput = False,
    *,
    as_json: Json = False,
) -> None:
    """Add a user, and print its random password, this once.

    Examples: vaultmeter users add ada --role admin; vaultmeter users add bob --role reader
    """
    given = _given(password_stdin)
    told = asked(context, _ADD, name=name, email=email, roles=role or [], password=given)
    if as_json:
        print_json(told)
        return
    _print_password(told, f"{name} can sign in")
    if not told["roles"]:
        say(f"{name} has no role so far, and may do nothing: give one with --role, or to a group.")


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every user, with its roles and when it signed in last.

    Example: vaultmeter users list --json | jq -r '.[] | select(.is_disabled) | .name'
    """
    with reached(context) as there:
        held = there.rows(_LIST)
    if as_json:
        print_json(held)
        return
    for user in held:
        typer.echo(_text(user))
    if not held:
        typer.echo("There is no user: vaultmeter users add NAME --role ROLE makes one.")


@app.command("disable")
def disable_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Let a user in no more, and sign it out everywhere at once.

    Example: vaultmeter users disable ada
    """
    told = asked(context, _CHANGE, name=name, disabled=True)
    print_json(told) if as_json else typer.echo(f"{name} is disabled and signed out.")


@app.command("enable")
def enable_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Let a user in again, with the password and the roles it had.

    Example: vaultmeter users enable ada
    """
    told = asked(context, _CHANGE, name=name, disabled=False)
    print_json(told) if as_json else typer.echo(f"{name} can sign in again.")


@app.command("password")
def password_command(
    context: typer.Context,
    name: Name,
    password_stdin: FromInput = False,
    reset_second_factor: Annotated[
        bool,
        typer.Option(
            "--reset-second-factor", help="Ask for no code any more, for a lost authenticator."
        ),
    ] = False,
    *,
    as_json: Json = False,
) -> None:
    """Give a user another password, print it once, and sign the user out everywhere.

    Example: vaultmeter users password ada
    """
    given = _given(password_stdin)
    told = asked(
        context, _PASSWORD, name=name, password=given, reset_second_factor=reset_second_factor
    )
    print_json(told) if as_json else _print_password(told, f"{name} has another password")


def _given(from_input: bool) -> str | None:  # noqa: FBT001  an option
    if not from_input:
        return None
    line = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    if not line:
        raise Invalid("No password is on standard input.", "Write it as one line.")
    return line


def _print_password(told: dict[str, Any], done: str) -> None:
    if "password" in told:
        typer.echo(told["password"])
        say(f"{done}, with the password above; it is shown this once.")
    else:
        say(f"{done}.")


def _text(user: dict[str, Any]) -> str:
    roles = ", ".join(user["roles"]) or "no role"
    groups = f"; in {', '.join(user['groups'])}" if user["groups"] else ""
    last = f"; signed in {user['last_used'][:16]}Z" if user["last_used"] else ""
    factor = "; second factor" if user["has_second_factor"] else ""
    state = "; disabled" if user["is_disabled"] else ""
    email = f" <{user['email']}>" if user["email"] else ""
    return f"{user['name']}{email}: {roles}{groups}{factor}{last}{state}"
