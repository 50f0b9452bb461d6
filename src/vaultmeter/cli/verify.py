"""`vaultmeter verify`: whether a file is as it was made."""

from pathlib import Path
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Question, asked
from vaultmeter.cli._chosen import chosen_in
from vaultmeter.cli._files import SUFFIX
from vaultmeter.cli._options import Json, flags_of, print_json, say
from vaultmeter.model.errors import Invalid
from vaultmeter.settings import Settings

app = typer.Typer(add_completion=False)
_KEY = Question("GET /export-key", "vaultmeter.exporting.asking:key")
_RESULTS = {True: "right", False: "WRONG", None: "not checked"}


@app.command()
def command(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="The file.", metavar="FILE", show_default=False)
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(help=f"Its manifest; FILE{SUFFIX} unless given.", show_default=False),
    ] = None,
    fingerprint: Annotated[
        str | None,
        typer.Option(
            help="Of the key that is trusted; else those of the folder or the server.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        bool, typer.Option("--own-key", help="Show the keys that sign here, with fingerprints.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Verify that a file of reports is as it was made, and by whom its manifest was signed.

    With a fingerprint nothing else is needed: no folder, no server, no network. The exit code is 1
    where anything differs. Examples: vaultmeter verify users.xlsx; vaultmeter verify --own-key;
    vaultmeter verify users.xlsx --fingerprint "$(cat auditor/fingerprint.txt)"
    """
    if key:
        _show_keys(context, as_json=as_json)
        return
    if file is None:
        raise Invalid("No file is named.", "Write: vaultmeter verify FILE")
    # Most commands verify nothing.
    from vaultmeter.exporting.manifest import read_manifest  # noqa: PLC0415
    from vaultmeter.exporting.signing import read_fingerprint  # noqa: PLC0415
    from vaultmeter.exporting.verifying import is_whole, verify  # noqa: PLC0415

    told = read_manifest(manifest or file.with_name(file.name + SUFFIX))
    trusted = [read_fingerprint(fingerprint)] if fingerprint else _own(context)
    checks = verify(file, told, trusted)
    whole = is_whole(checks)
    if as_json:
        print_json({"right": whole, "checks": [check.plain() for check in checks]})
    else:
        for check in checks:
            typer.echo(f"{check.what}: {_RESULTS[check.is_right]}. {check.words}")
        made = f"{told['title']}, made {told['made']} by {told['made_by']}"
        say(f"{made}: {'as it was made.' if whole else 'NOT as it was made.'}")
    if not whole:
        raise typer.Exit(1)


def _show_keys(context: typer.Context, *, as_json: bool) -> None:
    keys = asked(context, _KEY)["rows"]
    if as_json:
        print_json(keys)
        return
    for each in keys:
        typer.echo(f"{each['fingerprint']}  {each['public_key']}")


def _own(context: typer.Context) -> list[str]:
    """The fingerprints of the folder's or the server's own keys."""
    chosen = chosen_in(context)
    if not (chosen.url or chosen.profile):
        config, flags = flags_of(context)
        data = Settings.read(config=config, **flags).data
        if not (data / "inbox.sqlite").is_file():
            raise Invalid(
                f"There is no data folder {data} whose key could be trusted.",
                "Say which key to trust: --fingerprint.",
            )
    found: list[dict[str, Any]] = asked(context, _KEY)["rows"]
    return [each["fingerprint"] for each in found]
