"""Receivers of requests that say what a test tells them, byte for byte."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

Reply = Callable[[asyncio.StreamWriter], Coroutine[Any, Any, None]]


class Receiver:
    """One on 127.0.0.1; `requests` are the heads and bodies it was sent."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.requests: list[tuple[str, bytes]] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def receiver(reply: Reply, **options: Any) -> AsyncIterator[Receiver]:
    """Answers each request by `reply`; the connection stays until the other side ends it."""
    found = Receiver(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length[1]) if length else 0)
                found.requests.append((head, body))
                await reply(writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # the other side, or the test, has ended
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, **options)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


def saying(content: bytes) -> Reply:
    """Always these bytes."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        writer.write(content)
        await writer.drain()

    return reply


def http(status: str, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
