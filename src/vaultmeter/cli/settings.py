"""`vaultmeter settings`: what is set, and where."""

from typing import Any

import typer

from vaultmeter.cli._options import Json, check_local, flags_of, print_json
from vaultmeter.settings import Origin, origins

app = typer.Typer(add_completion=False)
_HIDDEN = "(not shown)"


@app.command()
def command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every setting with its type, default and value, and where the value comes from.

    An option wins over the environment, that over the file that --config or VAULTMETER_CONFIG
    names, that over the default. Example: vaultmeter settings --config /etc/vaultmeter.toml
    """
    check_local(context)
    config, flags = flags_of(context)
    found = origins(config=config, **flags)
    if as_json:
        print_json([_object(setting) for setting in found])
        return
    rows = [("setting", "type", "value", "default", "from")]
    rows += [
        (
            setting.name,
            setting.type,
            _in_words(_shown(setting, setting.value)),
            _in_words(_shown(setting, setting.default)),
            setting.origin,
        )
        for setting in found
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def _in_words(value: Any) -> str:  # noqa: ANN401  settings are of any type
    if isinstance(value, bool):
        return str(value).lower()
    return "-" if value in (None, "") else str(value)


def _object(setting: Origin) -> dict[str, Any]:
    return {
        "name": setting.name,
        "type": setting.type,
        "default": _shown(setting, setting.default),
        "value": _shown(setting, setting.value),
        "origin": setting.origin,
    }


def _shown(setting: Origin, value: Any) -> Any:  # noqa: ANN401  settings are of any type
    """A value as JSON can hold it; of a secret only whether there is one."""
    if setting.secret and value:
        return _HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
