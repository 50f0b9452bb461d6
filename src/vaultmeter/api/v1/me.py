"""What one does with one's own sign-in."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from vaultmeter.access import own
from vaultmeter.access.own import Renewed
from vaultmeter.api.v1.operations import allowed, resource
from vaultmeter.api.v1.shapes import Body, Page
from vaultmeter.api.v1.sign_in import session_of, set_cookie
from vaultmeter.api.v1.users import Secret
from vaultmeter.app import App
from vaultmeter.model.access import Object, Principal

_Known = Annotated[Principal, allowed(None)]


class PasswordChange(Body):
    """The password there is, and the one there is to be."""

    old: Secret
    new: Secret


class Proof(Body):
    """The password, again."""

    password: Secret


class Code(Body):
    """Six digits of the authenticator."""

    code: str = Field(max_length=64, examples=["123456"])


def routes(app: App) -> APIRouter:
    """`GET me`, and below it sessions, password and second factor."""
    router = resource("Me")
    access = app.access

    @router.get("/me")
    def me(who: _Known, request: Request) -> Object:
        """Tell who asks, and what they may do."""
        return own.told_of(access, who, session_of(request))

    @router.get("/me/sessions", response_model=Page)
    def list_sessions(who: _Known, request: Request) -> Object:
        """List where you are signed in."""
        return own.list_sessions(access, who, session_of(request))

    @router.delete("/me/sessions")
    def end_others(who: _Known, request: Request) -> Object:
        """Sign out everywhere but here."""
        return own.end_others(access, who, session_of(request))

    @router.delete("/me/sessions/{id}")
    def end_session(who: _Known, id: str) -> Object:  # noqa: A002  its name in the address
        """End one of your sessions."""
        return own.end_session(access, who, id)

    @router.post("/me/password")
    def change_password(
        who: _Known, request: Request, response: Response, given: PasswordChange
    ) -> Object:
        """Change your password; you are signed out everywhere but here."""
        session = session_of(request)
        renewed = own.change_password(access, who, session, given.old, given.new)
        return _told(request, response, renewed)

    @router.post("/me/totp")
    def enrol(who: _Known, given: Proof) -> Object:
        """Begin to set up a second factor; the answer has its seed, this once."""
        return own.enrol(access, who, given.password)

    @router.post("/me/totp/confirm")
    def confirm(who: _Known, request: Request, response: Response, given: Code) -> Object:
        """Turn the second factor on; the answer has the recovery codes, this once."""
        renewed = own.confirm(access, who, session_of(request), given.code)
        return _told(request, response, renewed)

    @router.delete("/me/totp")
    def turn_off(who: _Known, request: Request, response: Response, given: Proof) -> Object:
        """Turn the second factor off."""
        renewed = own.turn_off(access, who, session_of(request), given.password)
        return _told(request, response, renewed)

    return router


def _told(request: Request, response: Response, renewed: Renewed) -> Object:
    if renewed.session is not None:
        set_cookie(request, response, renewed.cookie)
    return renewed.told
