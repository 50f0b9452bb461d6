"""Inventories: what somebody has listed in a vault."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, ConfigDict, Field

from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.inventory import Identity, Item, Listed, Snapshot, Unread
from vaultmeter.stocktaking import taken_in

_MOST = 1 << 28
"""Bytes of an inventory at most: some million items."""


class Taken(Body):
    """An inventory: facts at an instant, and what could not be read."""

    # Facts are dataclasses, which strict fields take no objects for.
    model_config = ConfigDict(extra="forbid", strict=False)

    vault: str = Field(description="Which kind of vault.", examples=["openbao"])
    taken: AwareDatetime = Field(description="When, by the clock of the vault.")
    cluster: str | None = None
    version: str | None = None
    namespaces: int = 0
    mounts: int = 0
    auth_methods: int = 0
    requests: int = 0
    items: list[Item] = Field(default=[])
    identities: list[Identity] = Field(default=[])
    listed: list[Listed] = Field(default=[])
    unread: list[Unread] = Field(default=[])

    def snapshot(self) -> Snapshot:
        """The same as it is taken in."""
        return Snapshot(**{name: getattr(self, name) for name in type(self).model_fields})


def routes(app: App) -> APIRouter:
    """`POST sources/{name}/inventory`."""
    router = resource("Inventories")

    @router.post("/sources/{name}/inventory", max_body_size=_MOST)
    def taken(
        who: Annotated[Principal, allowed(Permission.SOURCES)],
        name: Annotated[str, Path(description="The source whose vault was listed.")],
        snapshot: Taken,
    ) -> Object:
        """Take in what was listed in a vault; what it no longer lists is deleted from then on."""
        return taken_in(app, who, name, snapshot.snapshot())

    return router
