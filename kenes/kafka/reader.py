"""Reading partitions from a position, outside any consumer group."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from kenes.kafka.clients import asking, consuming
from kenes.kafka.connection import client_options
from kenes.kafka.records import Record
from schemas.topics import Topic


def to_record(found: ConsumerRecord) -> Record:
    """The kit's record for a client's."""
    return Record(found.topic, found.partition, found.offset, found.timestamp, found.key, found.value, found.headers)


@asynccontextmanager
async def reading(bootstrap: str, topic: Topic, starts: Mapping[int, int]) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of the given partitions from the given offsets. It commits nothing."""
    consumer = AIOKafkaConsumer(
        **client_options(bootstrap),
        enable_auto_commit=False,
        auto_offset_reset="none",
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    async with consuming(consumer):
        consumer.assign([TopicPartition(topic.name, partition) for partition in starts])
        for partition, start in starts.items():
            consumer.seek(TopicPartition(topic.name, partition), start)
        yield consumer


async def end_offsets(consumer: AIOKafkaConsumer, topic: Topic, partitions: list[int]) -> dict[int, int]:
    """The offsets after the last record of each partition, now."""
    found = await consumer.end_offsets([TopicPartition(topic.name, partition) for partition in partitions])
    return {asked.partition: offset for asked, offset in found.items()}


async def ends(bootstrap: str, topic: Topic) -> dict[int, int]:
    """The offsets after the last record of every partition, now."""
    async with asking(bootstrap) as consumer:
        return await end_offsets(consumer, topic, list(range(topic.partitions)))


async def read_to_end(bootstrap: str, topic: Topic, starts: Mapping[int, int]) -> AsyncGenerator[list[Record], None]:
    """Every record from the given offsets to where each partition ended at the time of the call.

    Yields lists of one partition's records, in order. Whoever leaves before the end must close it (`aclosing`).
    """
    async with reading(bootstrap, topic, starts) as consumer:
        ends = await end_offsets(consumer, topic, list(starts))
        open_ends = {partition: end for partition, end in ends.items() if starts[partition] < end}
        for partition in starts.keys() - open_ends.keys():
            consumer.pause(TopicPartition(topic.name, partition))
        while open_ends:
            for asked, found in (await consumer.getmany(timeout_ms=200, max_records=5000)).items():
                end = open_ends.get(asked.partition)
                if end is None:
                    continue
                records = [to_record(record) for record in found if record.offset < end]
                if records:
                    yield records
                if found and found[-1].offset + 1 >= end:
                    del open_ends[asked.partition]
                    consumer.pause(asked)
