"""Where every exception of a request ends: it becomes a problem answer, never a stack."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kenes.web.i18n import Catalogs
from kenes.web.language import request_language
from kenes.web.problems import Problem, ProblemPage, from_http_exception, incident, json_answer, view, wants_page

Translations = Mapping[type[Exception], Callable[[Exception], Problem]]


class ProblemBoundary:
    """Answers whatever the application within raises.

    `translations` turn exceptions of other parts of the kit (a refused token, an unreachable broker) into problems.
    """

    def __init__(self, app: ASGIApp, catalogs: Catalogs, page: ProblemPage | None, translations: Translations) -> None:
        self._app = app
        self._catalogs = catalogs
        self._page = page
        self._translations = translations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes through anything but HTTP."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except ClientDisconnect:
            return  # nobody is left to answer
        except Exception as error:
            if started:
                raise  # half an answer is out: only cutting the connection tells the client so
            response = await self._answer(error, scope)
            await response(scope, receive, send)
            # A frame of this traceback holds the request; an exception kept anywhere would keep it too.
            error.__traceback__ = None

    async def _answer(self, error: Exception, scope: Scope) -> Response:
        problem = self._problem(error, scope)
        shown = view(problem, request_language(scope), self._catalogs)
        if self._page is None or not wants_page(scope):
            return json_answer(shown, problem.headers)
        try:
            page = await self._page(Request(scope), shown)
        except Exception as broken:  # noqa: BLE001 - the page of an error must not be an error without an answer
            again = view(incident(broken, scope), shown.language, self._catalogs)
            return json_answer(again, {})
        page.status_code = shown.status
        for name, value in problem.headers.items():
            page.headers[name] = value
        page.headers.setdefault("cache-control", "no-store")
        return page

    def _problem(self, error: Exception, scope: Scope) -> Problem:
        if isinstance(error, Problem):
            return error
        if isinstance(error, HTTPException):
            return from_http_exception(error)
        for kind in type(error).__mro__:
            if kind in self._translations:
                return self._translations[kind](error)
        return incident(error, scope)
