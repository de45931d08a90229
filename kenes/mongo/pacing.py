"""How often a projection is written: batches are folded as they come, and written together."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from kenes.kafka.records import Record
from kenes.mongo.projector import Prepared, Projector

MOST: Final = 5_000
"""Operations that are held back, at most: then they are written whatever the pace."""


class Pacing:
    """Hands batches to a projector, and has it write no more often than every `pace` seconds.

    What is folded and not written is lost with the process: the offsets are not written either, so it comes again.
    """

    def __init__(self, projector: Projector, pace: float) -> None:
        self._projector = projector
        self._pace = pace
        self._held: Prepared | None = None
        self._written = 0.0

    async def start(self) -> dict[int, int]:
        """Takes up the recorded positions; returns the next offset of each partition."""
        self._held = None
        return await self._projector.start()

    async def take(self, batch: Mapping[int, Sequence[Record]]) -> None:
        """Folds a batch, which may be empty, and writes what is held if it is time. Raises `NotOwnerError`."""
        if batch:
            prepared = await self._projector.prepare(batch, self._write)
            self._held = prepared if self._held is None else self._held.then(prepared)
        if self._held is not None and self._is_time(self._held):
            await self._write()

    def _is_time(self, held: Prepared) -> bool:
        return time.monotonic() - self._written >= self._pace or len(held.operations) >= MOST

    async def _write(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            await self._projector.commit(held)
            self._written = time.monotonic()
