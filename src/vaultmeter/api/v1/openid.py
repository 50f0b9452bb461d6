"""Signing in with a provider of OpenID Connect, and the providers that there are."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field, JsonValue
from starlette.responses import RedirectResponse

from vaultmeter.access import openid_providers as acts
from vaultmeter.access.egress import Egress
from vaultmeter.access.egress_rules import Allowed
from vaultmeter.access.openid import KEPT, OpenId
from vaultmeter.api.v1.operations import allowed, anybody, resource
from vaultmeter.api.v1.shapes import Body, Page, PageCursor, PageLimit, page_of
from vaultmeter.api.v1.sign_in import agent_of, is_secure, set_cookie
from vaultmeter.api.v1.users import Secret
from vaultmeter.api.who import cookie_name
from vaultmeter.app import App
from vaultmeter.model.access import Object, Permission, Principal

_May = Annotated[Principal, allowed(Permission.ROLES)]
_Anybody = Annotated[Principal, anybody()]


# Told, and looked at below the API, where the words are clearer.
_NAME: dict[str, JsonValue] = {"pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"}
_TEXT: dict[str, JsonValue] = {"minLength": 1, "maxLength": 255}


class GroupRole(Body):
    """The role that those have who are in a group at the provider."""

    group: str = Field(examples=["finance"])
    role: str = Field(examples=["reader"])


class NewProvider(Body):
    """A provider that is to be added."""

    name: str = Field(
        description="Small letters, digits and -.", examples=["okta"], json_schema_extra=_NAME
    )
    issuer: str = Field(description="https://HOST/PATH.", examples=["https://acme.okta.com"])
    client_id: str = Field(examples=["0oa1b2c3"], json_schema_extra=_TEXT)
    client_secret: Secret | None = Field(default=None, description="None for a public client.")
    scopes: list[str] = Field(default=[], description="openid, profile and email unless given.")
    name_claim: str = Field(default=acts.NAME_CLAIM, description="What new users are called by.")
    groups_claim: str = Field(default=acts.GROUPS_CLAIM, description="What tells the groups.")
    roles: list[str] = Field(default=[], description="Given to whoever comes for the first time.")
    group_roles: list[GroupRole] = Field(default=[], description="Given and taken with groups.")
    domains: list[str] = Field(default=[], description="Domains of addresses that may sign in.")


class Link(Body):
    """Who a subject of a provider is here."""

    subject: str = Field(
        description="The claim sub.", examples=["00u1a2b3"], json_schema_extra=_TEXT
    )
    user: str = Field(examples=["ada"])


def routes(app: App) -> APIRouter:
    """`sign-in/providers`, `sign-in/{provider}` with its callback, and `providers`."""
    router = resource("Providers")
    _add_sign_in(router, app)
    _add_providers(router, app)
    return router


def _add_sign_in(router: APIRouter, app: App) -> None:
    egress = Egress(Allowed.read(app.settings.egress_allow))
    openid = OpenId(app.access, egress, app.settings.public_url)

    @router.get("/sign-in/providers", response_model=Page)
    def offered(_came: _Anybody) -> Object:
        """List the names of the providers that one can sign in with."""
        return openid.offered()

    @router.get("/sign-in/{provider}", status_code=302, response_class=RedirectResponse)
    def begin(
        _came: _Anybody,
        request: Request,
        provider: str,
        next_: Annotated[
            str, Query(alias="next", description="A path of this server to come back to.")
        ] = "/",
    ) -> RedirectResponse:
        """Go to a provider to sign in there: for browsers."""
        away = openid.begin(provider, next_)
        response = RedirectResponse(away.url, 302)
        response.set_cookie(
            _cookie(request),
            away.cookie,
            max_age=int(KEPT.total_seconds()),
            path="/",
            secure=is_secure(request),
            httponly=True,
            samesite="lax",
        )
        return response

    @router.get("/sign-in/{provider}/callback", status_code=303, response_class=RedirectResponse)
    def finish(
        came: Annotated[Principal, anybody(takes_any=True)], request: Request, provider: str
    ) -> RedirectResponse:
        """Come back from a provider: sets the cookie, and goes on to where one wanted to."""
        told = dict(request.query_params)
        kept = request.cookies.get(_cookie(request))
        back = openid.finish(provider, told, kept, came, agent_of(request))
        response = RedirectResponse(back.next, 303)
        set_cookie(request, response, back.signed_in.cookie)
        response.delete_cookie(
            _cookie(request), path="/", secure=is_secure(request), httponly=True, samesite="lax"
        )
        return response


def _add_providers(router: APIRouter, app: App) -> None:
    @router.get("/providers", response_model=Page)
    def list_providers(who: _May, limit: PageLimit = 100, cursor: PageCursor = None) -> Object:
        """List the providers, without their secrets."""
        return page_of(acts.list_providers(app, who)["rows"], limit, cursor)

    @router.post("/providers", status_code=201)
    def add_provider(who: _May, wanted: NewProvider) -> Object:
        """Add a provider that vouches for people."""
        given = wanted.model_dump()
        return acts.add_provider(app, who, **given)

    @router.delete("/providers/{name}")
    def remove_provider(who: _May, name: str) -> Object:
        """Let nobody in by a provider any more, and sign out who came by it."""
        return acts.remove_provider(app, who, name)

    @router.get("/providers/{name}/links", response_model=Page)
    def list_links(
        who: _May, name: str, limit: PageLimit = 100, cursor: PageCursor = None
    ) -> Object:
        """List who the subjects of a provider are here."""
        rows = acts.list_links(app, who, name)["rows"]
        return page_of(rows, limit, cursor, lambda row: str(row["subject"]))

    @router.post("/providers/{name}/links", status_code=201)
    def link_user(who: _May, name: str, wanted: Link) -> Object:
        """Say who a subject of a provider is here."""
        return acts.link_user(app, who, name, wanted.subject, wanted.user)

    @router.delete("/providers/{name}/links")
    def unlink_user(
        who: _May, name: str, subject: Annotated[str, Query(description="Whom to forget.")]
    ) -> Object:
        """Forget who a subject of a provider is here, and sign it out."""
        return acts.unlink_user(app, who, name, subject)


def _cookie(request: Request) -> str:
    """What the cookie of a sign-in is called that is not finished yet."""
    return f"{cookie_name(request)}-sign-in"
