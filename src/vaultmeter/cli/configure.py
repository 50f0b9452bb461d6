"""`vaultmeter configure`: keep a server and the key for it under a name."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from vaultmeter.cli._options import say
from vaultmeter.cli._profiles import Profile, write_profile
from vaultmeter.cli._remote import RemoteServer
from vaultmeter.model.errors import Invalid, NotFound

app = typer.Typer(add_completion=False)


@app.command()
def command(
    url: Annotated[str, typer.Option(help="The server, such as https://vaultmeter.example.org.")],
    profile: Annotated[str, typer.Option(help="What it is called from now on.")] = "default",
    access_id: Annotated[
        str | None, typer.Option(help="Who asks: vaultmeter keys create.", show_default=False)
    ] = None,
    access_key: Annotated[
        str | None,
        typer.Option(
            help="The key. Others on this machine may see it: without this, it is asked for.",
            show_default=False,
        ),
    ] = None,
    ca_cert: Annotated[
        Path | None,
        typer.Option(
            help="Certificates to trust, PEM, in place of the machine's.", show_default=False
        ),
    ] = None,
) -> None:
    """Keep a server and the key for it as a profile, in a file for its user alone.

    A profile stands in place of a folder: --profile NAME, or VAULTMETER_PROFILE. Without
    --access-key the key is asked for, or read from standard input.
    Examples: vaultmeter configure --profile prod --url https://vaultmeter.example.org --access-id
    p-4x0kq1c93hdz; vaultmeter report overview --profile prod
    """
    if access_key and not access_id:
        raise Invalid("A key without its access id is given.", "Give --access-id too.")
    if access_id and access_key is None:
        access_key = _asked_for()
    if ca_cert is not None and not ca_cert.is_file():
        raise NotFound(f"There is no file {ca_cert}.", "Check --ca-cert.")
    trusted = None if ca_cert is None else str(ca_cert.resolve())
    made = Profile(url, access_id, access_key, trusted)
    RemoteServer(made.url, made.key)  # what is wrong with them is said now
    say(f"Wrote {write_profile(profile, made)}.")


def _asked_for() -> str:
    """The key, as it is typed or comes on standard input; raises `Invalid` for none."""
    if sys.stdin.isatty():
        key = str(typer.prompt("Access key", hide_input=True, err=True))
    else:
        key = sys.stdin.readline()
    if not key.strip():
        raise Invalid("No key is given.", "Give --access-key, or send it on standard input.")
    return key.strip()
