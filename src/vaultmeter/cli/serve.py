"""`vaultmeter serve`: collect from vaults, and answer, until told to end."""

import asyncio
import os
from typing import Annotated

import typer

from vaultmeter.cli._options import settings_of

app = typer.Typer(add_completion=False)


@app.command()
def command(
    context: typer.Context,
    listen: Annotated[
        str | None,
        typer.Option(
            help="Host and port; 127.0.0.1:8080 unless it is set.",
            metavar="HOST:PORT",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run the server: take records from every source, and bring them into the reports.

    Sources are added with 'vaultmeter sources', before or while it runs. It ends with SIGTERM or
    Ctrl-C, and loses nothing however it ends.
    Example: vaultmeter serve --data /var/lib/vaultmeter --listen 127.0.0.1:8080
    """
    # No other command needs a server's libraries.
    from vaultmeter.server.listening import Address  # noqa: PLC0415
    from vaultmeter.server.logs import set_up_logs  # noqa: PLC0415
    from vaultmeter.server.serve import Server  # noqa: PLC0415

    os.umask(0o077)
    settings = settings_of(context, listen=listen)
    address = Address.read(settings.listen)
    set_up_logs(level=settings.log_level)
    asyncio.run(Server(settings, address).run())
