"""How many tries there are in a time, held so that no delay on the way can break it.

A leaky bucket bounds when requests leave; on the way they may bunch up, and its burst adds to its rate. Here a try
holds one of so many turns from before it leaves until a period after its answer came. Whenever the other side counted
it, the whole period after that lies within the time its turn was held, so more than there are turns never fall into
one period, however long each of them was under way.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Window:
    """At most `most` tries in any `seconds`, in the order they were asked for."""

    def __init__(self, most: int, seconds: float) -> None:
        self._seconds = seconds
        self._turns = asyncio.Semaphore(most)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for a turn, and holds it for one try."""
        await self._turns.acquire()
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(self._seconds, self._turns.release)


class Windows:
    """A window for each key. Keys that nobody uses take no memory."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._windows: dict[str, Window] = {}
        self._users: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._windows)

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Waits for a turn of the key, and holds it for one try."""
        window = self._windows.setdefault(key, Window(self._most, self._seconds))
        self._users[key] += 1
        try:
            async with window.turn():
                yield
        finally:
            asyncio.get_running_loop().call_later(self._seconds, self._leave, key)

    def _leave(self, key: str) -> None:
        self._users[key] -= 1
        if not self._users[key]:
            del self._users[key], self._windows[key]


class Pauses:
    """Who must wait, and until when, because the other side asked for a pause.

    It does not say whether it means one key or us: two keys that pause at once are taken for us.
    """

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._all_until = 0.0

    def hear(self, key: str, seconds: float) -> None:
        """The other side asked for a pause while the key was tried."""
        now = asyncio.get_running_loop().time()
        self._until = {each: until for each, until in self._until.items() if until > now}
        if self._until.keys() - {key}:
            self._all_until = max(self._all_until, now + seconds)
        self._until[key] = now + seconds

    async def over(self, key: str) -> None:
        """Waits until the key may be tried."""
        left = self._left(key)
        while left > 0:
            await asyncio.sleep(left)
            left = self._left(key)  # it may have become longer meanwhile

    def _left(self, key: str) -> float:
        return max(self._until.get(key, 0.0), self._all_until) - asyncio.get_running_loop().time()
