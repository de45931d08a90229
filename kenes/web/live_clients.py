"""The two kinds of connection a live hub feeds: one within its request, and one that has moved out of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from starlette.types import Receive, Send

from kenes.web.topic import Topic, chunk

if TYPE_CHECKING:
    from kenes.web.live import LiveHub

_COMMENT: Final = b":\n\n"
_BEAT: Final = chunk(_COMMENT)
_END: Final = chunk(b"")
_BUFFER: Final = 4096


def _farewell() -> bytes:
    """When to come back. Spread over some seconds: all of them come back to fewer processes."""
    return b"retry: %d\n\n" % random.randint(1000, 5000)  # noqa: S311


class _Reader:
    """How far a client has read. `beat` says that it is its turn to hear something."""

    __slots__ = ("_doubted", "_seen", "beat")

    def __init__(self, seen: int | None) -> None:
        self.beat = False
        self._seen = seen
        self._doubted = False

    def _lacks(self, version: int | None) -> bool:
        """Whether there is something newer than what was read. At a beat, also whether what was read is none of ours.

        A client may have read in another process, which is a moment ahead of this one: it waits. What was not reached
        from one beat to the next is no moment: the store was put back, or the number is a stranger's.
        """
        if version is None:
            return False
        if self.beat and self._seen is not None and self._seen > version:
            if self._doubted:
                self._seen = None
            self._doubted = True
        return self._seen is None or version > self._seen


class RequestClient(_Reader):
    """A stream that lives in its request's task, on any ASGI server."""

    __slots__ = ("_gone", "_hub", "_waiter", "topic")

    topic: Topic[Any]

    def __init__(self, hub: LiveHub, seen: int | None) -> None:
        super().__init__(seen)
        self._hub = hub
        self._gone = False
        self._waiter: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """Looks for news."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def follow(self, receive: Receive, send: Send) -> None:
        """Sends what is new until the client hangs up or the hub closes. While it sends, newer frames replace older."""
        listening = asyncio.ensure_future(_hung_up(receive))
        listening.add_done_callback(self._leave)
        try:
            while not self._gone:
                await self._step(send)
                if self._hub.closing and not self._lacks(self.topic.version):
                    await send({"type": "http.response.body", "body": _farewell()})
                    return
        finally:
            listening.cancel()

    async def _step(self, send: Send) -> None:
        if self._lacks(self.topic.version):
            self._seen, self.beat = self.topic.version, False
            await send({"type": "http.response.body", "body": self.topic.frame, "more_body": True})
        elif self.beat:
            self.beat = False
            await send({"type": "http.response.body", "body": _COMMENT, "more_body": True})
        elif not self._hub.closing:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def _leave(self, _listening: object) -> None:
        self._gone = True
        self.wake()


class TransportClient(_Reader, asyncio.Protocol):
    """A stream that is only its connection: no task, no request, no copy of a frame."""

    __slots__ = ("_hub", "_paused", "_release", "_topic", "_transport")

    def __init__(self, hub: LiveHub, topic: Topic[Any], seen: int | None, release: Callable[[], None]) -> None:
        super().__init__(seen)
        self._hub = hub
        self._topic = topic
        self._release = release
        self._paused = False
        self._transport: asyncio.Transport | None = None

    def start(self, transport: asyncio.Transport) -> None:
        """See `takeover.Heir`."""
        self._transport = transport
        # What waits for a slow reader is memory: a few frames are enough, the newest follows when they are gone.
        transport.set_write_buffer_limits(high=_BUFFER)
        self._hub.add(self._topic, self)
        self.wake()

    def wake(self) -> None:
        """Writes what is new, unless what was written before still waits."""
        transport, topic = self._transport, self._topic
        if transport is None:
            return
        if self._paused:
            if self._hub.closing:
                transport.abort()
            return
        if self._lacks(topic.version):
            self._seen, self.beat = topic.version, False
            transport.write(topic.chunk)
        elif self.beat:
            self.beat = False
            transport.write(_BEAT)
        if self._hub.closing:
            transport.write(chunk(_farewell()) + _END)
            transport.close()

    def pause_writing(self) -> None:
        """The reader is slow."""
        self._paused = True

    def resume_writing(self) -> None:
        """The reader has caught up with what was written: now the newest."""
        self._paused = False
        self.wake()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - how it was lost changes nothing
        """Leaves no trace."""
        self._transport = None
        self._hub.leave(self._topic, self)
        self._release()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
