"""The page of the mail that was sent: a list, one letter, and the same as JSON for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kenes.local.mail_sink.store import Inbox, Received
from kenes.local.mail_sink.texts import TEXTS
from kenes.web.i18n import LANGUAGES, NAMES, negotiate

_HERE: Final = Path(__file__).parent
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_OUR_PAGES: Final = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'none'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
# A letter is somebody else's markup: it gets no script, no network and no way into this page.
_A_LETTER: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; sandbox"


def app(inbox: Inbox) -> Starlette:
    """The ASGI application. It answers to loopback names only, so no web page can reach it by a name of its own."""

    async def listing(request: Request) -> Response:
        return _page(request, "list.html", letters=list(inbox))

    async def show(request: Request) -> Response:
        return _page(request, "letter.html", letter=_found(inbox, request))

    async def html(request: Request) -> Response:
        headers = {"content-security-policy": _A_LETTER, "x-content-type-options": "nosniff"}
        return HTMLResponse(_found(inbox, request).html, headers=headers)

    async def letters(_request: Request) -> Response:
        return JSONResponse([each.as_dict() for each in inbox], headers={"cache-control": "no-store"})

    async def clear(_request: Request) -> Response:
        inbox.clear()
        return Response(status_code=204)

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    routes = [
        Route("/", listing),
        Route("/letters/{number:int}", show),
        Route("/letters/{number:int}/html", html),
        Route("/letters.json", letters),
        Route("/letters", clear, methods=["DELETE"]),
        Route("/healthz", healthz),
        Mount("/static", StaticFiles(directory=_HERE / "static")),
    ]
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"], www_redirect=False)
    return Starlette(routes=routes, middleware=[hosts])


def _found(inbox: Inbox, request: Request) -> Received:
    letter = inbox.get(request.path_params["number"])
    if letter is None:
        raise HTTPException(404)
    return letter


def _page(request: Request, template: str, **values: object) -> HTMLResponse:
    language = negotiate(request.headers.get("accept-language"), request.query_params.get("lang"), None)
    links = [(code, NAMES[code], f"?lang={code}") for code in LANGUAGES]
    html = _TEMPLATES.get_template(template).render(t=TEXTS[language], lang=language, languages=links, **values)
    headers = {
        "content-security-policy": _OUR_PAGES,
        "content-language": language,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "vary": "Accept-Language",
    }
    return HTMLResponse(html, headers=headers)
