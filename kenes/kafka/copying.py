"""Whole partitions out of a cluster and back into another one, each record at the offset it had.

Receipts, sequences and positions are offsets: a record that came back at another one would be another record.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete

from kenes.kafka.clients import administering, asking
from kenes.kafka.connection import client_options
from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Record
from schemas.topics import LARGEST_RECORD, Topic

_TOGETHER = 2_000
_FILLER = 5_000
"""Records written before their acknowledgements are waited for."""


class OffsetMovedError(RuntimeError):
    """A record cannot be, or was not, written where it has to be."""


@dataclass(frozen=True, slots=True)
class Span:
    """What a partition holds: offsets from `start` up to, not including, `end`."""

    start: int
    end: int


async def spans(bootstrap: str, topic: Topic) -> dict[int, Span]:
    """What each partition of a topic holds, now."""
    asked = [TopicPartition(topic.name, partition) for partition in range(topic.partitions)]
    async with asking(bootstrap) as consumer:
        starts, ends = await consumer.beginning_offsets(asked), await consumer.end_offsets(asked)
    return {place.partition: Span(starts[place], ends[place]) for place in asked}


async def records_in(bootstrap: str, topic: Topic, partition: int, span: Span) -> AsyncGenerator[Record, None]:
    """The records of a span, in order. Raises `OffsetMovedError` where one is missing in the middle."""
    expected = span.start
    if span.start == span.end:
        return
    async with aclosing(read_to_end(bootstrap, topic, {partition: span.start})) as log:
        async for records in log:
            for record in records:
                if record.offset >= span.end:
                    return
                if record.offset != expected:
                    raise OffsetMovedError(f"{topic.name}/{partition}: no record at {expected}")
                expected += 1
                yield record


class Copier:
    """Writes records back. Use from one event loop, within `async with`."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def __aenter__(self) -> "Copier":
        self._producer = AIOKafkaProducer(
            **client_options(self._bootstrap),
            enable_idempotence=True,
            acks="all",
            linger_ms=5,
            max_request_size=LARGEST_RECORD,
        )
        try:
            await self._producer.start()
        except BaseException:
            await self._producer.stop()
            raise
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._producer.stop()

    async def write(self, topic: Topic, partition: int, span: Span, records: Iterable[Record]) -> None:
        """Writes a span into an empty partition.

        Where the span does not begin at 0, the places before it are filled; `forget` empties them again.
        Raises `OffsetMovedError`.
        """
        place = TopicPartition(topic.name, partition)
        for first in range(0, span.start, _FILLER):
            await self._send(place, first, [_filling(place)] * min(_FILLER, span.start - first))
        offset, waiting = span.start, list[Record]()
        for record in records:
            waiting.append(record)
            if len(waiting) == _TOGETHER:
                await self._send(place, offset, waiting)
                offset, waiting = offset + len(waiting), []
        await self._send(place, offset, waiting)
        if offset + len(waiting) != span.end:
            raise OffsetMovedError(f"{topic.name}/{partition}: ends at {offset + len(waiting)}, not at {span.end}")

    async def _send(self, place: TopicPartition, offset: int, records: Iterable[Record]) -> None:
        sent = [
            await self._producer.send(
                place.topic,
                record.value,
                key=record.key,
                partition=place.partition,
                headers=list(record.headers),
                timestamp_ms=record.timestamp,
            )
            for record in records
        ]
        found = [told.offset for told in await asyncio.gather(*sent)]
        if found != list(range(offset, offset + len(found))):
            raise OffsetMovedError(f"{place.topic}/{place.partition}: wrote at {found[0]}, not at {offset}")

    async def forget(self, topic: Topic, starts: Mapping[int, int]) -> None:
        """Makes partitions begin where they began: what filled the places before is deleted."""
        filled = {TopicPartition(topic.name, partition): start for partition, start in starts.items() if start}
        if not filled:
            return
        async with administering(self._bootstrap) as admin:
            await admin.delete_records({place: RecordsToDelete(start) for place, start in filled.items()})


def _filling(place: TopicPartition) -> Record:
    return Record(place.topic, place.partition, 0, 0, None, b"", ())
