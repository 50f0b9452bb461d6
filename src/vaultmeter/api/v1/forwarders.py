"""Forwarders: where notices and reports go."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from vaultmeter import forwarding
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit, page_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.FORWARDERS)]
_TYPES = "Types of the notices it gets; all where none is named."
_ACCOUNTS = "Accounts whose notices it gets, with those below each; * alone is all."
_EVERY = "Hours of a window whose notices leave together, 1 to 24; 0 sends each at once."
_PACE = "Messages in a minute at most."
_SETTINGS = "By name, as text: GET forwarder-kinds has them. Secrets are sealed, and never told."


class NewForwarder(Body):
    """A forwarder that is to be added."""

    name: str = Field(examples=["operations"])
    kind: str = Field(description="email, slack, servicenow, webhook or teams.", examples=["email"])
    settings: dict[str, str] = Field(description=_SETTINGS, examples=[{"to": "ada@acme.com"}])
    types: list[str] = Field(default=[], description=_TYPES, examples=[["usage-report"]])
    accounts: list[str] | None = Field(default=None, description=_ACCOUNTS)
    every_hours: int = Field(default=0, ge=0, le=24, description=_EVERY)
    per_minute: int = Field(default=60, ge=1, le=60_000, description=_PACE)
    description: str = Field(default="", max_length=2000)
    is_enabled: bool = Field(default=True)


class Changes(Body):
    """What is to be another way; what is left out stays."""

    new_name: str | None = Field(default=None, examples=["operations"])
    settings: dict[str, str] | None = Field(
        default=None, description=f"{_SETTINGS} An empty text takes one away."
    )
    types: list[str] | None = Field(default=None, description=_TYPES)
    accounts: list[str] | None = Field(default=None, description=_ACCOUNTS)
    every_hours: int | None = Field(default=None, ge=0, le=24, description=_EVERY)
    per_minute: int | None = Field(default=None, ge=1, le=60_000, description=_PACE)
    description: str | None = Field(default=None, max_length=2000)
    is_enabled: bool | None = Field(default=None, description="Switch it on or off.")


def routes(app: App) -> APIRouter:
    """`forwarders`, with a test, a new secret and the deliveries of each; `forwarder-kinds`."""
    router = resource("Forwarders")

    @router.get("/forwarder-kinds", response_model=Page)
    def kinds(who: _May) -> Object:
        """List the kinds of forwarders, each with its settings."""
        return forwarding.kinds_told(app, who)

    @router.get("/forwarders", response_model=Page)
    def listed(who: _May, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List the forwarders you have to do with, and how their deliveries go."""
        return page_of(forwarding.listed(app, who)["rows"], limit, cursor)

    @router.post("/forwarders", status_code=201)
    def add(who: _May, wanted: NewForwarder) -> Object:
        """Add a forwarder; `made` has the secret that was made for it, this once."""
        return forwarding.add(app, who, **wanted.model_dump())

    @router.get("/forwarders/{name}")
    def show(who: _May, name: str) -> Object:
        """Tell a forwarder, and how its deliveries go."""
        return forwarding.show(app, who, name)

    @router.patch("/forwarders/{name}")
    def change(who: _May, name: str, wanted: Changes) -> Object:
        """Change what is given of a forwarder."""
        return forwarding.change(app, who, name, **wanted.model_dump())

    @router.delete("/forwarders/{name}")
    def remove(who: _May, name: str) -> Object:
        """Forget a forwarder; what waits for it is cancelled."""
        return forwarding.remove(app, who, name)

    @router.post("/forwarders/{name}/test")
    def test(who: _May, name: str) -> Object:
        """Send a message to a forwarder now, and tell what came of it."""
        return forwarding.test(app, who, name)

    @router.post("/forwarders/{name}/secret")
    def new_secret(who: _May, name: str) -> Object:
        """Make a new secret to sign with, told this once; both sign for a day."""
        return forwarding.new_secret(app, who, name)

    @router.get("/forwarders/{name}/deliveries", response_model=Page)
    def deliveries(
        who: _May, name: str, limit: PageLimit = 100, cursor: PageCursor = None
    ) -> Object:
        """List what was sent to a forwarder, or is to be; the newest first."""
        return forwarding.deliveries(app, who, None, name, limit, cursor)

    return router
