"""Batches of what a Faust agent is handed: what comes within a moment of the first.

Faust's own `take_events` looks for something new whenever that moment has passed, 200 times a second in every agent,
and acknowledges a batch whose handling failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

from kenes.tasks import guarded

if TYPE_CHECKING:
    from faust.types import EventT, StreamT


async def gathered(
    stream: StreamT[Any],
    most: int,
    within: float,
    recorded: Callable[[], Awaitable[None]],
    current: Callable[[EventT[Any]], bool],
) -> AsyncGenerator[list[EventT[Any]], None]:
    """Lists of up to `most` events that came within so many seconds of their first, for as long as the stream runs.

    Who asks for the next list has handled this one, and recorded what came of the one before. So that one is
    acknowledged; this one, too, where nothing waits to be handled and `recorded` can be awaited. What is not `current`
    any more when its turn comes is neither handed over nor acknowledged. Whoever leaves before the end must close it
    (`aclosing`).
    """
    stream.enable_acks = False
    handled: list[EventT[Any]] = []
    coming = _Coming(most)
    taking = asyncio.create_task(guarded(coming.take_from(stream)))
    try:
        while not (coming.ended and not coming.held):
            await coming.first()
            await asyncio.sleep(within)
            if taken := coming.handed_over():
                if events := [event for event in taken if current(event)]:
                    yield events
                done, handled = handled, events
                if not (events and coming.held):
                    await recorded()
                    done, handled = [*done, *handled], []
                for event in done:
                    await stream.ack(event)
        taking.result()
    finally:
        taking.cancel()


class _Coming:
    """What has come and is not handed over yet."""

    def __init__(self, most: int) -> None:
        self.held: list[EventT[Any]] = []
        self.ended = False
        self._most = most
        self._moved = asyncio.Event()
        self._room = asyncio.Event()

    async def take_from(self, stream: StreamT[Any]) -> None:
        try:
            async for event in stream.events():
                self.held.append(event)
                self._moved.set()
                if len(self.held) >= self._most:
                    self._room.clear()
                    await self._room.wait()
        finally:
            self.ended = True
            self._moved.set()

    async def first(self) -> None:
        """Waits until something has come, or nothing will."""
        if not self.held and not self.ended:
            await self._moved.wait()

    def handed_over(self) -> list[EventT[Any]]:
        events, self.held = self.held, []
        self._moved.clear()
        self._room.set()
        return events
