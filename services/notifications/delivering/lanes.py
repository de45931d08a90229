"""A lane for each kind of channel: letters in the order of their urgency, so many at once. None waits for another."""

import asyncio
from collections.abc import Awaitable, Callable
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


class Lane:
    """Sends by one channel. `done` is told of each try, with `None` where nobody wanted the letter.

    A letter that is not `ours` any more when its turn comes is left to whoever owns its partition now.
    """

    def __init__(self, kind: str, channel: NoticeChannel, ours: Callable[[Letter], bool], done: Done) -> None:
        self._kind = kind
        self._channel = channel
        self._ours = ours
        self._done = done
        self._letters: asyncio.PriorityQueue[tuple[Urgency, int, Letter]] = asyncio.PriorityQueue()
        self._numbers = count()
        self._sending = 0
        self._tasks: list[asyncio.Task[None]] = []

    def room(self, *, urgent: bool) -> int:
        """How many more letters it takes."""
        return max(0, LONGEST + RESERVED * urgent - self._letters.qsize() - self._sending)

    def put(self, urgency: Urgency, letter: Letter) -> None:
        """Takes a letter; the smallest urgency goes first, and among equals whoever came first."""
        self._letters.put_nowait((urgency, next(self._numbers), letter))
        WAITING.labels(self._kind).set(self._letters.qsize())

    def start(self, tasks: Tasks, concurrency: int) -> None:
        """Begins to send so many at once."""
        self._tasks += [tasks.create_task(self._send(), name=f"{self._kind} {n}") for n in range(concurrency)]

    def stop(self) -> None:
        """Sends no more; what was not reported is sent again by whoever owns it then."""
        for task in self._tasks:
            task.cancel()

    async def _send(self) -> None:
        while True:
            _, _, letter = await self._letters.get()
            WAITING.labels(self._kind).set(self._letters.qsize())
            self._sending += 1
            try:
                if self._ours(letter):
                    await self._done(self._kind, letter, await self._try(letter))
            finally:
                self._sending -= 1

    async def _try(self, letter: Letter) -> Outcome | None:
        if letter.notice is None:
            return None
        with SENDING_TOOK.labels(self._kind).time():
            try:
                return await self._channel.send(letter.destination, letter.notice)
            except Exception:  # noqa: BLE001 - a fault in one letter must not keep the others; it is tried again
                _log.exception("a channel failed", channel=self._kind)
                return Retry(FAILED)
