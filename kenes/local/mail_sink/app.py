"""The page of the mail that was sent: a list, one letter, and the same as JSON for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from kenes.local.mail_sink.store import Inbox, Received
from kenes.local.mail_sink.texts import TEXTS
from kenes.local.sink_pages import SinkPages, sink

_PAGES: Final = SinkPages(Path(__file__).parent / "templates", TEXTS)
# A letter is somebody else's markup: it gets no script, no network and no way into this page.
_A_LETTER: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; sandbox"


def app(inbox: Inbox) -> Starlette:
    """The ASGI application."""

    async def listing(request: Request) -> Response:
        return _PAGES.page(request, "list.html", letters=list(inbox))

    async def show(request: Request) -> Response:
        return _PAGES.page(request, "letter.html", letter=_found(inbox, request))

    async def html(request: Request) -> Response:
        headers = {"content-security-policy": _A_LETTER, "x-content-type-options": "nosniff"}
        return HTMLResponse(_found(inbox, request).html, headers=headers)

    async def letters(_request: Request) -> Response:
        return JSONResponse([each.as_dict() for each in inbox], headers={"cache-control": "no-store"})

    async def clear(_request: Request) -> Response:
        inbox.clear()
        return Response(status_code=204)

    routes = [
        Route("/", listing),
        Route("/letters/{number:int}", show),
        Route("/letters/{number:int}/html", html),
        Route("/letters.json", letters),
        Route("/letters", clear, methods=["DELETE"]),
    ]
    return sink(routes)


def _found(inbox: Inbox, request: Request) -> Received:
    letter = inbox.get(request.path_params["number"])
    if letter is None:
        raise HTTPException(404)
    return letter
