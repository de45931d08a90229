"""One partition of a topic, read a page at a time from any offset: for readers that say where they want to go on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.reader import reading, to_record
from kenes.kafka.records import Record
from schemas.topics import Topic

ANSWERED_WITHIN = 10.0
"""Seconds in which the broker must have told what was asked."""


class Pages:
    """Callers take turns at one connection. All methods raise `BrokerUnavailableError`."""

    def __init__(self, consumer: AIOKafkaConsumer, asked: TopicPartition) -> None:
        self._consumer = consumer
        self._asked = asked
        self._turn = asyncio.Lock()
        self._next: int | None = None

    async def bounds(self) -> tuple[int, int]:
        """The offsets of the first record that is kept, and after the last one, now."""
        async with self._one_turn():
            return await self._first(), await self._end()

    async def read(self, start: int, most: int) -> list[Record]:
        """Up to so many records from `start` on; fewer where the partition ends now. `start` must be within it."""
        async with self._one_turn():
            end = await self._end()
            if self._next != start:
                self._consumer.seek(self._asked, start)
            self._next, records = None, list[Record]()
            while len(records) < min(most, end - start):
                found = await self._consumer.getmany(self._asked, timeout_ms=500, max_records=most - len(records))
                records += [to_record(each) for each in found.get(self._asked, ())]
            self._next = start + len(records)
            return records

    async def offset_at(self, time: datetime) -> int | None:
        """The offset of the first record that is dated `time` or later, if there is one."""
        async with self._one_turn():
            found = await self._consumer.offsets_for_times({self._asked: round(time.timestamp() * 1000)})
            place = found[self._asked]
            return None if place is None else int(place.offset)

    async def _first(self) -> int:
        return int((await self._consumer.beginning_offsets([self._asked]))[self._asked])

    async def _end(self) -> int:
        return int((await self._consumer.end_offsets([self._asked]))[self._asked])

    @asynccontextmanager
    async def _one_turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(ANSWERED_WITHIN), self._turn:
                yield
        except (KafkaError, TimeoutError) as error:
            raise BrokerUnavailableError(f"{self._asked.topic} cannot be read: {error!r}") from error


@asynccontextmanager
async def paging(bootstrap: str, topic: Topic, partition: int = 0) -> AsyncIterator[Pages]:
    """Opens a partition for reading in pages."""
    async with reading(bootstrap, topic, {partition: 0}) as consumer:
        yield Pages(consumer, TopicPartition(topic.name, partition))
