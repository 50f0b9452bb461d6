"""What the words in reports mean."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from vaultmeter import definitions
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import MOST_ROWS, Body, Page
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_Anybody = Annotated[Principal, allowed(None)]


class Changes(Body):
    """What is to be different; what is left out stays as it is, or as the preset has it."""

    preset: str | None = Field(
        default=None, description="Begin with vaultmeter, lastpass, bitwarden-labs or github."
    )
    window: int | Literal["range"] | None = Field(
        default=None, description="How far back from the end of the range actions count, in days."
    )
    dormancy: int | None = Field(
        default=None, description="Days after which the lapsed are dormant."
    )
    grace: int | None = Field(default=None, description="Days for which somebody counts as new.")
    intents: list[str] | None = Field(
        default=None, description="Successful actions of these make active."
    )
    kinds: list[str] | None = Field(
        default=None, description="Successful actions of these kinds make active too."
    )
    minimum: int | None = Field(default=None, description="How many such actions make active.")


class Previewed(Changes):
    """A definition, and the range and people it is held against."""

    range_: str = Field(default="last-30-days", alias="range", description="The name of a range.")
    from_: str | None = Field(default=None, alias="from", description="First day, or instant.")
    to: str | None = Field(default=None, description="Last day (included), or instant.")
    tz: str = Field(default="UTC", description="IANA time zone.")
    account: list[str] | None = Field(default=None, description="Only these; * is any text.")
    who_: str = Field(default="people", alias="who", description="people, machines or everyone.")
    limit: int = Field(default=50, ge=1, le=MOST_ROWS, description="Names at most.")
    offset: int = Field(
        default=0, ge=0, le=1 << 31, description="Names to leave out before the first."
    )


def routes(app: App) -> APIRouter:
    """`GET` and `PUT definitions`, their history and a preview."""
    router = resource("Definitions")

    @router.get("/definitions")
    def shown(who: _Anybody) -> Object:
        """Answer the definition of status that holds."""
        return definitions.shown(app, who)

    @router.put("/definitions")
    def set_definition(
        who: Annotated[Principal, allowed(Permission.DEFINITIONS)], wanted: Changes
    ) -> Object:
        """Change the definition of status: what is left out stays, the result is a new version."""
        return definitions.set_definition(app, who, **wanted.model_dump())

    @router.get("/definitions/history", response_model=Page)
    def history(who: _Anybody) -> Object:
        """Answer every version there was."""
        return definitions.history(app, who)

    @router.post("/definitions/preview")
    def previewed(
        who: Annotated[Principal, allowed(Permission.REPORTS)], wanted: Previewed
    ) -> Object:
        """Say how many would get another status, and who; it sets nothing."""
        return definitions.previewed(app, who, **wanted.model_dump())

    return router
