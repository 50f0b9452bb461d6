"""What one does with the sources of a folder: of its server, or of a folder that nobody serves."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vaultmeter.app import App
from vaultmeter.model.access import Object, Principal
from vaultmeter.model.collecting import Poll
from vaultmeter.sources.known import Sources
from vaultmeter.sources.wanted import Wanted


def sources_in(app: App) -> Sources:
    """The sources of an open folder that nobody serves."""
    return Sources(app.inbox, app.access, lambda: app.store)


def listed(app: App, who: Principal, sources: Sources | None = None) -> Object:
    """Every source that somebody manages."""
    return {"rows": (sources or sources_in(app)).list(who), "next": None}


def shown(app: App, who: Principal, name: str, sources: Sources | None = None) -> Object:
    """A source and what has become of it; raises `NotFound`, also for one of others."""
    return (sources or sources_in(app)).show(who, name)


def added(  # noqa: PLR0913, PLR0917  one for each field of a source
    app: App,
    who: Principal,
    name: str,
    connector: str,
    account: str | None = None,
    files: Iterable[str] = (),
    socket: str | None = None,
    poll: Mapping[str, Any] | None = None,
    sources: Sources | None = None,
) -> Object:
    """Add a source, or settings to one that `ingest` has made, and answer it.

    Raises `Invalid`, `NotFound` and `Forbidden`.
    """
    wanted = Wanted(
        name,
        connector,
        account,
        tuple(map(Path, files)),
        socket,
        None if poll is None else Poll(**poll),
    )
    return (sources or sources_in(app)).add(who, wanted)


def key_made(app: App, who: Principal, name: str, sources: Sources | None = None) -> Object:
    """Give a source a new key, which is answered this once; raises `NotFound` and `Invalid`."""
    return (sources or sources_in(app)).key(who, name)


def removed(app: App, who: Principal, name: str, sources: Sources | None = None) -> Object:
    """Stop collecting a source, and answer what it was; raises `NotFound`."""
    return (sources or sources_in(app)).remove(who, name)
