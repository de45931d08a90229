"""When it is kept how far a stream has come: what was delivered soon, what only waits now and then."""

import time
from collections.abc import Mapping
from typing import Final

from services.notifications.streams.lane import Lane
from services.notifications.streams.progress import Progress

SAVED_EVERY: Final = 0.5
"""Seconds after which it is kept what was delivered: a crash repeats what came since."""
MOVES_SAVED_EVERY: Final = 5.0
"""The same of what was only read or tried in vain, which grows with what waits: a crash reads and tries again."""


class Keeping:
    """Which lanes of a stream are not as they are kept."""

    def __init__(self, progress: Progress, stream: str) -> None:
        self._progress = progress
        self._stream = stream
        self._settled: set[str] = set()
        self._moved: set[str] = set()
        self._again: list[int] = []
        self._saved = self._moves_saved = time.monotonic()

    def settled(self, name: str) -> None:
        """Something of the lane was delivered or given up."""
        self._settled.add(name)

    def delivered_again(self, cursor: int) -> None:
        """An event arrived by what its owner ordered: it may have been given up before."""
        self._again.append(cursor)

    def moved(self, name: str) -> None:
        """Something of the lane was read, or waits for its next try."""
        self._moved.add(name)

    async def drop(self, name: str) -> None:
        """The lane is gone."""
        self._settled.discard(name)
        self._moved.discard(name)
        await self._progress.drop(self._stream, name)

    @property
    def due(self) -> bool:
        """Whether it is time to save again."""
        return time.monotonic() - self._saved >= SAVED_EVERY

    async def save(self, lanes: Mapping[str, Lane], *, last: bool = False) -> None:
        """Keeps, of these lanes, those for which it is time; the `last` time all that are not as they are kept."""
        now = time.monotonic()
        if last or now - self._moves_saved >= MOVES_SAVED_EVERY:
            self._settled |= self._moved
            self._moves_saved = now
        names, self._settled = self._settled, set()
        self._moved -= names
        again, self._again = self._again, []
        if again:
            await self._progress.revive(self._stream, again)
        for name in names & lanes.keys():
            await self._progress.save(self._stream, name, lanes[name].document())
        self._saved = time.monotonic()
