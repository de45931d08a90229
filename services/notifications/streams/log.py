"""The public log as all readers of a process share it: the newest lines in memory, older ones from the broker."""

import asyncio
from bisect import bisect_left
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from kenes.kafka.decider import Position
from kenes.kafka.pages import Pages, paging
from kenes.kafka.records import Recorded
from kenes.kafka.tail import Tail
from kenes.tasks import Tasks
from schemas.topics import PUBLIC_EVENTS
from services.notifications.streams.line import Line, line_in, line_of

KEPT_LINES: Final = 5_000
KEPT_BYTES: Final = 32 * 1024 * 1024
PAGE: Final = 500
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Kafka knows no time before it."""


class CursorFutureError(Exception):
    """Nothing stands yet where a cursor points."""


class CursorExpiredError(Exception):
    """What a cursor points to is no longer kept."""


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in order, and the cursor after all that was looked at. `whole` is false where the log goes on."""

    lines: Sequence[Line]
    cursor: int
    whole: bool


class PublicLog:
    """Reads at any cursor. `take` must be called with every public event as it is written."""

    def __init__(self, pages: Pages, cursor: int) -> None:
        """`cursor` is from where on every event will be taken."""
        self._pages = pages
        self._recent: deque[Line] = deque()
        self._bytes = 0
        self._from = cursor
        self._cursor = cursor
        self._news: asyncio.Future[None] | None = None
        self.closing = False

    @property
    def cursor(self) -> int:
        """The cursor after the newest event that was taken."""
        return self._cursor

    def take(self, recorded: Recorded) -> None:
        """A new event; wakes who waits for news."""
        line = line_of(recorded)
        if line is None or line.offset < self._cursor:
            return
        self._recent.append(line)
        self._bytes += len(line.json)
        self._cursor = line.cursor
        while len(self._recent) > KEPT_LINES or self._bytes > KEPT_BYTES:
            dropped = self._recent.popleft()
            self._bytes -= len(dropped.json)
            self._from = dropped.cursor
        self._tell()

    def close(self) -> None:
        """Wakes everybody who waits: the process ends."""
        self.closing = True
        self._tell()

    def _tell(self) -> None:
        news, self._news = self._news, None
        if news is not None and not news.done():
            news.set_result(None)

    async def news(self, after: int, seconds: float) -> bool:
        """Waits so long for events beyond a cursor; whether there are any."""
        if self._cursor > after:
            return True
        if self._news is None:
            self._news = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self._news)
        except TimeoutError:
            return False
        return self._cursor > after

    async def check(self, cursor: int) -> None:
        """Raises `CursorFutureError` or `CursorExpiredError` where the log cannot be read at a cursor."""
        if self._from <= cursor <= self._cursor:
            return
        first, end = await self._pages.bounds()
        if cursor > end:
            raise CursorFutureError(cursor)
        if cursor < first:
            raise CursorExpiredError(cursor)

    async def page(self, cursor: int, most: int = PAGE, end: int | None = None) -> Page:
        """Lines from a cursor on, out of up to `most` records. The cursor must be one that `check` passes.

        `end`, where there is one, must be at the broker: lines are those before it, and whoever reads on comes to it.
        Memory alone may not get there: it has no records that tell nothing, nor what was not taken yet.
        """
        lines: Sequence[Line]
        if cursor >= self._from and (end is None or cursor < self._cursor):
            first = bisect_left(self._recent, cursor, key=lambda line: line.offset)
            lines = list(islice(self._recent, first, first + most))
            after = lines[-1].cursor if lines else max(cursor, self._cursor)
        else:
            records = await self._pages.read(cursor, most)
            lines = [line for line in map(line_in, records) if line is not None]
            after = records[-1].offset + 1 if records else cursor
        if end is not None and after > end:
            lines, after = [line for line in lines if line.offset < end], end
        return Page(lines, after, whole=after >= self._cursor)

    async def at(self, time: datetime) -> int | None:
        """The cursor before the first event that is dated `time` (UTC) or later, if there is one."""
        return await self._pages.offset_at(max(time, EPOCH))

    async def bounds(self) -> tuple[int, int]:
        """The cursors of the first record that is kept, and after the last one."""
        return await self._pages.bounds()


@asynccontextmanager
async def following_log(
    bootstrap: str, start: int | None = None, *takers: Callable[[Recorded], None]
) -> AsyncIterator[PublicLog]:
    """The log, kept current from an offset on, or from its end of now; `takers` get what the log gets.

    Enters once all that was in the topic was taken. A tail that fails ends the block with its error.
    """
    async with paging(bootstrap, PUBLIC_EVENTS) as pages, Tasks() as tasks:
        begin = (await pages.bounds())[1] if start is None else start
        log = PublicLog(pages, begin)

        def take(recorded: Recorded) -> None:
            for taker in (*takers, log.take):
                taker(recorded)

        tail = Tail(bootstrap, PUBLIC_EVENTS, take)
        task = tasks.create_task(tail.follow({0: Position(next_offset=begin)}), name="tail of the public log")
        await tail.caught_up.wait()
        try:
            yield log
        finally:
            task.cancel()
