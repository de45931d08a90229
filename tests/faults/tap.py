"""A TCP proxy between processes and a server: it cuts what is open, lets nobody through for a while, or is slow.

It runs in a thread of its own: whoever waits for the product must not hold up what the product waits for.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from anyio.from_thread import start_blocking_portal

from kenes.local.probe import HOST

_CHUNK = 65_536


@dataclass
class Tap:
    """What clients connect to at `port` instead of the server's `target`.

    `delay` is in seconds for whatever passes, each way; while `closed`, nobody new gets in.
    """

    port: int
    target: int
    delay: float = 0.0
    closed: bool = False
    cuts: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def cut(self) -> None:
        """Ends every connection, as a reset does. May be called from any thread."""
        self._loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        self.cuts += len(self._open) // 2
        for writer in self._open:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if self.closed:
            writer.transport.abort()
            return
        try:
            there, thither = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, thither}
        await asyncio.gather(self._pass(reader, thither), self._pass(there, writer))
        self._open -= {writer, thither}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One way; an end of it ends the connection."""
        try:
            while part := await reader.read(_CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(part)
                await writer.drain()
        except ConnectionError:
            writer.transport.abort()
        else:
            writer.close()


@contextmanager
def tapped(port: int, target: int) -> Iterator[Tap]:
    """A proxy on `port` of this machine to the server on `target`."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(_serving(port, target)) as tap:
        yield tap


@asynccontextmanager
async def _serving(port: int, target: int) -> AsyncIterator[Tap]:
    tap = Tap(port, target)
    server = await asyncio.start_server(tap.serve, HOST, port)
    try:
        yield tap
    finally:
        server.close()
        tap.cut()
