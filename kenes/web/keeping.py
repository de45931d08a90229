"""Something costly, made once for all who ask for it within a few seconds: a rush of readers is one reader."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kenes.observe.logs import get_logger

T = TypeVar("T")

_log = get_logger(__name__)


@dataclass(slots=True)
class _Entry(Generic[T]):
    """What is kept: the value in the making or made, until when it is fresh, and its successor once one is made."""

    made: asyncio.Task[T]
    until: float
    next: asyncio.Task[None] | None = None


class Kept(Generic[T]):
    """Values by key, at most `most` of them, the longest unused dropped first."""

    def __init__(self, most: int = 256, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._entries: OrderedDict[Hashable, _Entry[T]] = OrderedDict()

    async def get(self, key: Hashable, seconds: float, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The value, as a rule no older than `seconds`. Who asks while the first is being made waits for it.

        After that time the next one is made, and whoever asks meanwhile gets the one before: nobody in a rush waits,
        and nothing is given that is older than twice `seconds`. Raises what `make` raises; that is not kept.
        """
        now = self._clock()
        entry = self._entries.get(key)
        if entry is None or now >= entry.until + seconds:
            # A task of its own: the first who asked may leave without taking it from the others.
            entry = self._entries[key] = _Entry(asyncio.create_task(make()), now + seconds)
        elif now >= entry.until and entry.next is None and entry.made.done():
            entry.next = asyncio.create_task(self._replace(key, entry, seconds, make))
        self._entries.move_to_end(key)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)
        try:
            return await asyncio.shield(entry.made)
        except Exception:
            if self._entries.get(key) is entry:
                del self._entries[key]
            raise

    async def _replace(
        self, key: Hashable, entry: _Entry[T], seconds: float, make: Callable[[], Coroutine[Any, Any, T]]
    ) -> None:
        """Makes the successor and puts it in place. Where that fails, who asks next tries again, and is told."""
        began = self._clock()
        made = asyncio.create_task(make())
        try:
            await made
        except Exception as error:  # noqa: BLE001 - nobody waits for it who could be told
            _log.warning("what was kept could not be made again", error=repr(error))
            if self._entries.get(key) is entry:
                del self._entries[key]
        else:
            if self._entries.get(key) is entry:
                self._entries[key] = _Entry(made, began + seconds)
