"""Keys of programs: an access id, and a key that is told once."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from vaultmeter.access import key_acts
from vaultmeter.api.v1.operations import allowed, anybody, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit, page_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.ROLES)]


class NewKey(Body):
    """A key that is to be made."""

    name: str = Field(examples=["billing"])
    roles: list[str] = Field(default=[], examples=[["reader"]])
    expires: str | None = Field(
        default=None,
        description="Last day (UTC), or an instant; never unless given.",
        examples=["2027-06-30"],
    )


class Credentials(Body):
    """What a program signs in with."""

    access_id: str = Field(max_length=256, examples=["p-0123456789abcd"])
    access_key: str = Field(max_length=256, json_schema_extra={"format": "password"})


def routes(app: App) -> APIRouter:
    """`GET`, `POST keys`, `DELETE keys/{name}` and `POST auth`."""
    router = resource("Keys")

    @router.get("/keys", response_model=Page)
    def list_keys(who: _May, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List the keys all of whose roles you are shown; the keys themselves are never told."""
        return page_of(key_acts.list_keys(app, who)["rows"], limit, cursor)

    @router.post("/keys", status_code=201)
    def make_key(who: _May, wanted: NewKey) -> Object:
        """Make a key; the answer has it, this once."""
        return key_acts.make_key(app, who, wanted.name, wanted.roles, wanted.expires)

    @router.delete("/keys/{name}")
    def drop_key(who: _May, name: str) -> Object:
        """Delete a key, and sign out who signed in with it."""
        return key_acts.drop_key(app, who, name)

    @router.post("/auth")
    def authenticate(came: Annotated[Principal, anybody()], given: Credentials) -> Object:
        """Sign in with a key: the token that is answered holds for an hour, as a bearer."""
        return key_acts.authenticate(app, came, given.access_id, given.access_key)

    return router
