"""`vaultmeter check`: what is wrong, and how to mend it."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from vaultmeter.app import App
from vaultmeter.cli import _access_checks as access_checks
from vaultmeter.cli import _checks as checks
from vaultmeter.cli._asking import Here, Question, There
from vaultmeter.cli._checks import Finding, State
from vaultmeter.cli._options import Json, flags_of, print_json, say, settings_of
from vaultmeter.cli._remote import RunningServer, running_server
from vaultmeter.clock import system_clock
from vaultmeter.model.errors import VaultmeterError
from vaultmeter.settings import Settings, config_file

app = typer.Typer(add_completion=False)
_SOURCES = Question("GET /sources", "vaultmeter.sources:listed")
_SHOW = Question("GET /sources/{name}", "vaultmeter.sources:shown")
_LEDGER = Question("GET /ledger", "vaultmeter.books:ledger")
_MARKS = {State.OK: "ok   ", State.LOOK: "LOOK ", State.WRONG: "WRONG"}


@app.command()
def command(
    context: typer.Context,
    archive: Annotated[
        bool, typer.Option("--archive", help="Read all of the archive too; takes a while.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look for what is wrong with the data folder, the sources and the server, if one runs.

    Each finding says what to do. Ends with exit code 1 when something is wrong.
    Example: vaultmeter --data /var/lib/vaultmeter check --archive
    """
    settings = settings_of(context)
    config = config_file(flags_of(context)[0])
    findings = []
    if not settings.data.is_dir():
        hint = "Name it with --data; ingest, sources add and serve make it."
        findings = [checks.wrong("folder", f"There is no folder {settings.data}.", hint)]
    else:
        findings = [checks.permissions(settings.data), checks.disk(settings)]
        findings += checks.certificate(settings, system_clock())
        findings += access_checks.of_settings(settings, config)
        findings += _inside(settings, config)
        if archive:
            findings.append(checks.archive(settings.data))
    _print(findings, as_json=as_json)


def _print(findings: list[Finding], *, as_json: bool) -> None:
    is_wrong = any(finding.state == State.WRONG for finding in findings)
    if as_json:
        print_json({"ok": not is_wrong, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            typer.echo(f"{_MARKS[finding.state]} {finding.name}: {finding.words}")
            if finding.hint:
                typer.echo(f"      {finding.hint}")
    if is_wrong:
        raise typer.Exit(1)


def _inside(settings: Settings, config: Path | None) -> Iterator[Finding]:
    """What the parts of the folder tell, from a running server or by opening them."""
    try:
        if server := running_server(settings.data):
            yield from _served(server, settings, config)
        else:
            yield from _opened(settings, config)
    except VaultmeterError as error:
        yield checks.of_error("folder", error)


def _served(server: RunningServer, settings: Settings, config: Path | None) -> Iterator[Finding]:
    yield checks.found("server", "It is running.")
    for part in server.ready()["components"]:
        if part["ok"]:
            yield checks.found(part["name"], part["words"])
        else:
            yield checks.wrong(part["name"], part["words"])
    there = There(server)
    yield from _told(_shown(there), settings, config)
    yield from access_checks.of_people(there, settings)
    yield checks.books(there.ask(_LEDGER))


def _opened(settings: Settings, config: Path | None) -> Iterator[Finding]:
    with App(settings, say=say) as folder:
        here = Here(folder)
        yield checks.found("folder", "Inbox, state and store can be read.")
        shown = _shown(here)
        yield from _told(shown, settings, config)
        yield from checks.files(shown)
        yield from checks.sockets(shown)
        yield from access_checks.of_people(here, settings)
        yield checks.books(here.ask(_LEDGER))


def _shown(there: Here | There) -> list[Any]:
    return [there.ask(_SHOW, name=source["name"]) for source in there.rows(_SOURCES)]


def _told(shown: list[Any], settings: Settings, config: Path | None) -> Iterator[Finding]:
    yield checks.clock(system_clock(), [source["last_received"] for source in shown])
    yield from checks.secret_files(settings, config, shown)
    yield from checks.of_sources(shown)
