"""Writes a projection: folds and next offset in one transaction, so that each event counts once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from logging import DEBUG

from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.decider import Position
from kenes.kafka.records import Record, Recorded, counts, read
from kenes.mongo.client import Document, Session, transact
from kenes.mongo.folding import Find, Lookup, UnfoldableError, find_in, folded
from kenes.mongo.operations import Operation, apply
from kenes.mongo.projection import Version
from kenes.observe.logs import event_context, get_logger
from kenes.observe.metrics import BATCH_DURATION, BATCH_RECORDS, RECORDS_CONSUMED
from schemas.envelope import UnreadableEventError, sequence_of

_log = get_logger(__name__)

Writing = asyncio.Task[int]


@dataclass(frozen=True, slots=True)
class _Step:
    """One partition's part of a batch."""

    before: Position
    after: Position
    events: Sequence[Recorded]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch folded, not yet written."""

    steps: Mapping[int, _Step]
    operations: Sequence[Operation]


class Projector:
    """Applies batches of records to one version of a projection."""

    def __init__(self, version: Version, dead_letters: DeadLetters | None) -> None:
        """Without `dead_letters`, what cannot be read or folded is passed over: a rebuild has seen it set aside."""
        self._version = version
        self._dead_letters = dead_letters
        self._positions: dict[int, Position] = {}

    async def start(self) -> dict[int, int]:
        """Takes up the recorded positions; returns the next offset of each partition."""
        self._positions = await self._version.positions()
        return {partition: position.next_offset for partition, position in self._positions.items()}

    async def apply(self, batch: Mapping[int, Sequence[Record]]) -> int:
        """Folds each partition's records and commits them with the new offsets; returns the events folded.

        Raises `NotOwnerError` when another worker has moved on: nothing of the batch was written then.
        """
        return await self.commit(await self.prepare(batch))

    async def prepare(self, batch: Mapping[int, Sequence[Record]], writing: Writing | None = None) -> Prepared:
        """Folds a batch on top of the one prepared before it, which may still be on its way to the database.

        A fold that looks something up waits until that one, `writing`, is there.
        """

        async def find(lookup: Lookup) -> list[Document]:
            if writing is not None:
                await writing
            return await find_in(self._version.collection(lookup.collection), lookup)

        steps = {partition: await self._step(partition, records) for partition, records in batch.items() if records}
        operations: list[Operation] = []
        for partition, step in steps.items():
            operations += await self._fold(batch[partition], step.events, find)
        self._positions |= {partition: step.after for partition, step in steps.items()}
        return Prepared(steps, operations)

    async def commit(self, prepared: Prepared) -> int:
        """Writes a prepared batch and the new offsets in one transaction; returns the events folded.

        Raises `NotOwnerError`. After any error the projector must `start` again: it has folded ahead of the database.
        """

        async def work(session: Session) -> None:
            if prepared.steps:
                moves = {partition: (step.before, step.after) for partition, step in prepared.steps.items()}
                await self._version.advance(moves, session)
            await apply(self._version.collections, prepared.operations, session)

        projection = self._version.projection
        with BATCH_DURATION.labels(projection.name).time():
            await transact(self._version.database, work)
        events = sum(len(step.events) for step in prepared.steps.values())
        RECORDS_CONSUMED.labels(projection.topic.name).inc(events)
        BATCH_RECORDS.labels(projection.name).observe(events)
        if _log.is_enabled_for(DEBUG):
            for event in (each.event for step in prepared.steps.values() for each in step.events):
                with event_context(event.id, event.traceparent):
                    _log.debug("folded", projection=projection.name, type=event.data.TYPE, sequence=event.sequence)
        return events

    async def _step(self, partition: int, records: Sequence[Record]) -> _Step:
        before = self._positions[partition]
        sequence = before.sequence
        events: list[Recorded] = []
        for record in records:
            event = await self._readable(record)
            if event is not None and counts(event, sequence):
                sequence = sequence_of(event.event)
                events.append(event)
        return _Step(before, Position(records[-1].offset + 1, sequence), events)

    async def _fold(self, records: Sequence[Record], events: Sequence[Recorded], find: Find) -> list[Operation]:
        """The operations of one partition's events; an event that the fold cannot take is set aside."""
        fold, sound = self._version.projection.fold, list(events)
        while sound:
            try:
                return await folded(fold(sound), find)
            except UnfoldableError as error:
                poison = sound.pop(await self._poison(sound, find))
                record = next(each for each in records if each.offset == poison.offset)
                await self._set_aside(record, error.reason)
        return []

    async def _poison(self, events: Sequence[Recorded], find: Find) -> int:
        """Which of the events it is that the fold cannot take, where it cannot take them all."""
        first, last = 0, len(events) - 1
        while first < last:
            middle = (first + last) // 2
            try:
                await folded(self._version.projection.fold(events[: middle + 1]), find)
                first = middle + 1
            except UnfoldableError:
                last = middle
        return first

    async def _readable(self, record: Record) -> Recorded | None:
        try:
            event = read(self._version.projection.topic, record)
            sequence_of(event.event)
        except UnreadableEventError as error:
            await self._set_aside(record, error)
            return None
        return event

    async def _set_aside(self, record: Record, error: Exception) -> None:
        if self._dead_letters is not None:
            await self._dead_letters.put(self._version.projection.topic, record, error)
