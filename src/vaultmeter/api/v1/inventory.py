"""Inventories: what somebody has listed in a vault."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, Field, field_validator

from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.model.inventory import Identity, Item, Listed, Snapshot, Unread
from vaultmeter.stocktaking import taken_in

_MOST = 1 << 28
"""Bytes of an inventory at most: some million items."""
_ACCOUNT = "The account below the source's; empty for that one."
_TIME = "As the vault wrote it: RFC 3339."
_COUNT = Field(default=0, ge=0, le=1 << 31)


class ItemListed(Body):
    """An item that was listed, or that is known to be deleted."""

    item: str = Field(description="Its name.", examples=["kv/db"])
    type: str = Field(examples=["static_secret"])
    account: str = Field(default="", description=_ACCOUNT)
    created: str | None = Field(default=None, description=_TIME)
    deleted: str | None = Field(default=None, description=_TIME)
    certain: bool = Field(default=True, description="Whether its value is there, not only a name.")


class IdentityListed(Body):
    """Somebody or something that may sign in."""

    keys: list[str] = Field(
        min_length=1, description="What they are known by; the first one was listed."
    )
    name: str
    kind: Literal["person", "machine", "agent", "system"]
    rank: int = Field(ge=0, le=9, description="How good name and kind are, 0 to 9.")
    account: str = Field(default="", description=_ACCOUNT)
    method: str | None = Field(default=None, description="How they sign in.")
    created: str | None = Field(default=None, description=_TIME)
    disabled: bool | None = None
    listed: bool = Field(default=True, description="Whether there is something to sign in with.")
    certain: bool = Field(default=True, description="Whether that can be told.")


class PartListed(Body):
    """A part of the vault, and whether all of it was listed."""

    of: Literal["items", "identities"]
    part: str = Field(description="The start of names, or of keys.")
    complete: bool
    account: str = Field(default="", description=_ACCOUNT)
    everywhere: bool = Field(default=False, description="For all accounts below, too.")
    limited: bool = Field(default=False, description="Whether it is silent about the unknown.")


class NotRead(Body):
    """Something that could not be listed or read."""

    account: str = Field(description=_ACCOUNT)
    path: str
    why: str
    policy: str | None = Field(default=None, description="The line of a policy that allows it.")


class Taken(Body):
    """An inventory: facts at an instant, and what could not be read."""

    vault: str = Field(description="Which kind of vault.", examples=["openbao"])
    taken: AwareDatetime = Field(description="When, by the clock of the vault.", strict=False)
    cluster: str | None = None
    version: str | None = None
    namespaces: int = _COUNT
    mounts: int = _COUNT
    auth_methods: int = _COUNT
    requests: int = _COUNT
    items: list[ItemListed] = Field(default=[])
    identities: list[IdentityListed] = Field(default=[])
    listed: list[PartListed] = Field(default=[])
    unread: list[NotRead] = Field(default=[])

    @field_validator("taken", mode="before")
    @classmethod
    def _is_text(cls, given: object) -> object:
        if not isinstance(given, str):
            # The library would take a number for seconds.
            raise ValueError("an instant is written as RFC 3339 has it")  # noqa: TRY004  its way
        return given

    def snapshot(self) -> Snapshot:
        """The same as it is taken in."""
        told = self.model_dump()
        return Snapshot(
            **{
                **told,
                "items": [Item(**each) for each in told["items"]],
                "identities": [
                    Identity(**{**each, "keys": tuple(each["keys"])}) for each in told["identities"]
                ],
                "listed": [Listed(**each) for each in told["listed"]],
                "unread": [Unread(**each) for each in told["unread"]],
            }
        )


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
