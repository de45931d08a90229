"""Writes a projection: folds and next offset in one transaction, so that each event counts once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from logging import DEBUG

from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.decider import Position
from kenes.kafka.records import Record, Recorded, counts, read_decision
from kenes.mongo.client import Document, Session, transact
from kenes.mongo.folding import Find, Lookup, UnfoldableError, find_in, folded
from kenes.mongo.operations import Operation, apply
from kenes.mongo.projection import Version
from kenes.observe.logs import event_context, get_logger
from kenes.observe.metrics import BATCH_DURATION, BATCH_RECORDS, RECORDS_CONSUMED
from schemas.envelope import UnreadableEventError, sequence_of

_log = get_logger(__name__)

Settled = Callable[[], Awaitable[object]]
"""Waits until the database has all that was folded before."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a batch moves one partition."""

    before: Position
    after: Position


@dataclass(frozen=True, slots=True)
class Prepared:
    """What batches were folded to, not yet written; of so many `events`."""

    steps: Mapping[int, Step]
    operations: Sequence[Operation]
    events: int


class Projector:
    """Applies batches of records to one version of a projection."""

    def __init__(self, version: Version, dead_letters: DeadLetters | None, session: Session | None = None) -> None:
        """Without `dead_letters`, what cannot be read or folded is passed over: a rebuild has seen it set aside.

        Transactions are of `session`, or each of one for itself.
        """
        self._version = version
        self._dead_letters = dead_letters
        self._session = session
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

    async def prepare(self, batch: Mapping[int, Sequence[Record]], settled: Settled | None = None) -> Prepared:
        """Folds a batch on top of those prepared before it, which may not be in the database yet.

        A fold that looks something up waits until they are: `settled`.
        """

        async def find(lookup: Lookup) -> list[Document]:
            if settled is not None:
                await settled()
            return await find_in(self._version.collection(lookup.collection), lookup)

        steps: dict[int, Step] = {}
        operations: list[Operation] = []
        count = 0
        for partition, records in batch.items():
            if records:
                steps[partition], events = await self._step(partition, records)
                operations += await self._fold(records, events, find)
                count += len(events)
                self._tell(events)
        self._positions |= {partition: step.after for partition, step in steps.items()}
        return Prepared(steps, operations, count)

    async def commit(self, prepared: Prepared) -> int:
        """Writes what is prepared and the new offsets in one transaction; returns the events folded.

        Raises `NotOwnerError`. After any error the projector must `start` again: it has folded ahead of the database.
        """

        async def work(session: Session) -> None:
            if prepared.steps:
                moves = {partition: (step.before, step.after) for partition, step in prepared.steps.items()}
                await self._version.advance(moves, session)
            await apply(self._version.collections, prepared.operations, session)

        projection = self._version.projection
        with BATCH_DURATION.labels(projection.name).time():
            await transact(self._version.database, work, self._session)
        RECORDS_CONSUMED.labels(projection.topic.name).inc(prepared.events)
        BATCH_RECORDS.labels(projection.name).observe(prepared.events)
        return prepared.events

    def _tell(self, events: Sequence[Recorded]) -> None:
        if _log.is_enabled_for(DEBUG):
            name = self._version.projection.name
            for event in (each.event for each in events):
                with event_context(event.id, event.traceparent):
                    _log.debug("folded", projection=name, type=event.data.TYPE, sequence=event.sequence)

    async def _step(self, partition: int, records: Sequence[Record]) -> tuple[Step, list[Recorded]]:
        before = self._positions[partition]
        sequence = before.sequence
        events: list[Recorded] = []
        for record in records:
            event = await self._readable(record)
            if event is not None and counts(event, sequence):
                sequence = sequence_of(event.event)
                events.append(event)
        return Step(before, Position(records[-1].offset + 1, sequence)), events

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
            return read_decision(self._version.projection.topic, record)
        except UnreadableEventError as error:
            await self._set_aside(record, error)
            return None

    async def _set_aside(self, record: Record, error: Exception) -> None:
        if self._dead_letters is not None:
            await self._dead_letters.put(self._version.projection.topic, record, error)
