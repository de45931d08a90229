"""A worker in a consumer group that starts where its own store says, not where the group's offsets do."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import NoOffsetForPartitionError

from kenes.kafka.clients import consuming
from kenes.kafka.connection import client_options
from kenes.kafka.reader import to_record
from kenes.kafka.records import Record
from kenes.observe.logs import get_logger
from schemas.topics import Topic

_log = get_logger(__name__)

SEEK_PAUSE = 0.02
"""Seconds until the next read where the seek has not come yet: it is on its way already."""

Batch = Mapping[int, Sequence[Record]]
Starts = Callable[[Collection[int]], Awaitable[Mapping[int, int]]]
"""Takes partitions that were assigned, and gives the next offset of each."""


@dataclass(frozen=True)
class GroupSettings:
    """How a group worker talks to the broker. Times are in seconds.

    `pace` is the least time between two reads: records gather meanwhile, and each batch costs less per record.
    """

    bootstrap: str
    group: str
    session_timeout: float
    max_records: int = 1000
    pace: float = 0.0


class _SeekOnAssignment(ConsumerRebalanceListener):  # type: ignore[misc]  # the base has no type information
    def __init__(self, consumer: AIOKafkaConsumer, starts: Starts) -> None:
        self._consumer = consumer
        self._starts = starts
        self._failure: Exception | None = None

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:
        """Nothing is held here: a late write is refused by the offset it would move."""

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        try:
            starts = await self._starts([asked.partition for asked in assigned])
        except Exception as error:
            self._failure = error  # the client only logs it
            raise
        for asked in assigned:
            self._consumer.seek(asked, starts[asked.partition])
        _log.info("partitions assigned", partitions=sorted(asked.partition for asked in assigned))

    def check(self) -> None:
        """Raises what kept it from seeking."""
        if self._failure is not None:
            raise self._failure


async def consume(
    topic: Topic,
    settings: GroupSettings,
    starts: Starts,
    handle: Callable[[Batch], Awaitable[object]],
    beat: Callable[[], None],
) -> None:
    """Hands batches by partition to `handle`, for good: every half second an empty one, where nothing comes.

    Errors of `handle` and `starts` rise and end the worker.

    `starts` is asked on each assignment. `beat` is called on every turn.
    """
    consumer = AIOKafkaConsumer(
        **client_options(settings.bootstrap),
        group_id=settings.group,
        enable_auto_commit=False,
        auto_offset_reset="none",
        session_timeout_ms=int(settings.session_timeout * 1000),
        heartbeat_interval_ms=int(settings.session_timeout * 1000 / 4),
    )
    listener = _SeekOnAssignment(consumer, starts)
    consumer.subscribe([topic.name], listener=listener)
    async with consuming(consumer):
        while True:
            beat()
            began = time.monotonic()
            try:
                found = await consumer.getmany(timeout_ms=500, max_records=settings.max_records)
            except NoOffsetForPartitionError:
                # The client may ask the group for a position, which has none, before the seek has come.
                listener.check()
                await asyncio.sleep(SEEK_PAUSE)
                continue
            batch = {asked.partition: [to_record(record) for record in records] for asked, records in found.items()}
            await handle(batch)
            full = sum(len(records) for records in batch.values()) >= settings.max_records
            if batch and not full:
                await asyncio.sleep(max(0.0, settings.pace - (time.monotonic() - began)))
