"""`vaultmeter secrets`: the key that seals what must be kept secret, changed."""

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._options import Json, print_json

app = typer.Typer(add_completion=False, no_args_is_help=True)
_ROTATE = Question("POST /secrets/rotate", "vaultmeter.access.rotation:rotate")
_FORGET = Question("POST /secrets/forget", "vaultmeter.access.rotation:forget")


@app.callback()
def command() -> None:
    """Change the key with which secrets are sealed, such as seeds of second factors.

    Example: vaultmeter secrets rotate
    """


@app.command("rotate")
def rotate_command(context: typer.Context, *, as_json: Json = False) -> None:
    """Seal every secret with a new key, and link the trail with it from now on.

    A key in a file gets the new one before it; the old one stays there, to verify the trail up to
    now. Where VAULTMETER_SECRET_KEY has it, write NEW,OLD there and restart the server first.
    Example: vaultmeter secrets rotate
    """
    told = asked(context, _ROTATE)
    if as_json:
        print_json(told)
        return
    typer.echo(f"The secret key is {told['key']} now; {told['sealed_again']} secrets sealed again.")


@app.command("forget")
def forget_command(context: typer.Context, *, as_json: Json = False) -> None:
    """Delete the secrets whose key is lost: nobody can ever read them.

    Their users sign in without a second factor then, and set up another one.
    Example: vaultmeter secrets forget
    """
    told = asked(context, _FORGET)
    if as_json:
        print_json(told)
        return
    for each in told["forgotten"]:
        typer.echo(f"Forgot the secret of {each}.")
    if not told["forgotten"]:
        typer.echo("No secret is lost.")
