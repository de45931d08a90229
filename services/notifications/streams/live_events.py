"""Public events as they come, by server-sent events: one reader of the log for all clients, no event left out.

There is no queue per client: each has a cursor into the shared log, so a slow one costs nothing but its own lag. One
that takes nothing for a while is cut, and comes back by the id of the last event it has seen.
"""

import asyncio
from time import monotonic
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kenes.web.context import web
from schemas.notifications.streams import StreamFilter
from services.notifications.domain.streams_filtering import passes
from services.notifications.streams.log import PublicLog
from services.notifications.streams.metrics import READERS

HEARTBEAT: Final = 15.0
"""Seconds in which nothing was for this client, after which a comment is sent: gateways close what is silent."""
PATIENCE: Final = 30.0
"""Seconds in which a client must take what it is sent."""
RETRY: Final = b"retry: 3000\n\n"
_HEADERS: Final = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
}


class EventStream(Response):
    """An endless answer with the events from a cursor on. The cursor must be one the log can be read at."""

    def __init__(self, log: PublicLog, cursor: int, wanted: StreamFilter, heartbeat: float = HEARTBEAT) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers(_HEADERS)
        self._log = log
        self._cursor = cursor
        self._wanted = wanted
        self._heartbeat = heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ends when the client hangs up, takes nothing, or the process stops."""
        limiter = web(scope).limiter
        slot = limiter.take_stream(scope)
        listening = asyncio.create_task(_hung_up(receive))
        telling: asyncio.Task[None] | None = None
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b""})
                return
            telling = asyncio.create_task(self._tell(send))
            with READERS.track_inprogress():
                await asyncio.wait([listening, telling], return_when=asyncio.FIRST_COMPLETED)
            if telling.done():
                telling.result()
        finally:
            tasks = [task for task in (listening, telling) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            limiter.release_stream(slot)

    async def _tell(self, send: Send) -> None:
        body = b"id: %d\n" % self._cursor + RETRY
        while not self._log.closing:
            if body:
                try:
                    async with asyncio.timeout(PATIENCE):
                        await send({"type": "http.response.body", "body": body, "more_body": True})
                except TimeoutError:
                    return
            body = await self._next()
        await send({"type": "http.response.body", "body": RETRY})

    async def _next(self) -> bytes:
        """What is to be sent now; a heartbeat where nothing that passes has come for so long.

        The heartbeat tells how far the events passed over reach, so that who is cut goes on from there.
        """
        due = monotonic() + self._heartbeat
        while (left := due - monotonic()) > 0 and await self._log.news(self._cursor, left):
            page = await self._log.page(self._cursor)
            self._cursor = page.cursor
            told = [line for line in page.lines if passes(self._wanted, line.data)]
            if told or self._log.closing:
                return b"".join(b"id: %d\ndata: %b\n\n" % (line.cursor, line.json) for line in told)
        return b"id: %d\n:\n\n" % self._cursor


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
