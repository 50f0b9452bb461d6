"""Sources: where records come from, their ingest keys, and what has become of each."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from vaultmeter import sources as act
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit, page_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.sources import Sources

_Manager = Annotated[Principal, allowed(Permission.SOURCES)]


class AskedForInventory(Body):
    """A vault that is asked for its inventory, again and again."""

    address: str = Field(examples=["https://bao.example.org:8200"])
    token_file: str = Field(description="A file of the server's machine.")
    every: int = Field(ge=1, le=366 * 86_400, description="Seconds.")
    ca_cert: str | None = Field(default=None, description="A file of the server's machine, PEM.")
    namespace: str = ""


class NewSource(Body):
    """A source that is to be added, and the ways in which its records arrive."""

    name: str = Field(examples=["openbao"])
    connector: str = Field(description="Which vault wrote it.", examples=["openbao", "events"])
    account: str | None = Field(default=None, examples=["acme/finance"])
    files: list[str] = Field(default=[], description="Files of the server's machine to follow.")
    socket: str | None = Field(default=None, description="Where to listen.")
    poll: AskedForInventory | None = None


def routes(app: App, sources: Sources) -> APIRouter:
    """`GET`, `POST sources`, `GET`, `DELETE sources/{name}` and `POST sources/{name}/key`."""
    router = resource("Sources")

    @router.get("/sources", response_model=Page)
    def list_(who: _Manager, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List the sources of the accounts that one manages."""
        return page_of(act.listed(app, who, sources)["rows"], limit, cursor)

    @router.post("/sources", status_code=201)
    def add(who: _Manager, wanted: NewSource) -> Object:
        """Add a source.

        Files, sockets and polling concern the server's machine: they need the permission for all
        accounts, and files have to be in a folder of the setting `follow_folders`.
        """
        return act.added(app, who, **wanted.model_dump(), sources=sources)

    @router.post("/sources/{name}/key", status_code=201)
    def key(who: _Manager, name: str) -> Object:
        """Make a new ingest key, which is answered this once; the one before opens no more."""
        return act.key_made(app, who, name, sources)

    @router.get("/sources/{name}")
    def show(who: _Manager, name: str) -> Object:
        """Tell a source, and what has become of its records."""
        return act.shown(app, who, name, sources)

    @router.delete("/sources/{name}")
    def remove(who: _Manager, name: str) -> Object:
        """Stop collecting a source; what was collected stays."""
        return act.removed(app, who, name, sources)

    return router
