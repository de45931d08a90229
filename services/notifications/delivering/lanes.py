"""A lane for each kind of channel: letters in the order of their urgency, so many at once. None waits for another."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from heapq import heappop, heappush, heappushpop
from itertools import count
from typing import Final

from kenes.observe.logs import get_logger
from kenes.tasks import Tasks
from services.notifications.channels.port import NoticeChannel, Outcome, Retry
from services.notifications.delivering.letters import Letter
from services.notifications.delivering.metrics import SENDING_TOOK, WAITING

_log = get_logger(__name__)

LONGEST: Final = 500
"""Letters in hand."""

RESERVED: Final = 100
"""How many more of them there may be of what is urgent: it never waits until there is room for news."""

FAILED: Final = "channel-failed"

Done = Callable[[str, Letter, Outcome | None], Awaitable[None]]
Urgency = tuple[int, int]
Queued = tuple[Urgency, int, Letter]
"""A letter behind its urgency and its number: smaller ones go first."""


class Lane:
    """Sends by one channel. `done` is told of each try, with `None` where nobody wanted the letter.

    When its turn comes, `begin` says whether a letter is still to be sent; else it is left to whoever owns its
    partition now. Letters to one destination go one after another: a slow one holds up its own letters, no others.
    """

    def __init__(self, kind: str, channel: NoticeChannel, begin: Callable[[Letter], bool], done: Done) -> None:
        self._kind = kind
        self._channel = channel
        self._begin = begin
        self._done = done
        self._letters: asyncio.PriorityQueue[Queued] = asyncio.PriorityQueue()
        self._busy: set[str] = set()
        """Destinations that something is on its way to."""
        self._parked: defaultdict[str, list[Queued]] = defaultdict(list)
        """Letters that wait for a busy destination, each list a heap. After each answer one comes back to the rest."""
        self._numbers = count()
        self._under_way: set[int] = set()
        """Those of the tasks that wait for an answer, or for its report to be written."""
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    def room(self, *, urgent: bool) -> int:
        """How many more letters it takes."""
        parked = sum(map(len, self._parked.values()))
        return max(0, LONGEST + RESERVED * urgent - self._letters.qsize() - parked - len(self._under_way))

    def put(self, urgency: Urgency, letter: Letter) -> None:
        """Takes a letter; the smallest urgency goes first, and among equals whoever came first."""
        self._letters.put_nowait((urgency, next(self._numbers), letter))
        WAITING.labels(self._kind).set(self._letters.qsize())

    def start(self, tasks: Tasks, concurrency: int) -> None:
        """Begins to send so many at once."""
        self._tasks += [tasks.create_task(self._send(n), name=f"{self._kind} {n}") for n in range(concurrency)]

    async def finish(self, within: float) -> None:
        """Begins no more, and gives what is on its way so many seconds. What is not reported is sent again later."""
        self._closed = True
        under_way = [self._tasks[number] for number in self._under_way]
        for task in self._tasks:
            if task not in under_way:
                task.cancel()
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=within)
            for task in late:
                task.cancel()

    async def _send(self, number: int) -> None:
        while not self._closed:
            queued = self._next(await self._letters.get())
            WAITING.labels(self._kind).set(self._letters.qsize())
            if queued is None:
                continue
            self._under_way.add(number)
            try:
                if self._begin(queued[2]):
                    await self._done(self._kind, queued[2], await self._try(queued[2]))
            finally:
                self._under_way.discard(number)
                self._answered(queued[2].destination)

    def _next(self, queued: Queued) -> Queued | None:
        """The first letter to the same destination, which is busy from now on; `None` where it is busy already."""
        destination = queued[2].destination
        if not destination:
            return queued  # nobody wants it, so there is nowhere to send it
        if destination in self._busy:
            heappush(self._parked[destination], queued)
            return None
        self._busy.add(destination)
        parked = self._parked.get(destination)
        return heappushpop(parked, queued) if parked else queued

    def _answered(self, destination: str) -> None:
        self._busy.discard(destination)
        if parked := self._parked.get(destination):
            self._letters.put_nowait(heappop(parked))
        if not parked:
            self._parked.pop(destination, None)

    async def _try(self, letter: Letter) -> Outcome | None:
        if letter.notice is None:
            return None
        with SENDING_TOOK.labels(self._kind).time():
            try:
                return await self._channel.send(letter.destination, letter.notice)
            except Exception:  # noqa: BLE001 - a fault in one letter must not keep the others; it is tried again
                _log.exception("a channel failed", channel=self._kind)
                return Retry(FAILED)
