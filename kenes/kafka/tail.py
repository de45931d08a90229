"""The live tail: every process that answers people reads decisions as they are written, and shares them."""

import asyncio
from collections.abc import Callable, Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from kenes.kafka.decider import Position
from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.reader import end_offsets, reading, to_record
from kenes.kafka.records import Record, Recorded, counts, read
from kenes.observe.logs import get_logger
from schemas.envelope import UnreadableEventError, sequence_of
from schemas.topics import Topic

_log = get_logger(__name__)

UP_TO_DATE_WITHIN = 5.0
"""Seconds to catch up with the topic's end: about as long as somebody waits for a page."""
AT_ONCE = 500
"""Records taken before anybody else has a turn: after a pause there may be as many as fill the client's buffers."""


class Tail:
    """Follows all partitions of a decisions topic and hands on the first decision on each request.

    `on_event` is called in the order of each partition and must not block.
    """

    def __init__(self, bootstrap: str, topic: Topic, on_event: Callable[[Recorded], None]) -> None:
        self.topic = topic
        self._bootstrap = bootstrap
        self._on_event = on_event
        self._positions: dict[int, Position] = {}
        self._moved = asyncio.Condition()
        self._consumer: AIOKafkaConsumer | None = None
        self.caught_up = asyncio.Event()

    async def follow(self, positions: Mapping[int, Position]) -> None:
        """Runs for good from the given positions; a broker that is away is waited for."""
        self._positions = dict(positions)
        while True:
            try:
                await self._follow()
            except KafkaError as error:
                self._consumer = None
                _log.warning("the tail lost the broker", topic=self.topic.name, error=repr(error))
                await asyncio.sleep(0.5)

    async def reached(self, partition: int, sequence: int) -> None:
        """Returns once the decision with this sequence, or a later one, was handed on.

        A partition the topic does not have is not waited for.
        """
        if self._has_reached(partition, sequence):
            return
        async with self._moved:
            await self._moved.wait_for(lambda: self._has_reached(partition, sequence))

    def _has_reached(self, partition: int, sequence: int) -> bool:
        position = self._positions.get(partition)
        return position is None or position.sequence >= sequence

    async def up_to_date(self) -> None:
        """Returns once everything that was in the topic at the time of the call was handed on.

        Raises `BrokerUnavailableError` when that does not come about within a few seconds.
        """
        try:
            async with asyncio.timeout(UP_TO_DATE_WITHIN):
                await self.caught_up.wait()
                consumer = self._consumer
                if consumer is None:
                    raise BrokerUnavailableError("the tail has lost the broker")
                ends = await end_offsets(consumer, self.topic, list(self._positions))
                async with self._moved:
                    await self._moved.wait_for(lambda: self._has_read(ends))
        except (KafkaError, TimeoutError) as error:
            raise BrokerUnavailableError(f"the tail of {self.topic.name} does not move: {error!r}") from error

    def _has_read(self, ends: Mapping[int, int]) -> bool:
        return all(self._positions[partition].next_offset >= end for partition, end in ends.items())

    async def _follow(self) -> None:
        starts = {partition: position.next_offset for partition, position in self._positions.items()}
        async with reading(self._bootstrap, self.topic, starts) as consumer:
            self._consumer = consumer
            ends = await end_offsets(consumer, self.topic, list(starts))
            while True:
                if not self.caught_up.is_set() and self._has_read(ends):
                    self.caught_up.set()
                found = await consumer.getmany(timeout_ms=1000, max_records=AT_ONCE)
                for records in found.values():
                    for record in records:
                        self._take(to_record(record))
                if found:
                    async with self._moved:
                        self._moved.notify_all()
                    await asyncio.sleep(0)  # the client does not wait for what it has already

    def _take(self, record: Record) -> None:
        position = self._positions[record.partition]
        sequence = position.sequence
        try:
            decision = read(self.topic, record)
            if counts(decision, sequence):
                sequence = sequence_of(decision.event)
                self._on_event(decision)
        except UnreadableEventError:
            # The projection sets it aside; here it only holds a place in the log.
            _log.debug("unreadable record passed over", topic=record.topic, offset=record.offset)
        self._positions[record.partition] = Position(record.offset + 1, sequence)
