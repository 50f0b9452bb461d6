"""The command line. One file, one command: the file's name, with `-` for `_`, is what users type.

Each file declares `app`, and is loaded only when its command is asked for. The answer goes to
standard output and nothing else does; messages go to standard error.

Exit codes: 0 done, 1 a check failed, 2 the command cannot be understood, 3 something named does
not exist, 4 another process has the data, 5 the data cannot be read or written, 6 not allowed, 130
interrupted.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from vaultmeter import __version__
from vaultmeter.cli._chosen import Chosen
from vaultmeter.cli._terminal import harmless_terminal
from vaultmeter.model.errors import Invalid, Unavailable, VaultmeterError, did_you_mean
from vaultmeter.plugins import names_in


class Commands(TyperGroup):
    """The commands of this folder, each loaded when it is first needed."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002  the library's type
        """Every command, by name."""
        return [name.replace("_", "-") for name in names_in("vaultmeter.cli")]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401  the library's type
        """The command of that name; raises `Invalid` with the nearest one."""
        known = self.list_commands(ctx)
        if cmd_name not in known:
            raise Invalid(f"There is no command {cmd_name!r}.", did_you_mean(cmd_name, known))
        module = import_module(f"vaultmeter.cli.{cmd_name.replace('-', '_')}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  the library's type
        """Run a command to its end, which is here: what the library makes of it is an error."""
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            typer.echo("Interrupted. What was taken in stays.", err=True)
            raise typer.Exit(130) from None
        except BrokenPipeError:
            # Whoever read the answer has seen enough.
            _discard_output()
            raise typer.Exit from None
        except OSError:
            _discard_output()
            raise
        return done


_ANYWHERE = {
    "--data": ("folder", "DIR"),
    "--config": ("file", "FILE"),
    "--url": ("server", "URL"),
    "--key": ("key", "KEY"),
    "--profile": ("profile", "NAME"),
}
"""Options that may stand before or after the command, what they name, and how that is written."""
_SAME = {"--token": "--key", "--uid-token": "--key"}
"""What the Akeyless command calls them."""
_OWN = {"configure": {"--url", "--profile"}}
"""Those that mean something else behind a command."""

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def vaultmeter(
    context: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder of the data; also VAULTMETER_DATA.", show_default=False),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(help="File of settings, TOML; also VAULTMETER_CONFIG.", show_default=False),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            help="Ask the server there, not a folder; also VAULTMETER_URL.", show_default=False
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            help="Token or ACCESS_ID:ACCESS_KEY for it. Others on this machine may see it: better "
            "set VAULTMETER_KEY.",
            show_default=False,
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            help="Server and key that 'configure' has kept; also VAULTMETER_PROFILE.",
            show_default=False,
        ),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Usage reports for secrets managers and password vaults.

    Take audit logs in, then ask: vaultmeter ingest openbao audit.log; vaultmeter report users
    """
    if version:
        typer.echo(f"vaultmeter {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        raise Invalid("No command is given.", "vaultmeter --help lists them.")
    context.obj = Chosen(data, config, url, key, profile)


def run(arguments: list[str]) -> None:
    """Run a command line, and end the process with its exit code."""
    with harmless_terminal():
        _run(arguments)


def _run(arguments: list[str]) -> None:
    try:
        app(_normalised(arguments))
    except VaultmeterError as error:
        _end(error.message, error.hint, error.exit_code)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        hint = "Check the path, its permissions and the space left."
        _end(f"{error.strerror or error}{where}.", hint, Unavailable.exit_code)


def _end(message: str, hint: str, code: int) -> NoReturn:
    typer.echo(f"vaultmeter: {message}", err=True)
    if hint:
        typer.echo(hint, err=True)
    sys.exit(code)


def _discard_output() -> None:
    """Nobody reads on: what is still buffered goes nowhere, and not into an error at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _normalised(arguments: list[str]) -> list[str]:
    """What may stand anywhere comes to the front; `--json` may stand before true or false."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for word in waiting:
        option, equals, value = word.partition("=")
        option = _SAME.get(option, option)
        if option not in _ANYWHERE or (rest and option in _OWN.get(rest[0], ())):
            rest.append(word)
            continue
        value = value if equals else next(waiting, "")
        if not value:
            what, form = _ANYWHERE[option]
            raise Invalid(f"{option} names no {what}.", f"Write {option} {form}.")
        front += [option, value]
    if "get-analytics-data" in rest:
        rest = _json_flag(rest)
    return front + rest


def _json_flag(words: list[str]) -> list[str]:
    kept: list[str] = []
    for word in words:
        if word in ("--json=true", "--json=false"):
            kept.append("--json" if word.endswith("true") else "--no-json")
        elif word in ("true", "false") and kept and kept[-1] == "--json":
            kept[-1] = "--json" if word == "true" else "--no-json"
        else:
            kept.append(word)
    return kept
