"""How often a projection is written: batches are folded as they come, and written together."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from kenes.kafka.records import Record
from kenes.mongo.combining import Combined
from kenes.mongo.projector import Prepared, Projector, Step

MOST: Final = 5_000
"""Operations that are held back, at most: then they are written whatever the pace."""


class Pacing:
    """Hands batches to a projector, and has it write no more often than every `pace` seconds.

    What is folded and not written is lost with the process: the offsets are not written either, so it comes again.
    """

    def __init__(self, projector: Projector, pace: float) -> None:
        self._projector = projector
        self._pace = pace
        self._held = _Held()
        self._written = 0.0

    async def start(self) -> dict[int, int]:
        """Takes up the recorded positions; returns the next offset of each partition."""
        self._held = _Held()
        return await self._projector.start()

    async def take(self, batch: Mapping[int, Sequence[Record]]) -> None:
        """Folds a batch, which may be empty, and writes what is held if it is time. Raises `NotOwnerError`."""
        if batch:
            folded = await self._projector.prepare(batch, self._write)
            self._held.add(folded)  # another one by now, where the fold looked something up
        if time.monotonic() - self._written >= self._pace or len(self._held.operations) >= MOST:
            await self._write()

    async def _write(self) -> None:
        held, self._held = self._held, _Held()
        if held.steps:
            await self._projector.commit(held.prepared())
            self._written = time.monotonic()


class _Held:
    """What has been folded and is not written."""

    def __init__(self) -> None:
        self.steps: dict[int, Step] = {}
        self.operations = Combined()
        self._events = 0

    def add(self, later: Prepared) -> None:
        """Joins what was folded on top of it."""
        for partition, step in later.steps.items():
            before = self.steps.get(partition, step).before
            self.steps[partition] = Step(before, step.after)
        self.operations.add(later.operations)
        self._events += later.events

    def prepared(self) -> Prepared:
        """All of it, to be written."""
        return Prepared(self.steps, self.operations.operations(), self._events)
