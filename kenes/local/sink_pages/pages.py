"""Pages of a sink: a frame, a style sheet, and an application that answers to loopback names only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from kenes.web.i18n import LANGUAGES, NAMES, negotiate

_HERE: Final = Path(__file__).parent
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)


class SinkPages:
    """Renders a sink's templates, which extend `base.html`, with its words in the reader's language."""

    def __init__(self, templates: Path, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts
        self._templates = Environment(
            loader=FileSystemLoader([templates, _HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, request: Request, template: str, **values: object) -> HTMLResponse:
        """One page."""
        language = negotiate(request.headers.get("accept-language"), request.query_params.get("lang"), None)
        links = [(code, NAMES[code], f"?lang={code}") for code in LANGUAGES]
        told = {"t": self._texts[language], "lang": language, "languages": links, **values}
        headers = {
            "content-security-policy": _POLICY,
            "content-language": language,
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "vary": "Accept-Language",
        }
        return HTMLResponse(self._templates.get_template(template).render(told), headers=headers)


def sink(routes: Sequence[BaseRoute]) -> Starlette:
    """An application with these routes. No web page can reach it by a name of its own."""
    shared = [Route("/healthz", _healthz), Mount("/static", StaticFiles(directory=_HERE / "static"))]
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"], www_redirect=False)
    return Starlette(routes=[*routes, *shared], middleware=[hosts])


async def _healthz(_request: Request) -> Response:
    return PlainTextResponse("ok")
