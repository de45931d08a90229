"""A lean client of server-sent events: thousands of them watch from one process.

Each is a bare protocol without a task. It reads an answer in the chunked transfer coding, as our server sends it, and
gives `on_event` each event's id, name and data.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple, cast

from kenes.load.client import Address, AnswerError, ConnectionGoneError

_END: Final = b"\r\n\r\n"


class LiveEvent(NamedTuple):
    """One server-sent event. `id` and `data` as they were sent, `name` is `message` unless told."""

    id: bytes
    name: bytes
    data: bytes


class Watcher(asyncio.Protocol):
    """One stream. `opened` is resolved by the head of a 200 answer; `lost` once the connection is gone."""

    __slots__ = ("_buffer", "_in_head", "_on_event", "_rest", "_transport", "lost", "opened")

    def __init__(self, on_event: Callable[[LiveEvent], None]) -> None:
        self._on_event = on_event
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._rest = b""
        self._in_head = True
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.lost: asyncio.Future[None] = loop.create_future()

    def close(self) -> None:
        """Hangs up."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own has no such base class

    def data_received(self, data: bytes) -> None:
        """Takes head, chunks and events apart."""
        self._buffer = self._buffer + data if self._buffer else data
        if self._in_head and not self._read_head():
            return
        while (body := self._next_chunk()) is not None:
            self._read_events(body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self.opened.done():
            self.opened.set_exception(ConnectionGoneError(f"lost before the stream began: {exc!r}"))
        if not self.lost.done():
            self.lost.set_result(None)

    def _read_head(self) -> bool:
        end = self._buffer.find(_END)
        if end < 0:
            return False
        head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        self._in_head = False
        if not head.startswith(b"HTTP/1.1 200") or b"\r\ntransfer-encoding: chunked" not in head:
            if not self.opened.done():
                self.opened.set_exception(AnswerError(f"no stream: {head[:60]!r}"))
            self.close()
            return False
        if not self.opened.done():
            self.opened.set_result(None)
        return True

    def _next_chunk(self) -> bytes | None:
        line = self._buffer.find(b"\r\n")
        if line < 0:
            return None
        start = line + 2
        end = start + int(self._buffer[:line], 16)
        if len(self._buffer) < end + 2:
            return None
        body, self._buffer = self._buffer[start:end], self._buffer[end + 2 :]
        return body

    def _read_events(self, body: bytes) -> None:
        *events, self._rest = (self._rest + body).split(b"\n\n")
        for event in events:
            if b"data:" in event:
                self._on_event(_event(event))


async def watch(address: Address, path: str, on_event: Callable[[LiveEvent], None], timeout: float = 30.0) -> Watcher:
    """Opens a stream; returns once the server has accepted it.

    Raises `OSError`, `TimeoutError`, `AnswerError` or `ConnectionGoneError`. `on_event` must not block.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(timeout):
        _, watcher = await loop.create_connection(lambda: Watcher(on_event), address.host, address.port)
        try:
            transport = watcher._transport
            if transport is not None:
                transport.write(address.request("GET", path, {"accept": "text/event-stream"}))
            await watcher.opened
        except BaseException:
            watcher.close()
            raise
    return watcher


def _event(block: bytes) -> LiveEvent:
    fields: dict[bytes, bytes] = {}
    for line in block.split(b"\n"):
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        fields[name] = fields[name] + b"\n" + value if name == b"data" and name in fields else value
    return LiveEvent(fields.get(b"id", b""), fields.get(b"event", b"message"), fields.get(b"data", b""))
