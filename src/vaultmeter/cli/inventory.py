"""`vaultmeter inventory`: read from a live vault what there is."""

import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from vaultmeter.cli._asking import Here, Question, There, reached
from vaultmeter.cli._options import Json, print_json, say
from vaultmeter.clock import system_clock
from vaultmeter.connectors import inventory_of
from vaultmeter.model.errors import Invalid, NotFound
from vaultmeter.model.inventory import Access, Snapshot

app = typer.Typer(add_completion=False)
_SHOWN = 20
_LONG = 3600.0
"""Seconds that taking in what was listed may take."""
_SOURCE = Question("GET /sources/{name}", "vaultmeter.sources:shown")
_TAKE = Question("POST /sources/{name}/inventory", "vaultmeter.stocktaking:taken_in", _LONG)


@app.command()
def command(
    context: typer.Context,
    source: Annotated[
        str | None, typer.Argument(help="Whose vault to list: a source made by ingest.")
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(help="The server, also BAO_ADDR or VAULT_ADDR.", show_default=False),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(
            help="File with the token; else BAO_TOKEN or VAULT_TOKEN.", show_default=False
        ),
    ] = None,
    ca_cert: Annotated[
        Path | None,
        typer.Option(
            help="Certificates to trust, PEM; also BAO_CACERT or VAULT_CACERT.", show_default=False
        ),
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Account of the source, to be sure.", show_default=False)
    ] = None,
    namespace: Annotated[
        str | None,
        typer.Option(
            help="Namespace of the token, listed with all below it; also BAO_NAMESPACE.",
            show_default=False,
        ),
    ] = None,
    policy: Annotated[
        bool, typer.Option("--policy", help="Print the policy that the token needs, and end.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List what is in a live vault, without reading a value: items, users, who is disabled.

    What an earlier list or log knew and the vault no longer lists is deleted from then on. What
    the token may not list stays as it is, and is named. The token comes from the environment or a
    file, and is kept nowhere.
    Example: BAO_TOKEN=... vaultmeter inventory openbao --address https://bao.example.org:8200
    """
    if policy:
        typer.echo(inventory_of("openbao").policy(), nl=False)
        return
    if source is None:
        raise Invalid("No source is given.", "Name one that ingest has made, such as openbao.")
    with reached(context) as there:
        connector = _connector(there.ask(_SOURCE, name=source), account)
    access = _access(address, token_file, ca_cert, namespace)
    # The folder is free for others meanwhile: a large vault is not listed in a second. A server
    # is sent what was found, and never the token.
    snapshot = inventory_of(connector).take(access, system_clock())
    with reached(context) as there:
        stock = _taken(there, source, snapshot)
    for note in stock["notes"]:
        say(note)
    print_json(stock) if as_json else _print(stock)


def _connector(source: dict[str, Any], account: str | None) -> str:
    """The connector of a source; raises `Invalid` for one of another account."""
    connector = str(source["connector"])
    inventory_of(connector)
    if account is not None and source["account"] != account:
        raise Invalid(
            f"Source {source['name']!r} belongs to account {source['account']!r}.",
            "Leave --account out.",
        )
    return connector


def _taken(there: Here | There, source: str, snapshot: Snapshot) -> dict[str, Any]:
    if isinstance(there, Here):
        told: dict[str, Any] = there.ask(_TAKE, name=source, snapshot=snapshot)
    else:
        plain = asdict(snapshot) | {"taken": snapshot.taken.isoformat()}
        told = there.ask(_TAKE, name=source, **plain)
    return told


def _access(
    address: str | None, token_file: Path | None, ca_cert: Path | None, namespace: str | None
) -> Access:
    """How to reach the server, from options and environment; raises `Invalid` and `NotFound`."""
    address = address or _environment("ADDR")
    if not address:
        raise Invalid("No address is given.", "Give --address, or set BAO_ADDR.")
    if token_file is None:
        token = _environment("TOKEN")
    elif token_file.is_file():
        token = token_file.read_text("utf-8").strip()
    else:
        raise NotFound(f"There is no file {token_file}.", "Check --token-file.")
    if not token:
        raise Invalid("No token is given.", "Set BAO_TOKEN, or give --token-file.")
    return Access(
        address=address,
        token=token,
        ca_cert=str(ca_cert) if ca_cert else _environment("CACERT"),
        namespace=namespace or _environment("NAMESPACE") or "",
    )


def _environment(name: str) -> str | None:
    return os.environ.get(f"BAO_{name}") or os.environ.get(f"VAULT_{name}")


def _print(stock: dict[str, Any]) -> None:
    taken = datetime.fromisoformat(stock["taken"])
    typer.echo(
        f"{stock['source']} at {taken:%Y-%m-%d %H:%M:%S} UTC: {stock['namespaces']:,} namespaces, "
        f"{stock['mounts']:,} mounts, {stock['auth_methods']:,} auth methods."
    )
    _print_counts("Items", stock["items"], f"{stock['new_items']:,} not known before")
    _print_counts(
        "Identities",
        stock["identities"],
        f"{stock['new_identities']:,} not known before, {stock['disabled']:,} disabled",
    )
    _print_gone(
        "Items gone since it was last known",
        [f"{gone['account']}: {gone['item']} ({gone['type']})" for gone in stock["gone_items"]],
    )
    _print_gone(
        "Identities gone since it was last known",
        [
            f"{gone['account']}: {gone['user']} ({gone['kind']})"
            for gone in stock["gone_identities"]
        ],
    )
    if not stock["unread"]:
        return
    typer.echo("Not read, and therefore left as it was:")
    for unread in stock["unread"]:
        typer.echo(
            f"  {'/'.join(filter(None, (unread['account'], unread['path'])))}: {unread['why']}"
        )
    policies = [unread["policy"] for unread in stock["unread"] if unread["policy"]]
    if policies:
        typer.echo("These lines in the token's policy would allow it:")
        for line in dict.fromkeys(policies):
            typer.echo(f"  {line}")


def _print_counts(title: str, counts: dict[str, int], more: str) -> None:
    typer.echo(f"{title}: {sum(counts.values()):,} ({more})")
    for name, count in counts.items():
        typer.echo(f"  {name:20} {count:>10,}")


def _print_gone(title: str, names: Iterable[Any]) -> None:
    names = list(names)
    if not names:
        return
    typer.echo(f"{title}: {len(names):,}")
    for name in names[:_SHOWN]:
        typer.echo(f"  {name}")
    if len(names) > _SHOWN:
        typer.echo(f"  and {len(names) - _SHOWN:,} more; --json lists them all.")
