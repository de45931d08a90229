"""Sequenced decisions: one request, one decision, whoever decides and however often it is delivered.

The decision on the request at (partition p, offset o) goes to partition p of the decisions topic with sequence o.
The first decision in the log counts, so state is a fold of the log. Each decision also says where it expects to
stand: one that stands elsewhere was made by an owner that did not know all before it, and does not count. A decider
that finds somebody else's writing between its own gives up what it holds and starts again from the log.

Whoever hands over the requests may pass one over: at a rebalance Faust drops what it has read and not handed on yet,
and acknowledges what comes after. So a decider counts along, and reads what is missing from the log itself.
"""

import asyncio
from collections.abc import Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from logging import DEBUG
from typing import Any, Protocol

from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.decider_logs import DecisionLog, RequestLog
from kenes.kafka.records import Record, Recorded, counts, read
from kenes.observe.logs import event_context, get_logger
from kenes.observe.metrics import BATCH_DURATION, BATCH_RECORDS, DECISIONS, BoundedLabel
from schemas.envelope import Event, UnreadableEventError, decision_id, sequence_of
from schemas.payload import Payload
from schemas.topics import Topic

_log = get_logger(__name__)
_outcomes = BoundedLabel()


class FencedError(RuntimeError):
    """Another owner wrote to this partition: what is held in memory may not be what the log says."""


class AheadError(RuntimeError):
    """Decisions did not come to the log for sure: what is held in memory is a fold of more than the log says."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a fold of one partition has come: the next offset to read, and the last sequence folded."""

    next_offset: int = 0
    sequence: int = -1


CATCH_UP_BATCH = 1000
REFUSED = "refused"


class DecisionState(Protocol):
    """What a decider knows: a fold of its own decisions."""

    async def restore(self, partition: int) -> Position:
        """Takes the recorded state of a partition; returns where it stands."""

    async def prepare(self, events: Sequence[Event[Payload]]) -> None:
        """Fetches what deciding or folding these events needs, in one look-up."""

    def decide(self, request: Recorded) -> Payload:
        """The decision, given the state prepared and evolved so far. Pure: no clock, no chance, no I/O."""

    def evolve(self, partition: int, decision: Event[Payload]) -> None:
        """Takes a decision into the prepared state."""

    def save(
        self, decisions: Sequence[tuple[int, Event[Payload]]], positions: Mapping[int, Position]
    ) -> Coroutine[Any, Any, None]:
        """Takes down, at once, what acknowledged (partition, decision) pairs have made of the state; awaited, records
        that and where each partition now stands.

        The next batch may be prepared, decided and evolved before it is recorded; not the one after that. May come
        again for the same decisions after a crash: the result must be the same.
        """

    def forget(self, partition: int) -> None:
        """Drops what is held of a partition."""


class Decider:
    """Decides the requests of one topic and writes the decisions to another, exactly once each."""

    def __init__(
        self,
        requests: Topic,
        decisions: Topic,
        *,
        source: str,
        state: DecisionState,
        log: DecisionLog,
        request_log: RequestLog,
        dead_letters: DeadLetters,
    ) -> None:
        if requests.partitions != decisions.partitions:
            raise ValueError(f"{decisions.name} must have as many partitions as {requests.name}")
        self.requests = requests
        self.decisions = decisions
        self._source = source
        self._state = state
        self._log = log
        self._request_log = request_log
        self._dead_letters = dead_letters
        self._positions: dict[int, Position] = {}
        self._expected: dict[int, int] = {}
        self._seen_waiting: dict[int, tuple[int, int]] = {}
        self._in_hand = asyncio.Lock()
        self._saving: asyncio.Task[None] | None = None
        self._ahead = False

    async def take_over(self, partitions: Collection[int]) -> None:
        """Acquires partitions before their first request comes: clocks look at the state, too."""
        async with self._in_hand:
            for partition in sorted(set(partitions) - self._positions.keys()):
                await self.acquire(partition)

    async def release(self, partitions: Collection[int]) -> None:
        """Forgets partitions that another owner may now decide, once the batch in hand is decided."""
        async with self._in_hand:
            await self.recorded()
            self.revoke(partitions)

    def revoke(self, partitions: Collection[int]) -> None:
        """Forgets partitions at once; not while a batch is in hand."""
        for partition in partitions:
            self._positions.pop(partition, None)
            self._expected.pop(partition, None)
            self._state.forget(partition)

    async def acquire(self, partition: int) -> None:
        """Brings the state of a partition up to the end of its decisions."""
        await self.recorded()
        position = await self._state.restore(partition)
        batch: list[Event[Payload]] = []
        async for next_offset, decision in self._log.read(partition, position.next_offset):
            sequence = position.sequence
            if decision is not None and counts(decision, sequence):
                batch.append(decision.event)
                sequence = sequence_of(decision.event)
            position = Position(next_offset, sequence)
            if len(batch) >= CATCH_UP_BATCH:
                await self._catch_up(partition, batch, position)
                batch = []
        await self._catch_up(partition, batch, position)
        self._positions[partition] = position
        self._expected[partition] = position.sequence + 1
        _log.info("partition acquired", topic=self.requests.name, partition=partition, decided=position.sequence)

    async def _catch_up(self, partition: int, decisions: Sequence[Event[Payload]], position: Position) -> None:
        if not decisions:
            return
        await self._state.prepare(decisions)
        for decision in decisions:
            self._state.evolve(partition, decision)
        self._save([(partition, decision) for decision in decisions], {partition: position})
        await self.recorded()

    async def handle(self, records: Sequence[Record]) -> None:
        """Decides a batch. When it returns, every decision is in the log.

        The state of the batch before is recorded then, and that of this one after the next call, or `recorded`.

        Any error but a bad record is left to rise: the caller must stop without acknowledging the batch.
        """
        async with self._in_hand:
            with BATCH_DURATION.labels(self.requests.name).time():
                before = self._saving
                for partition in sorted({record.partition for record in records} - self._positions.keys()):
                    await self.acquire(partition)
                await self._hand_over(records)
                if self._saving is before:  # nothing new was decided, which would have waited for it
                    await self.recorded()

    def _save(self, decisions: Sequence[tuple[int, Event[Payload]]], positions: Mapping[int, Position]) -> None:
        """Starts to record what the decisions made of the state, which goes on though whoever asked is cancelled."""
        self._saving = asyncio.create_task(self._state.save(decisions, positions))

    async def recorded(self) -> None:
        """Waits until the state of the last batch is recorded. Raises what went wrong with that."""
        saving = self._saving  # another batch's by the time that this one's is done
        if saving is not None:
            await asyncio.wait([saving])  # whoever is cancelled here does not cancel that
            saving.result()

    async def sweep(self, ends: Mapping[int, int]) -> None:
        """Decides what was in the log at the sweep before, and has not been handed over since.

        `ends` are the offsets after the last request of each partition, now. Raises as `handle` does.
        """
        async with self._in_hand:
            await self.recorded()
            for partition in sorted(self._positions):
                expected, end = self._seen_waiting.get(partition, (-1, -1))
                if expected == self._expected[partition]:
                    await self._fill(partition, end)
            self._seen_waiting = {p: (expected, ends[p]) for p, expected in self._expected.items()}

    async def _hand_over(self, records: Sequence[Record]) -> None:
        """Decides these records, and before each what was passed over."""
        reached, batch = dict(self._expected), list[Record]()
        for record in records:
            partition, offset = record.partition, record.offset
            if offset > reached[partition]:
                await self._handle(batch)
                await self._fill(partition, offset)
                batch = []
            batch.append(record)
            reached[partition] = max(reached[partition], offset + 1)
        await self._handle(batch)

    async def _fill(self, partition: int, end: int) -> None:
        """Decides what is in the log from the next request that is expected to before `end`."""
        if self._expected[partition] >= end:
            return
        async for missing in self._request_log.between(partition, self._expected[partition], end):
            place = {"topic": self.requests.name, "partition": partition, "offset": missing[0].offset}
            _log.warning("requests were passed over: they are read from the log", count=len(missing), **place)
            for first in range(0, len(missing), CATCH_UP_BATCH):
                await self._handle(missing[first : first + CATCH_UP_BATCH])
        self._expected[partition] = end

    async def _handle(self, records: Sequence[Record]) -> None:
        requests = await self._new(records)
        if requests:
            await self._decide_all(requests)
        for record in records:
            self._expected[record.partition] = max(self._expected[record.partition], record.offset + 1)

    async def _new(self, records: Sequence[Record]) -> list[tuple[Record, Recorded]]:
        """The readable requests that were not handed over before, in order; unreadable ones are set aside."""
        expected = dict(self._expected)
        requests: list[tuple[Record, Recorded]] = []
        for record in records:
            if record.offset < expected[record.partition]:
                continue
            expected[record.partition] = record.offset + 1
            try:
                requests.append((record, read(self.requests, record)))
            except UnreadableEventError as error:
                await self._dead_letters.put(self.requests, record, error)
        return requests

    async def _decide_all(self, requests: Sequence[tuple[Record, Recorded]]) -> None:
        BATCH_RECORDS.labels(self.requests.name).observe(len(requests))
        if self._ahead:
            raise AheadError(f"{self.decisions.name}: decisions before these failed on their way to the log")
        await self._state.prepare([request.event for _, request in requests])
        self._ahead = True  # for good where anything is raised from here on, a cancellation too
        decided: dict[int, list[tuple[bytes, Event[Payload]]]] = {}
        for record, request in requests:
            before = decided.setdefault(record.partition, [])
            offset = self._positions[record.partition].next_offset + len(before)
            decision = await self._decide(record, request, offset)
            if decision is not None:
                before.append((record.key or b"", decision))
        made = {partition: decisions for partition, decisions in decided.items() if decisions}
        if made:
            await self._append(made)
        self._ahead = False

    async def _decide(self, record: Record, request: Recorded, offset: int) -> Event[Payload] | None:
        """The decision, for the place it is to have in the log; `None` when the request was set aside."""
        try:
            decision = Event(
                id=decision_id(self.decisions.name, record.partition, record.offset),
                source=self._source,
                subject=request.event.subject,
                time=request.time,
                data=self._state.decide(request),
                sequence=record.offset,
                offset=offset,
                traceparent=request.event.traceparent,
            )
            self._state.evolve(record.partition, decision)
        except Exception as error:  # noqa: BLE001 - the rules do no I/O: whatever they raise is about this record
            await self._dead_letters.put(self.requests, record, error)
            return None
        DECISIONS.labels(decision.data.TYPE, _outcomes(_outcome(decision.data))).inc()
        return decision

    async def _append(self, decided: Mapping[int, Sequence[tuple[bytes, Event[Payload]]]]) -> None:
        """Writes decisions, checks that nobody else wrote between them, and lets their fold be recorded meanwhile."""
        offsets = await asyncio.gather(*(self._log.append(p, decisions) for p, decisions in decided.items()))
        positions: dict[int, Position] = {}
        for (partition, decisions), found in zip(decided.items(), offsets, strict=True):
            expected = self._positions[partition].next_offset
            if found != list(range(expected, expected + len(decisions))):
                raise FencedError(f"{self.decisions.name}/{partition}: expected {expected}, wrote at {found[0]}")
            positions[partition] = Position(expected + len(decisions), sequence_of(decisions[-1][1]))
        await self.recorded()
        self._save([(p, event) for p, events in decided.items() for _, event in events], positions)
        self._positions |= positions
        if _log.is_enabled_for(DEBUG):
            for decision in (event for decisions in decided.values() for _, event in decisions):
                with event_context(decision.id, decision.traceparent):
                    _log.debug("decided", type=decision.data.TYPE, sequence=decision.sequence)


def _outcome(decision: Payload) -> str:
    """`accepted`, or the code of a refusal."""
    return str(getattr(decision, "code", REFUSED)) if f".{REFUSED}." in decision.TYPE else "accepted"
