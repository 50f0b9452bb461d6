"""Rules: what raises notices."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal
from vaultmeter.notices import rules
from vaultmeter.notices.types import TYPES

_May = Annotated[Principal, allowed(Permission.NOTICES)]
_Id = Annotated[int, Path(description="The number of a rule.")]
_ACCOUNT = "The account it is about, with those below it; * is the whole organisation."
_PRODUCT = "The product it is about: sm, pm or sra; * is all of them."
_SETTINGS = "What it is told, by the names of its type: GET rule-types lists them."
_EXAMPLE = {"report": "overview", "column": "value", "aggregate": "max", "value": 100_000}
_Type = Annotated[str, Field(json_schema_extra={"enum": [*TYPES]}, examples=["rule"])]


class Made(Body):
    """A rule as it is to be."""

    name: str = Field(max_length=1000, examples=["Busy days"])
    type: _Type
    settings: dict[str, Any] = Field(default={}, description=_SETTINGS, examples=[_EXAMPLE])
    account: str | None = Field(default=None, max_length=1000, description=_ACCOUNT)
    product: str | None = Field(default=None, description=_PRODUCT)
    enabled: bool = Field(default=True, description="Whether it is evaluated.")


class Changed(Body):
    """What is changed of a rule; what is left out stays."""

    name: str | None = Field(default=None, max_length=1000)
    settings: dict[str, Any] | None = Field(
        default=None,
        description="Those that are changed; null gives a setting its default again.",
        examples=[{"level": 80}],
    )
    account: str | None = Field(default=None, max_length=1000, description=_ACCOUNT)
    product: str | None = Field(default=None, description=_PRODUCT)
    enabled: bool | None = Field(default=None, description="Whether it is evaluated.")


class Previewed(Body):
    """A rule that there is, by its number, or one that could be made."""

    id: int | None = Field(default=None, description="The number of a rule.")
    type: _Type | None = None
    settings: dict[str, Any] = Field(default={}, description=_SETTINGS, examples=[_EXAMPLE])
    account: str | None = Field(default=None, max_length=1000, description=_ACCOUNT)
    product: str | None = Field(default=None, description=_PRODUCT)


def routes(app: App) -> APIRouter:
    """`GET`, `POST rules`, `rule-types`, `rule-preview`, and those of one rule."""
    router = resource("Rules")

    @router.get("/rules", response_model=Page)
    def list_rules(who: _May) -> Object:
        """List the rules of the accounts and products that you have to do with."""
        return rules.listed(app, who)

    @router.post("/rules")
    def add_rule(who: _May, wanted: Made) -> Object:
        """Make a rule, which is evaluated with the rights that you have then."""
        return rules.add(app, who, **wanted.model_dump())

    @router.get("/rule-types", response_model=Page)
    def list_types(who: _May) -> Object:
        """List the types of rules, and what each can be told."""
        return rules.types(app, who)

    @router.post("/rule-preview", response_model=Page)
    def preview_rule(who: _May, wanted: Previewed) -> Object:
        """Tell what a rule finds now, and whether it would raise it; nothing is raised."""
        given = wanted.model_dump()
        return rules.preview(app, who, id_=given.pop("id"), **given)

    @router.get("/rules/{id}")
    def show_rule(who: _May, id: _Id) -> Object:  # noqa: A002  the word in the address
        """Show a rule, when it was evaluated, and what went wrong."""
        return rules.show(app, who, id)

    @router.patch("/rules/{id}")
    def change_rule(who: _May, id: _Id, wanted: Changed) -> Object:  # noqa: A002  as above
        """Change a rule. It begins anew: what is beyond a threshold is told again."""
        return rules.change(app, who, id, **wanted.model_dump(exclude_unset=True))

    @router.delete("/rules/{id}")
    def remove_rule(who: _May, id: _Id) -> Object:  # noqa: A002  as above
        """Forget a rule, and answer what it was; the notices it raised stay."""
        return rules.remove(app, who, id)

    return router
