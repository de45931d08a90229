"""What the tests of the HTTP edge share: an app with test routes, a client for it, and a real server on a free port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from kenes.web.app import build_app
from kenes.web.language import edge_catalogs
from kenes.web.live import LiveHub
from kenes.web.server import server
from kenes.web.settings import WebSettings

ORIGIN = "http://127.0.0.1:8080"
CATALOGS = edge_catalogs(strict=True)


def app_of(routes: Sequence[BaseRoute], settings: WebSettings | None = None, **parts: Any) -> Starlette:
    """An app behind the edge, with strict messages: a problem without words fails the test."""
    return build_app(routes, settings=settings or WebSettings(), catalogs=CATALOGS, **parts)


@asynccontextmanager
async def client_of(app: ASGIApp, *, peer: str = "127.0.0.1", **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose requests come from `peer`."""
    transport = httpx.ASGITransport(app, client=(peer, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        yield client


@asynccontextmanager
async def running(app: ASGIApp, hub: LiveHub | None = None) -> AsyncIterator[int]:
    """The port of a real server, stopped at the end."""
    own = server(app, on_stop=hub.close if hub is not None else None)
    own.config.timeout_graceful_shutdown = 2
    serving = asyncio.create_task(own._serve())  # without taking over the signal handlers of the test run
    while not own.started:
        await asyncio.sleep(0.01)
        if serving.done():
            await serving
    try:
        yield own.servers[0].sockets[0].getsockname()[1]
    finally:
        own.should_exit = True
        await asyncio.wait_for(serving, 60)


async def raw(port: int, request: bytes, *, until: bytes = b"", timeout: float = 30.0) -> bytes:
    """Sends bytes in two parts, reads until `until` or the end of the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request[:20_000])
        await writer.drain()
        if request[20_000:]:
            await asyncio.sleep(0.02)
            writer.write(request[20_000:])
        async with asyncio.timeout(timeout):
            return await (reader.readuntil(until) if until else reader.read())
    finally:
        writer.close()
