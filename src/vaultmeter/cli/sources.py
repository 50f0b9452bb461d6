"""`vaultmeter sources`: which records arrive by themselves, and how."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from vaultmeter.cli._asking import Question, asked, reached
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.model.access import Object
from vaultmeter.model.collecting import Poll, in_words, seconds_named
from vaultmeter.model.errors import Invalid

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The name of the source.", show_default=False)]
_SHOWN_GAPS = 10
_BY_HAND = "nothing arrives by itself"
_LIST = Question("GET /sources", "vaultmeter.sources:listed")
_ADD = Question("POST /sources", "vaultmeter.sources:added")
_SHOW = Question("GET /sources/{name}", "vaultmeter.sources:shown")
_KEY = Question("POST /sources/{name}/key", "vaultmeter.sources:key_made")
_REMOVE = Question("DELETE /sources/{name}", "vaultmeter.sources:removed")


@app.callback()
def command() -> None:
    """Say which records arrive by themselves: from files, sockets, pushes, or a vault asked.

    A running server takes changes up at once; without one they hold when the next one starts.
    Examples: vaultmeter sources add openbao --connector openbao --account acme --file
    /var/log/openbao/audit.log; vaultmeter sources key openbao; vaultmeter sources show openbao
    """


@app.command("add")
def add_command(
    context: typer.Context,
    name: Name,
    connector: Annotated[
        str, typer.Option(help="Which vault wrote it: openbao, events.", show_default=False)
    ],
    account: Annotated[
        str | None, typer.Option(help="Account of the source, such as acme.", show_default=False)
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(help="Follow this file, through its rotations.", show_default=False),
    ] = None,
    socket: Annotated[
        str | None,
        typer.Option(
            help="Listen here: tcp:// or udp://HOST:PORT, unix:// or unixgram:///PATH; "
            "syslog+ before it for syslog.",
            metavar="URL",
            show_default=False,
        ),
    ] = None,
    poll: Annotated[
        str | None,
        typer.Option(
            help="Ask this server again and again what there is.", metavar="URL", show_default=False
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(help="File with the token to poll with.", show_default=False),
    ] = None,
    every: Annotated[str, typer.Option(help="How often to poll: 15m, 6h, 1d.")] = "6h",
    ca_cert: Annotated[
        Path | None,
        typer.Option(help="Certificates to trust when polling, PEM.", show_default=False),
    ] = None,
    namespace: Annotated[
        str, typer.Option(help="Namespace of the token, polled with all below it.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Add a source, and say how its records arrive: each of the ways may be given.

    To push records, make a key: vaultmeter sources key NAME. Each way of a source may tell the
    same events: they are counted once.
    Examples: vaultmeter sources add openbao --connector openbao --file /var/log/openbao/audit.log;
    vaultmeter sources add bao-eu --connector openbao --account acme/eu --socket
    tcp://127.0.0.1:9090 --poll https://bao.example.org:8200 --token-file /etc/vaultmeter/token
    """
    asking = _poll(poll, token_file, every, ca_cert, namespace)
    added = asked(
        context,
        _ADD,
        name=name,
        connector=connector,
        account=account,
        files=[str(_absolute(path)) for path in file or ()],
        socket=socket,
        poll=None if asking is None else asdict(asking),
    )
    print_json(added) if as_json else _print_added(added)


@app.command("list")
def list_command(context: typer.Context, *, as_json: Json = False) -> None:
    """List every source with the ways in which its records arrive.

    Example: vaultmeter sources list --json | jq -r '.[].name'
    """
    with reached(context) as there:
        found = there.rows(_LIST)
    if as_json:
        print_json(found)
        return
    width = max((len(each["name"]) for each in found), default=0)
    for each in found:
        typer.echo(f"{each['name']:{width}}  {each['connector']}  {each['account']}  {_ways(each)}")
    if not found:
        typer.echo("There is no source: vaultmeter sources add NAME makes one.")


@app.command("show")
def show_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Show a source: how its records arrive, what has arrived, what was rejected or is missing.

    Example: vaultmeter sources show openbao --json | jq .last_event
    """
    shown = asked(context, _SHOW, name=name)
    print_json(shown) if as_json else _print_shown(shown)


@app.command("key")
def key_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Make a key to push records with, and print it, this once; the one before it is void.

    Example: vaultmeter sources key openbao
    """
    made = asked(context, _KEY, name=name)
    if as_json:
        print_json(made)
        return
    say("This is shown once; a key that the source had before opens nothing any more.")
    say(f"Send it with POST /ingest/{name} as the header Authorization: Bearer KEY")
    typer.echo(made["key"])


@app.command("remove")
def remove_command(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Stop collecting a source, and forget its settings and its key; what was collected stays.

    Example: vaultmeter sources remove openbao
    """
    removed = asked(context, _REMOVE, name=name)
    if as_json:
        print_json(removed)
    else:
        typer.echo(f"{name} is collected no more. What was collected stays, in every report.")


def _absolute(path: Path) -> Path:
    """A path as it is meant where the command runs; links stay as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow links


def _poll(
    address: str | None, token_file: Path | None, every: str, ca_cert: Path | None, namespace: str
) -> Poll | None:
    if address is None:
        if token_file or ca_cert or namespace:
            raise Invalid("These options are about polling.", "Give --poll URL with them.")
        return None
    if token_file is None:
        raise Invalid("Polling needs a token.", "Give --token-file, a file that holds it.")
    return Poll(
        address,
        str(_absolute(token_file)),
        seconds_named(every),
        str(_absolute(ca_cert)) if ca_cert else None,
        namespace.strip("/"),
    )


def _print_added(added: Object) -> None:
    typer.echo(_sentence(added))
    if _ways(added) == _BY_HAND:
        say(f"Make a key to push records with: vaultmeter sources key {added['name']}")


def _sentence(source: Object) -> str:
    return f"{source['name']}: {source['connector']}, account {source['account']}; {_ways(source)}."


def _ways(source: Object) -> str:
    """How the records of a source arrive, in words."""
    poll, key = source["poll"], source["key"]
    ways = [
        *(f"follows {path}" for path in source["files"]),
        *([f"listens on {source['socket']}"] if source["socket"] else []),
        *([f"asks {poll['address']} every {in_words(poll['every'])}"] if poll else []),
        *([f"is pushed to with a key that ends in {key['end']}"] if key else []),
    ]
    return ", ".join(ways) or _BY_HAND


def _print_shown(shown: Object) -> None:
    typer.echo(_sentence(shown))
    rows = {
        "Last record": shown["last_received"] or "none so far",
        "Last event": shown["last_event"] or "none so far",
        "Records": f"{shown['lines']:,}",
        "Waiting": _number(shown["pending"]),
        "Events": _number(shown["events"]),
        "Rejected": _number(shown["rejected"]),
    }
    for name, value in rows.items():
        typer.echo(f"  {name:12} {value}")
    for receiver in shown["receivers"] or ():
        words = "" if receiver["ok"] else "NOT WELL, "
        typer.echo(f"  {receiver['name']}: {words}{receiver['condition']}")
    if shown["receivers"] is None:
        typer.echo("  No server is running: nothing is collected at the moment.")
    if redacted := shown["redacted"]:
        typer.echo(f"  Redacted     {redacted['lines']:,} records. {redacted['words']}")
    _print_gaps(shown["gaps"])
    if shown["rejected"]:
        say(f"vaultmeter rejects --source {shown['name']} shows the rejected lines.")


def _number(count: int | None) -> str:
    return "not known while the store is made again" if count is None else f"{count:,}"


def _print_gaps(gaps: list[Object]) -> None:
    if gaps:
        typer.echo(f"  Possibly missing ({len(gaps):,}):")
    for gap in gaps[-_SHOWN_GAPS:]:
        typer.echo(f"    {gap['at']}  {gap['words']}")
    if len(gaps) > _SHOWN_GAPS:
        typer.echo(f"    These are the last {_SHOWN_GAPS}; --json lists them all.")
