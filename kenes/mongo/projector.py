"""Writes a projection: folds and next offset in one transaction, so that each event counts once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.decider import Position
from kenes.kafka.records import Record, Recorded, read
from kenes.mongo.client import Document, Session, transact
from kenes.mongo.operations import Operation, apply
from kenes.mongo.projection import Version
from kenes.observe.metrics import BATCH_RECORDS, RECORDS_CONSUMED
from schemas.envelope import UnreadableEventError, sequence_of


@dataclass(frozen=True, slots=True)
class _Step:
    before: Position
    after: Position
    events: Sequence[Recorded]


class Projector:
    """Applies batches of records to one version of a projection."""

    def __init__(self, version: Version, dead_letters: DeadLetters | None) -> None:
        """Without `dead_letters`, a record that cannot be read is passed over: a rebuild has seen it set aside."""
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
        steps = {partition: await self._step(partition, records) for partition, records in batch.items() if records}
        events = [event for step in steps.values() for event in step.events]
        found = await self._found(events)
        operations: list[Operation] = []
        for step in steps.values():
            operations.extend(self._version.projection.fold(step.events, found))

        async def work(session: Session) -> None:
            for partition, step in steps.items():
                await self._version.advance(partition, step.before, step.after, session)
            await apply(self._version.collections, operations, session)

        await transact(self._version.database, work)
        self._positions |= {partition: step.after for partition, step in steps.items()}
        RECORDS_CONSUMED.labels(self._version.projection.topic.name).inc(len(events))
        BATCH_RECORDS.labels(self._version.projection.name).observe(len(events))
        return len(events)

    async def _step(self, partition: int, records: Sequence[Record]) -> _Step:
        before = self._positions[partition]
        sequence = before.sequence
        events: list[Recorded] = []
        for record in records:
            event = await self._readable(record)
            # The first decision on a request counts; a second one is the echo of a lost owner.
            if event is not None and sequence_of(event.event) > sequence:
                sequence = sequence_of(event.event)
                events.append(event)
        return _Step(before, Position(records[-1].offset + 1, sequence), events)

    async def _readable(self, record: Record) -> Recorded | None:
        topic = self._version.projection.topic
        try:
            event = read(topic, record)
            sequence_of(event.event)
        except UnreadableEventError as error:
            if self._dead_letters is not None:
                await self._dead_letters.put(topic, record, error)
            return None
        return event

    async def _found(self, events: Sequence[Recorded]) -> dict[object, Document]:
        reads = self._version.projection.reads
        if reads is None or not events:
            return {}
        name, key = reads
        wanted = list({key(event) for event in events})
        cursor = self._version.collection(name).find({"_id": {"$in": wanted}})
        return {document["_id"]: document async for document in cursor}
