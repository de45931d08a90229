"""People who come at a steady rate; each stays until they know what became of what they asked for."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Iterator

from tests.issuer import TestIssuer

AT_ONCE = 400
"""People who are at it at once: more would only wait for each other, and the drill is about losing nothing."""
_MINTED = 100

TakePart = Callable[[int, str], Awaitable[None]]
"""What one person does, by number and token."""


class Crowd:
    """Nobody comes twice. The first person to come has the number `first`."""

    def __init__(self, issuer: TestIssuer, take_part: TakePart, first: int = 0) -> None:
        self._issuer = issuer
        self._take_part = take_part
        self._first = first
        self.came = 0
        """People so far."""
        self._stop = asyncio.Event()
        self._room = asyncio.Semaphore(AT_ONCE)

    async def come(self, rate: float) -> None:
        """Starts `rate` people a second until `stop`, then returns once each has an answer."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as people:
            for place, token in enumerate(self._tokens()):
                due = began + place / rate
                if await self._stopped(due - time.monotonic()):
                    break
                await self._room.acquire()
                people.create_task(self._one(self._first + place, token))
                self.came += 1

    def stop(self) -> None:
        """Nobody new comes; those who are here finish."""
        self._stop.set()

    def _tokens(self) -> Iterator[str]:
        """Ever more people, a few at a time: nobody knows how long a server will take to come back."""
        for first in itertools.count(self._first, _MINTED):
            yield from self._issuer.crowd(_MINTED, first)

    async def _stopped(self, seconds: float) -> bool:
        """Waits; whether `stop` was called."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True

    async def _one(self, number: int, token: str) -> None:
        try:
            await self._take_part(number, token)
        finally:
            self._room.release()
