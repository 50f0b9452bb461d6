"""Users: who signs in, with which roles."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from vaultmeter.access import user_acts
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit, page_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.ROLES)]
Secret = Annotated[str, Field(max_length=1024, json_schema_extra={"format": "password"})]
"""A password."""


class NewUser(Body):
    """A user that is to be added."""

    name: str = Field(examples=["ada"])
    email: str | None = Field(default=None, examples=["ada@example.org"])
    roles: list[str] = Field(default=[], examples=[["reader"]])
    password: Secret | None = Field(default=None, description="A random one unless it is given.")


class Change(Body):
    """What is to be another way; what is missing stays as it is."""

    email: str | None = None
    disabled: bool | None = None


class NewPassword(Body):
    """A password in the place of the one there is."""

    password: Secret | None = Field(default=None, description="A random one unless it is given.")
    reset_second_factor: bool = Field(
        default=False, description="Let the password alone be enough, for a lost authenticator."
    )


def routes(app: App) -> APIRouter:
    """`GET`, `POST users`, `GET`, `PATCH users/{name}` and `POST users/{name}/password`."""
    router = resource("Users")

    @router.get("/users", response_model=Page)
    def list_users(who: _May, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List the users who have no more to do with than you."""
        return page_of(user_acts.list_users(app, who)["rows"], limit, cursor)

    @router.post("/users", status_code=201)
    def add_user(who: _May, wanted: NewUser) -> Object:
        """Add a user; the answer has the random password, this once."""
        return user_acts.add_user(app, who, **wanted.model_dump())

    @router.get("/users/{name}")
    def get_user(who: _May, name: str) -> Object:
        """Read a user."""
        return user_acts.get_user(app, who, name)

    @router.patch("/users/{name}")
    def change_user(who: _May, name: str, wanted: Change) -> Object:
        """Change a user's address, disable or enable it; who is disabled is signed out."""
        return user_acts.change_user(app, who, name, **wanted.model_dump())

    @router.post("/users/{name}/password")
    def set_password(who: _May, name: str, wanted: NewPassword) -> Object:
        """Give a user another password, and sign it out; the answer has it, this once."""
        return user_acts.set_password(app, who, name, **wanted.model_dump())

    return router
