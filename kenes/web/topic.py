"""The frames of one live key: the newest, encoded once, and not more often than its readers can follow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

Watcher = TypeVar("Watcher")


def encode(event: bytes, version: int, data: bytes) -> bytes:
    """A server-sent event whose id is the version."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (version, event, data.replace(b"\n", b"\ndata: "))


def chunk(body: bytes) -> bytes:
    """`body` as one chunk of the chunked transfer coding (RFC 9112)."""
    return b"%x\r\n%b\r\n" % (len(body), body)


class Topic(Generic[Watcher]):
    """Keeps the newest frame and wakes the watchers, at most once per `interval` seconds.

    `frame` is the event, `chunk` the same bytes as they stand on an HTTP/1.1 connection.
    """

    __slots__ = (
        "_earliest",
        "_event",
        "_interval",
        "_loading",
        "_pending",
        "_timer",
        "_wake",
        "chunk",
        "clients",
        "frame",
        "key",
        "version",
    )

    def __init__(self, key: str, event: bytes, interval: float, wake: Callable[[Iterable[Watcher]], None]) -> None:
        self.key = key
        self.clients: set[Watcher] = set()
        self.version: int | None = None
        self.frame = b""
        self.chunk = b""
        self._event = event
        self._interval = interval
        self._wake = wake
        self._earliest = 0.0
        self._pending: tuple[int, Callable[[], bytes]] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loading: asyncio.Task[tuple[int, bytes]] | None = None

    def offer(self, version: int, make_frame: Callable[[], bytes]) -> None:
        """A newer state; older ones than known are let pass."""
        known = self._pending[0] if self._pending is not None else self.version
        if known is not None and version <= known:
            return
        self._pending = (version, make_frame)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(self._earliest, loop.time()), self._emit)

    async def ensure(self, snapshot: Callable[[], Awaitable[tuple[int, bytes]]]) -> None:
        """Returns when there is a frame. However many ask at once, one snapshot is taken."""
        if self.version is not None:
            return
        if self._loading is None:
            self._loading = asyncio.ensure_future(_call(snapshot))
        loading = self._loading
        try:
            version, data = await asyncio.shield(loading)
        finally:
            if loading.done() and self._loading is loading:
                self._loading = None
        self._take(version, data)

    def close(self) -> None:
        """Nobody watches any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._pending = None
        if self._loading is not None:
            self._loading.cancel()

    def _emit(self) -> None:
        self._timer = None
        if self._pending is None:
            return
        (version, make_frame), self._pending = self._pending, None
        self._earliest = asyncio.get_running_loop().time() + self._interval
        self._take(version, make_frame())
        self._wake(self.clients)

    def _take(self, version: int, data: bytes) -> None:
        # A snapshot may come after a frame that was published while it was read.
        if self.version is None or version > self.version:
            self.frame = encode(self._event, version, data)
            self.chunk = chunk(self.frame)
            self.version = version


async def _call(snapshot: Callable[[], Awaitable[tuple[int, bytes]]]) -> tuple[int, bytes]:
    return await snapshot()
