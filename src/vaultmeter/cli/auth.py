"""`vaultmeter auth`: a token for a key."""

import os
from typing import Annotated

import typer

from vaultmeter.cli._asking import KEY, PROFILE, Question, asked
from vaultmeter.cli._chosen import chosen_in
from vaultmeter.cli._options import Json, print_json
from vaultmeter.cli._profiles import profile_named
from vaultmeter.model.errors import Invalid

app = typer.Typer(add_completion=False)
_AUTH = Question("POST /auth", "vaultmeter.access.key_acts:authenticate")
_TYPES = ("access_key", "api_key")


@app.command()
def command(
    context: typer.Context,
    access_id: Annotated[
        str | None, typer.Option(help="Its access id, p-...", show_default=False)
    ] = None,
    access_key: Annotated[
        str | None, typer.Option(help="The key itself.", show_default=False)
    ] = None,
    access_type: Annotated[str, typer.Option(help="access_key.")] = _TYPES[0],
    *,
    as_json: Json = False,
) -> None:
    """Sign in with a key, and print a token, as the Akeyless command does.

    Without options the key is the one of --key, VAULTMETER_KEY or the profile, which others on
    this machine cannot see. A token holds for an hour.
    Example: vaultmeter auth --access-id p-... --access-key ... --json | jq -r .token
    """
    if access_type not in _TYPES:
        raise Invalid(
            f"--access-type {access_type!r} is not possible here.", "Use access_key, or sign in."
        )
    if access_id is None and access_key is None:
        access_id, _, access_key = _known_key(context).partition(":")
    if not access_id or not access_key:
        raise Invalid("The access id or the access key is missing.", "Give both.")
    told = asked(context, _AUTH, access_id=access_id, access_key=access_key)
    if as_json:
        print_json(told)
    else:
        typer.echo("Authentication succeeded.")
        typer.echo(f"Token: {told['token']}")


def _known_key(context: typer.Context) -> str:
    chosen = chosen_in(context)
    if chosen.key:
        return chosen.key
    profile = chosen.profile or os.environ.get(PROFILE)
    held = profile_named(profile).key if profile else os.environ.get(KEY)
    return held or ""
