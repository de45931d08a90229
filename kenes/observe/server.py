"""A small HTTP endpoint beside what a process does: `/metrics`, `/healthz`, `/readyz`, nothing else.

It runs in the process's own event loop on purpose: when that loop is stuck, so is the endpoint, and the probe fails.
GET and HEAD only, one request a connection, 8 KiB of head and five seconds at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from kenes.observe.health import Answer, Health

_HEAD_LIMIT = 8 * 1024
_TIMEOUT = 5.0
"""Seconds for a request and its answer, both of a few hundred bytes but for the metrics."""


@asynccontextmanager
async def health_server(health: Health, *, host: str = "127.0.0.1", port: int) -> AsyncIterator[int]:
    """Serves `health` within the block; yields the port bound (`port` 0 takes a free one).

    Raises OSError where the address is taken.
    """

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT):
                writer.write(await _respond(health, reader))
                await writer.drain()
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            return  # the prober hung up or dawdled: nothing to tell it
        finally:
            writer.close()

    server = await asyncio.start_server(connected, host, port, limit=_HEAD_LIMIT)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _respond(health: Health, reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError:
        return _encode(_plain(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE))
    request, *lines = head.decode("latin-1").split("\r\n")
    parts = request.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        return _encode(_plain(HTTPStatus.BAD_REQUEST))
    method, target, _version = parts
    if method not in ("GET", "HEAD"):
        return _encode(_plain(HTTPStatus.METHOD_NOT_ALLOWED), extra="Allow: GET, HEAD\r\n")
    answer = await health.answer(target.partition("?")[0], _accept(lines))
    return _encode(answer or _plain(HTTPStatus.NOT_FOUND), with_body=method == "GET")


def _accept(lines: list[str]) -> str:
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "accept":
            return value.strip()
    return ""


def _plain(status: HTTPStatus) -> Answer:
    return Answer(status, f"{status.phrase}\n".encode(), "text/plain; charset=utf-8")


def _encode(answer: Answer, *, with_body: bool = True, extra: str = "") -> bytes:
    head = (
        f"HTTP/1.1 {int(answer.status)} {HTTPStatus(answer.status).phrase}\r\n"
        f"Content-Type: {answer.content_type}\r\nContent-Length: {len(answer.body)}\r\n"
        f"Cache-Control: no-store\r\nConnection: close\r\n{extra}\r\n"
    )
    return head.encode("latin-1") + (answer.body if with_body else b"")
