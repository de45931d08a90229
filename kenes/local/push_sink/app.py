"""The push service's end points, and a page that shows what was pushed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from kenes.local.push_sink.browsers import Browsers, RefusedError
from kenes.local.push_sink.texts import TEXTS
from kenes.local.sink_pages import SinkPages, sink

_PAGES: Final = SinkPages(Path(__file__).parent / "templates", TEXTS)


def app(browsers: Browsers) -> Starlette:
    """The ASGI application."""

    async def push(request: Request) -> Response:
        try:
            browsers.take(request.path_params["name"], request.headers, await request.body())
        except RefusedError as error:
            return PlainTextResponse(str(error), error.status)
        return Response(status_code=201)

    async def subscribe(_request: Request) -> Response:
        return JSONResponse(browsers.subscribe(), 201)

    async def unsubscribe(request: Request) -> Response:
        browsers.unsubscribe(request.path_params["name"])
        return Response(status_code=204)

    async def messages(_request: Request) -> Response:
        told = [asdict(each) | {"at": each.at.isoformat()} for each in browsers.messages]
        return JSONResponse(told, headers={"cache-control": "no-store"})

    async def page(request: Request) -> Response:
        return _PAGES.page(request, "messages.html", messages=list(browsers.messages))

    return sink(
        [
            Route("/push/{name}", push, methods=["POST"]),
            Route("/push/{name}", unsubscribe, methods=["DELETE"]),
            Route("/subscriptions", subscribe, methods=["POST"]),
            Route("/messages.json", messages),
            Route("/", page),
        ]
    )
