"""Something costly, made once for all who ask for it within a few seconds: a rush of readers is one reader."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key, at most `most` of them, the longest unused dropped first."""

    def __init__(self, most: int = 256, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._entries: OrderedDict[Hashable, tuple[float, asyncio.Task[T]]] = OrderedDict()

    async def get(self, key: Hashable, seconds: float, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The value, no older than `seconds`. Who asks while it is being made waits for the same.

        Raises what `make` raises; that is not kept.
        """
        entry = self._entries.get(key)
        if entry is None or entry[0] <= self._clock():
            # A task of its own: the first who asked may leave without taking it from the others.
            entry = self._entries[key] = (self._clock() + seconds, asyncio.create_task(make()))
        self._entries.move_to_end(key)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)
        try:
            return await asyncio.shield(entry[1])
        except Exception:
            if self._entries.get(key) is entry:
                del self._entries[key]
            raise
