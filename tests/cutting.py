"""A TCP proxy that cuts connections after so many bytes from the server: what a bad network does to a long answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class Proxy:
    """`after` gives the bytes that the next connection may carry from the server; `cuts` counts what was cut."""

    host: str
    port: int
    after: Callable[[], int]
    url: str = ""
    cuts: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        there, thither = await asyncio.open_connection(self.host, self.port)
        passing = asyncio.create_task(_pass(reader, thither))
        try:
            left = self.after()
            while left > 0 and (part := await there.read(min(left, 512))):
                writer.write(part)
                await writer.drain()
                left -= len(part)
            self.cuts += left <= 0
        except ConnectionError:
            pass  # the client was faster
        finally:
            passing.cancel()
            await asyncio.gather(passing, return_exceptions=True)
            for each in (writer, thither):
                each.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(4096):
        writer.write(part)
        await writer.drain()


@asynccontextmanager
async def cutting(url: str, after: Callable[[], int]) -> AsyncIterator[Proxy]:
    """A proxy before the server at `url`."""
    host, _, port = url.removeprefix("http://").partition(":")
    proxy = Proxy(host, int(port), after)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
