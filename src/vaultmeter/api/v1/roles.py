"""Roles: what their members may do, and who the members are."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from vaultmeter.access import role_acts
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit, page_of
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.ROLES)]
_KINDS = "user, group or key."


class Changes(Body):
    """What of a role is to be another way; what is missing stays as it is."""

    name: str | None = Field(default=None, examples=["finance"])
    description: str | None = None
    usage_reports_access: str | None = Field(default=None, description="none or all.")
    analytics_access: str | None = Field(default=None, description="none, own or all.")
    accounts: list[str] | None = Field(
        default=None,
        description="Accounts that everything is narrowed to, with those below; null for all.",
        examples=[["acme/finance"]],
    )
    products: list[str] | None = Field(
        default=None, description="sm, pm, sra: what everything is narrowed to; null for all."
    )
    manages: list[str] | None = Field(
        default=None,
        description="sources, records, limits, definitions, retention, schedules, notices, "
        "forwarders, roles, trail.",
    )
    levels: dict[str, str] | None = Field(
        default=None,
        description="Levels of areas that Akeyless has: event-center-access gives notices, "
        "event-forwarders-access gives forwarders; others are told back, and give nothing here.",
    )
    delete_protection: bool | None = Field(
        default=None, description="Whether the role cannot be deleted."
    )

    def given(self) -> dict[str, Any]:
        """What was sent; null means something for accounts and products alone."""
        sent = self.model_dump(exclude_unset=True)
        return {
            name: value
            for name, value in sent.items()
            if value is not None or name in {"accounts", "products"}
        }


class NewRole(Changes):
    """A role that is to be made; what is missing it does not give."""

    name: str = Field(examples=["finance"])


class NewMember(Body):
    """Who is to have a role."""

    kind: str = Field(description=_KINDS, examples=["user"])
    name: str = Field(examples=["ada"])


def routes(app: App) -> APIRouter:
    """`roles`, `roles/{role}` and `roles/{role}/members`."""
    router = resource("Roles")

    @router.get("/roles", response_model=Page)
    def list_roles(who: _May, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List the roles of the accounts and products that you manage roles of."""
        return page_of(role_acts.list_roles(app, who)["rows"], limit, cursor)

    @router.post("/roles", status_code=201)
    def make_role(who: _May, wanted: NewRole) -> Object:
        """Make a role, of nothing that you may not do yourself."""
        return role_acts.make_role(app, who, **wanted.given())

    @router.post("/roles/{role}/members", status_code=201)
    def give_role(who: _May, role: str, wanted: NewMember) -> Object:
        """Give a role to a user, a group or a key."""
        return role_acts.give_role(app, who, role, wanted.kind, wanted.name)

    @router.delete("/roles/{role}/members")
    def take_role(
        who: _May,
        role: str,
        kind: Annotated[str, Query(description=_KINDS)],
        name: Annotated[str, Query(description="Who is to have it no more.")],
    ) -> Object:
        """Take a role from a user, a group or a key."""
        return role_acts.take_role(app, who, role, kind, name)

    @router.get("/roles/{role}")
    def get_role(who: _May, role: str) -> Object:
        """Read a role."""
        return role_acts.get_role(app, who, role)

    @router.patch("/roles/{role}")
    def change_role(who: _May, role: str, wanted: Changes) -> Object:
        """Change a role; it holds for its members at once."""
        return role_acts.change_role(app, who, role, **wanted.given())

    @router.delete("/roles/{role}")
    def drop_role(who: _May, role: str) -> Object:
        """Delete a role, and take it from its members."""
        return role_acts.drop_role(app, who, role)

    return router
