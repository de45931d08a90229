"""Deliveries that may fly at once in all. Where half of them are taken, slow receivers leave the rest to the others."""

import asyncio
from types import TracebackType


class Slots:
    """Enter one to send. `flying` counts whatever was launched, also what waits for its slot."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._free = asyncio.Semaphore(most)
        self.flying = 0

    @property
    def crowded(self) -> bool:
        """Whether half of the slots are taken, or more."""
        return 2 * self.flying >= self._most

    async def __aenter__(self) -> None:
        await self._free.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._free.release()
