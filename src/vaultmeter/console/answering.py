"""Answers a request of a reader: who asks, what the address says, and then the page or the change.

Whatever goes wrong is told on a page, too, in words that say what to do. Everything here runs in a
thread.
"""

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from urllib.parse import quote, unquote

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import compile_path, replace_params

from vaultmeter.api.kept import takes_gzip
from vaultmeter.api.noted import REQUEST
from vaultmeter.api.problems import headers_of, outside, status_of
from vaultmeter.api.v1.sign_in import session_of, set_cookie
from vaultmeter.api.who import SESSION, WHO
from vaultmeter.app import App
from vaultmeter.console.acts import Act, Done, Form
from vaultmeter.console.answers import Answers
from vaultmeter.console.asking import Asking, Refused
from vaultmeter.console.door import FIELD, csrf_of, reader, to_sign_in
from vaultmeter.console.evidence.drawer import ID as DRAWER
from vaultmeter.console.first_use import rows_of
from vaultmeter.console.page import Page, block_named
from vaultmeter.console.parts import Part
from vaultmeter.console.preferences import preferences_of
from vaultmeter.console.rendering import PAGE_HEADERS
from vaultmeter.console.showing import block_html, evidence_html, failure_html, page_html
from vaultmeter.console.words import Words, locale_of
from vaultmeter.model.access import Principal
from vaultmeter.model.errors import Forbidden, Unauthenticated, VaultmeterError
from vaultmeter.model.period import zone_named
from vaultmeter.sources import Sources
from vaultmeter.views.view import read

_TOLD = "vaultmeter-told"
"""The cookie that carries what a change came to over to the next page."""
_TOLD_SECONDS = 60
_WHOLE = "whole"
"""The word of an address that asks for everything at once."""
_LEVEL = 1
"""Of gzip: pages are made anew each time."""
_PACKED_FROM = 1_000
log = structlog.get_logger("vaultmeter.console")


class Answering:
    """The readers of an open folder and what they are answered."""

    def __init__(self, app: App, sources_of: Sources, answers: Answers) -> None:
        """Keep answers of reports between requests."""
        self._app, self._sources, self._answers = app, sources_of, answers

    def page(self, request: Request, page: Page) -> Response:
        """A page, or the one block of it that is asked for."""

        def shown(asking: Asking) -> Response:
            target = request.headers.get("hx-target", "")
            if target == DRAWER:
                return _html(request, evidence_html(asking, page))
            rows = rows_of(asking, page) if target else ()
            if target and (block := block_named(target, rows, page.standing)) is not None:
                return _html(request, block_html(asking, page, block))
            response = _html(request, page_html(asking, page))
            if asking.told:
                response.delete_cookie(_TOLD)
            return response

        return self._answered(request, page, shown)

    def part(self, request: Request, part: Part) -> Response:
        """What is asked for besides pages."""

        def answered(asking: Asking) -> Response:
            if part.permission is not None:
                asking.who.require(part.permission)
            return part.answer(asking)

        return self._answered(request, None, answered)

    def act(self, request: Request, act: Act, form: Form) -> Response:
        """Do what a form asks for, and lead on; or show the page again with what is wrong."""

        def done(asking: Asking) -> Response:
            # The page is the act's own from here on: what it shows is not asked for again.
            asking.view = replace(asking.view, path=_path(act.page, request))
            asking.is_whole = True
            try:
                done = act.do(asking, form)
            except Unauthenticated:
                raise
            except VaultmeterError as error:
                return self._refused(request, asking, act, form, error)
            return _done(request, asking, act, done)

        return self._answered(request, act.page, done, form.text(FIELD))

    def _refused(
        self, request: Request, asking: Asking, act: Act, form: Form, error: VaultmeterError
    ) -> Response:
        """The act's page again, with what is wrong; raises `Forbidden` where it is not open."""
        told = outside(error, asking.request, asking.who)
        asking.refused = Refused(act.name, told.message, told.hint, form.kept())
        status = status_of(error)
        html = page_html(asking, act.page)
        if isinstance(error, Forbidden):
            self._note(request, asking, error)
        return _html(request, html, status, {**headers_of(error, status), **_stays(asking)})

    def _note(self, request: Request, asking: Asking, error: Forbidden) -> None:
        self._app.access.note(
            asking.who, "access.refused", request.url.path, "refused", why=error.message
        )

    def _answered(
        self,
        request: Request,
        page: Page | None,
        answer: Callable[[Asking], Response],
        token: str = "",
    ) -> Response:
        """The answer, or the page that tells what went wrong."""
        asking = None
        try:
            who = reader(self._app.access, request, token)
            request.scope[WHO] = who
            asking = self._asking(request, who, page)
            return answer(asking)
        except Unauthenticated:
            return to_sign_in(request)
        except VaultmeterError as error:
            if asking is None or page is None:
                raise
            if isinstance(error, Forbidden):
                self._note(request, asking, error)
            told = outside(error, asking.request, asking.who)
            status = status_of(error)
            html = failure_html(asking, page, told, status)
            return _html(request, html, status, headers_of(error, status))

    def _asking(self, request: Request, who: Principal, page: Page | None) -> Asking:
        """Who asks for what; raises nothing but what the state raises."""
        chosen = preferences_of(self._app, who)
        now = self._app.clock().astimezone(UTC)
        pairs = request.query_params.multi_items()
        given = [(name, value) for name, value in pairs if name != _WHOLE]
        extra = () if page is None else page.extra
        view = read(request.url.path, given, chosen.defaults(), now, extra)
        locale = locale_of(request.headers.get("accept-language", ""), chosen.locale)
        return Asking(
            self._app,
            self._sources,
            self._answers,
            who,
            view,
            Words(zone_named(view.zone), now, locale),
            chosen,
            csrf_of(request),
            request.scope[REQUEST],
            request.path_params,
            dict(pairs),
            tuple(pairs),
            told=unquote(request.cookies.get(_TOLD, "")),
            session=session_of(request),
            about_reports=() if page is None else page.about or page.exports,
            is_whole=_WHOLE in request.query_params,
        )


def _done(request: Request, asking: Asking, act: Act, done: Done) -> Response:
    """The way on after a change, or its page with what is told this once."""
    renewed = done.renewed
    if renewed is not None and renewed.session is not None:
        request.scope[SESSION] = asking.session = renewed.session
        asking.csrf = csrf_of(request)
    if done.shown:
        asking.shown, asking.told = done.shown, done.told
        response = _html(request, page_html(asking, act.page), headers=_stays(asking))
    else:
        response = RedirectResponse(done.to or asking.view.path, 303)
        tell(response, done.told)
    if renewed is not None and renewed.session is not None:
        set_cookie(request, response, renewed.cookie)
    return response


def tell(response: Response, words: str) -> None:
    """Let the next page say something, once."""
    if words:
        response.set_cookie(_TOLD, quote(words), _TOLD_SECONDS, httponly=True, samesite="lax")


def _path(page: Page, request: Request) -> str:
    """The path of an act's page, with the same named parts as the act's own."""
    path, _ = replace_params(page.path, compile_path(page.path)[2], dict(request.path_params))
    return path


def _stays(asking: Asking) -> dict[str, str]:
    """Headers that leave the browser at the page's address: that of the act shows no page."""
    return {"HX-Replace-Url": asking.view.url()}


def _html(
    request: Request, html: str, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A page as it is sent."""
    body = html.encode()
    named = {**(headers or {}), **PAGE_HEADERS}
    if len(body) >= _PACKED_FROM and takes_gzip(request.headers.get("accept-encoding", "")):
        body, named["content-encoding"] = gzip.compress(body, _LEVEL, mtime=0), "gzip"
    return HTMLResponse(body, status, named)
