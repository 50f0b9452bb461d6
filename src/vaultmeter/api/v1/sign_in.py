"""Signing in with a password, and out."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from vaultmeter.access import own, sign_in
from vaultmeter.access.sessions import Session
from vaultmeter.api.bearer import bearer
from vaultmeter.api.v1.operations import allowed, anybody, resource
from vaultmeter.api.v1.shapes import Body
from vaultmeter.api.v1.users import Secret
from vaultmeter.api.who import SECURE_COOKIE, SESSION, cookie_name
from vaultmeter.app import App
from vaultmeter.model.access import Object, Principal

_LONGEST_AGENT = 200
"""Characters that are kept of what a browser calls itself."""


class Credentials(Body):
    """Who somebody says they are, and how they prove it."""

    name: str = Field(max_length=256, examples=["ada"])
    password: Secret
    code: str | None = Field(
        default=None,
        max_length=64,
        description="Six digits of the authenticator, or a recovery code.",
    )


def routes(app: App) -> APIRouter:
    """`POST sign-in` and `POST sign-out`."""
    router = resource("Signing in")

    @router.post("/sign-in")
    def sign_in_(
        came: Annotated[Principal, anybody()],
        request: Request,
        response: Response,
        given: Credentials,
    ) -> Object:
        """Sign in a browser: sets its cookie, and tells what changes must bring along."""
        agent = agent_of(request)
        signed = sign_in.sign_in(app.access, came, given.name, given.password, given.code, agent)
        set_cookie(request, response, signed.cookie)
        return own.told_of(app.access, signed.who, signed.session)

    @router.post("/sign-out")
    def sign_out(
        who: Annotated[Principal, allowed(None)], request: Request, response: Response
    ) -> Object:
        """Sign out: the session is over, whoever else has its cookie or token."""
        own.sign_out(app.access, who, session_of(request), token_of(request))
        response.delete_cookie(cookie_name(request), path="/", secure=is_secure(request))
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return {"signed_out": True}

    return router


def set_cookie(request: Request, response: Response, cookie: str) -> None:
    """Let the browser have its session: by no script, and from no other site."""
    response.set_cookie(
        cookie_name(request),
        cookie,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def is_secure(request: Request) -> bool:
    """Whether the cookie of this connection is for HTTPS alone."""
    return cookie_name(request) == SECURE_COOKIE


def session_of(request: Request) -> Session | None:
    """The browser's session that asks, if one does."""
    session: Session | None = request.scope.get(SESSION)
    return session


def token_of(request: Request) -> str:
    """The token that asks, if one does."""
    return bearer(request.headers.get("authorization", ""))


def agent_of(request: Request) -> str:
    """What the browser calls itself."""
    told = request.headers.get("user-agent", "")[:_LONGEST_AGENT]
    return "".join(each if each.isprintable() else "?" for each in told)
